const AT = 1_774_828_800_000;
const SITE = "01JQ8ZC4F4X0M5S7N1H9T3R6WB";
const POINT = "01JQ8ZC4F4Y3V0K2D8G5P7QEJM";
const ID = "01JQ8ZC4F4J5M7P9R1T3V5X7Z9";

const format = {
  id: "csv",
  title: { key: "importers.format.csv" },
  sure: 0.5,
  extensions: [".csv"],
  options: { type: "object", properties: { zone: { type: "string", default: "UTC", "x-zone": true } } },
  suggested: { zone: "Europe/Madrid" },
};

const upload = { id: ID, site: SITE, name: "2024.csv", bytes: 481_233, at: AT, formats: [format] };

const series = {
  key: "import",
  name: "import",
  rows: 2_208,
  firstDay: "2024-01-01",
  lastDay: "2024-03-31",
  range: { from: 1_704_063_600_000, to: 1_711_922_400_000 },
  importWh: 912_400,
  exportWh: 0,
  months: [{ month: "2024-01", importWh: 331_200, exportWh: 0 }],
};

const note = { note: { key: "importers.note.repeated-row" }, count: 24, line: 31 };

const record = {
  id: ID,
  site: SITE,
  name: "2024.csv",
  bytes: 481_233,
  format: "csv",
  at: AT,
  rows: 2_208,
  circuits: [{ ...series, channel: `import:${ID}/import`, point: POINT, policy: "gaps", reversed: false }],
  notes: [note],
};

/** Examples of the shapes of imports. */
export const importExamples: Readonly<Record<string, unknown>> = {
  ImportFormat: format,
  Upload: upload,
  ReadImportBody: { format: "csv", options: { zone: "Europe/Madrid" }, points: { import: POINT } },
  ImportPreview: {
    id: ID,
    format: "csv",
    series: [series],
    notes: [note],
    conflicts: [{ key: "import", point: POINT, slots: 96, importWh: 10_400, exportWh: 0 }],
  },
  ApplyImportBody: { format: "csv", series: [{ key: "import", point: POINT, policy: "gaps" }] },
  Import: record,
  Imports: { imports: [record], uploads: [upload] },
};

import { type ImportFile, type ImportFormat, type ImportPart, text } from "@vatio/plugin-api";
import { headLines } from "../common/head-lines.js";
import { NoOptions } from "../common/no-options.js";
import { timeReader } from "../common/time-pattern.js";
import { readTable } from "../csv/read-table.js";
import type { TableMapping, ValueMapping } from "../csv/table-mapping.js";

const SERIES = "DSMR";

const value = (column: number, direction: "import" | "export"): ValueMapping => ({
  column: String(column),
  meaning: "energy",
  direction,
  factor: 1_000,
  series: SERIES,
});

/** Hour, import low and normal, return low and normal, gas: the hour export of DSMR-reader. Rows are of full hours, in kWh. */
const mapping: TableMapping = {
  shape: { delimiter: ",", quotes: true },
  headerLine: 1,
  timeColumns: ["1"],
  readTime: timeReader("iso") ?? (() => undefined),
  // Its times carry their offset; where one is missing, the meters of that protocol are Dutch or Belgian.
  zone: "Europe/Amsterdam",
  atEnd: false,
  intervalS: 3_600,
  decimal: "point",
  values: [value(2, "import"), value(3, "import"), value(4, "export"), value(5, "export")],
};

const HEADER = /^"?hour start"?,"?electricity 1[^,]*"?,"?electricity 2[^,]*"?,"?electricity 1 returned/i;

async function* read(file: ImportFile, _options: NoOptions, signal: AbortSignal): AsyncGenerator<ImportPart> {
  yield* readTable(file, mapping, signal);
  yield { note: text("importers.note.gas"), count: 1 };
}

/** Hours of DSMR-reader (Netherlands, Belgium). */
export const dsmrFormat: ImportFormat<NoOptions> = {
  id: "dsmr-reader",
  title: text("importers.format.dsmr-reader"),
  extensions: [".csv"],
  options: NoOptions,
  recognise: ({ head }) => (HEADER.test(headLines(head, 1)[0] ?? "") ? 0.98 : 0),
  read,
};

import { type ImportFile, type ImportFormat, type ImportPart, type Static, Type, text } from "@vatio/plugin-api";
import { headLines } from "../common/head-lines.js";
import { timeReader } from "../common/time-pattern.js";
import { unreadable } from "../common/unreadable.js";
import { readTable } from "../csv/read-table.js";
import type { TableMapping, ValueMapping } from "../csv/table-mapping.js";

/** What a person says about the history of a Shelly meter. */
export const ShellyOptions = Type.Object(
  {
    phases: Type.Enum(["sum", "each"], {
      default: "sum",
      title: "importers.shelly.phases.title",
      description: "importers.shelly.phases.description",
      "x-labels": { sum: "importers.shelly.phases.sum", each: "importers.shelly.phases.each" },
      "x-order": 1,
    }),
  },
  { additionalProperties: false },
);

/** What a person says about the history of a Shelly meter. */
export type ShellyOptions = Static<typeof ShellyOptions>;

const GEN1 = /^"?date\/time utc"?,.*active energy wh/i;
const GEN2 = /^timestamp,.*total_act_energy/i;

/** Columns of energy: Gen1 `Active energy Wh (A)`, Gen2 and later `a_total_act_energy` (EMData) and `total_act_energy` (EM1Data). */
const COLUMNS: readonly { readonly pattern: RegExp; readonly direction: "import" | "export" }[] = [
  { pattern: /^active energy wh(?:\s*\((\w)\))?$/i, direction: "import" },
  { pattern: /^returned energy wh(?:\s*\((\w)\))?$/i, direction: "export" },
  { pattern: /^(?:([abc])_)?total_act_energy$/i, direction: "import" },
  { pattern: /^(?:([abc])_)?total_act_ret_energy$/i, direction: "export" },
];

function valuesOf(names: readonly string[], { phases }: ShellyOptions): ValueMapping[] {
  return names.flatMap((name, index) => {
    for (const { pattern, direction } of COLUMNS) {
      const match = pattern.exec(name.trim().replaceAll('"', ""));
      if (match) return [valueMapping(index, direction, phases === "each" ? match[1] : undefined)];
    }
    return [];
  });
}

const valueMapping = (index: number, direction: "import" | "export", phase: string | undefined): ValueMapping => ({
  column: String(index + 1),
  meaning: "energy",
  direction,
  factor: 1,
  series: phase === undefined ? "Shelly" : `Shelly ${phase.toUpperCase()}`,
});

/** Gen1 keeps 10-minute blocks and, of the last day, minutes; Gen2 and later keep minutes and time-stamp their begin in Unix seconds. */
function mappingOf(header: string, options: ShellyOptions): TableMapping {
  const gen1 = GEN1.test(header);
  return {
    shape: { delimiter: ",", quotes: true },
    headerLine: 1,
    timeColumns: ["1"],
    readTime: timeReader(gen1 ? "iso" : "unix") ?? (() => undefined),
    zone: "UTC",
    atEnd: false,
    intervalS: gen1 ? 0 : 60,
    decimal: "point",
    values: valuesOf(header.split(","), options),
  };
}

async function* read(file: ImportFile, options: ShellyOptions, signal: AbortSignal): AsyncGenerator<ImportPart> {
  const header = headLines(await headOf(file), 1)[0] ?? "";
  const mapping = mappingOf(header, options);
  if (mapping.values.length === 0) throw unreadable("The file has no column of energy of a Shelly meter.", { line: 1 });
  yield* readTable(file, mapping, signal);
}

async function headOf(file: ImportFile): Promise<Uint8Array> {
  for await (const chunk of file.read()) return chunk;
  return new Uint8Array();
}

/** The history that Shelly energy meters keep, as they give it: Gen1 `em_data.csv`, later `data.csv` of EMData and EM1Data. */
export const shellyFormat: ImportFormat<ShellyOptions> = {
  id: "shelly-csv",
  title: text("importers.format.shelly-csv"),
  extensions: [".csv"],
  options: ShellyOptions,
  recognise: ({ head }) => {
    const [header = ""] = headLines(head, 1);
    return GEN1.test(header) || GEN2.test(header) ? 0.98 : 0;
  },
  read,
};

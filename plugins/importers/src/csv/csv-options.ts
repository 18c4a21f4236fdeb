import { type Static, Type, VatioError } from "@vatio/plugin-api";
import { unitOf, W_OF, WH_OF } from "../common/energy-units.js";
import { timeReader } from "../common/time-pattern.js";
import { isKnownZone } from "../common/zone-clock.js";
import type { TableMapping, ValueMapping } from "./table-mapping.js";

const UNITS = ["Wh", "kWh", "MWh", "GWh", "kJ", "MJ", "GJ", "W", "kW", "MW"] as const;
const MEANINGS = ["energy", "register", "mean-power", "power"] as const;
const DIRECTIONS = ["import", "export", "net"] as const;

const labels = (prefix: string, values: readonly string[]): Record<string, string> =>
  Object.fromEntries(values.map((value) => [value, `importers.csv.${prefix}.${value}`]));

const column = (key: string, order: number, fallback = "") =>
  Type.String({
    default: fallback,
    maxLength: 200,
    title: `importers.csv.${key}.title`,
    description: `importers.csv.${key}.description`,
    "x-order": order,
  });

const ValueColumn = Type.Object(
  {
    column: Type.String({
      minLength: 1,
      maxLength: 200,
      title: "importers.csv.value.column.title",
      description: "importers.csv.value.column.description",
      "x-order": 1,
    }),
    meaning: Type.Enum([...MEANINGS], {
      default: "energy",
      title: "importers.csv.value.meaning.title",
      "x-labels": labels("meaning", MEANINGS),
      "x-order": 2,
    }),
    unit: Type.Enum([...UNITS], { default: "kWh", title: "importers.csv.value.unit.title", "x-order": 3 }),
    direction: Type.Enum([...DIRECTIONS], {
      default: "import",
      title: "importers.csv.value.direction.title",
      "x-labels": labels("direction", DIRECTIONS),
      "x-order": 4,
    }),
    series: Type.String({
      default: "",
      maxLength: 200,
      title: "importers.csv.value.series.title",
      description: "importers.csv.value.series.description",
      "x-order": 5,
    }),
  },
  { additionalProperties: false },
);

/** What a person says about a separated text. */
export const CsvOptions = Type.Object(
  {
    delimiter: Type.String({
      default: ",",
      minLength: 1,
      maxLength: 4,
      title: "importers.csv.delimiter.title",
      description: "importers.csv.delimiter.description",
      "x-order": 1,
    }),
    headerLine: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 1_000,
      title: "importers.csv.header.title",
      description: "importers.csv.header.description",
      "x-order": 2,
    }),
    decimal: Type.Enum(["point", "comma"], {
      default: "point",
      title: "importers.csv.decimal.title",
      "x-labels": labels("decimal", ["point", "comma"]),
      "x-order": 3,
    }),
    timeColumn: column("time", 4, "1"),
    clockColumn: column("clock", 5),
    timeFormat: Type.String({
      default: "iso",
      minLength: 1,
      maxLength: 60,
      title: "importers.csv.format.title",
      description: "importers.csv.format.description",
      examples: ["iso", "unix", "dd/MM/yyyy HH:mm"],
      "x-order": 6,
    }),
    zone: Type.String({
      default: "UTC",
      minLength: 1,
      maxLength: 64,
      title: "importers.zone.title",
      description: "importers.zone.description",
      "x-zone": true,
      "x-order": 7,
    }),
    marks: Type.Enum(["begin", "end"], {
      default: "begin",
      title: "importers.csv.marks.title",
      description: "importers.csv.marks.description",
      "x-labels": labels("marks", ["begin", "end"]),
      "x-order": 8,
    }),
    intervalMinutes: Type.Number({
      default: 0,
      minimum: 0,
      maximum: 1_051_200,
      title: "importers.csv.interval.title",
      description: "importers.csv.interval.description",
      "x-unit": "min",
      "x-order": 9,
    }),
    endColumn: { ...column("end", 10), "x-advanced": true },
    seriesColumn: { ...column("circuit", 11), "x-advanced": true },
    values: Type.Array(ValueColumn, {
      minItems: 1,
      maxItems: 200,
      default: [{ column: "2", meaning: "energy", unit: "kWh", direction: "import", series: "" }],
      title: "importers.csv.values.title",
      description: "importers.csv.values.description",
      "x-order": 12,
    }),
  },
  { additionalProperties: false },
);

/** What a person says about a separated text. */
export type CsvOptions = Static<typeof CsvOptions>;

const invalid = (message: string): VatioError => new VatioError("E_INPUT_INVALID", message);

/** The mapping that the options describe. @throws VatioError E_INPUT_INVALID when they contradict themselves */
export function mappingOf(options: CsvOptions): TableMapping {
  const readTime = timeReader(options.timeFormat);
  if (!readTime) throw invalid(`"${options.timeFormat}" is not a form of time: it needs a year, a month and a day.`);
  if (!isKnownZone(options.zone))
    throw invalid(`"${options.zone}" is not a time zone. Write one such as Europe/Madrid.`);
  return {
    // The person cannot type a tab into a form.
    shape: { delimiter: /^(?:\\t|tab)$/i.test(options.delimiter) ? "\t" : options.delimiter, quotes: true },
    headerLine: options.headerLine,
    timeColumns: [options.timeColumn, options.clockColumn].filter((name) => name !== ""),
    readTime,
    zone: options.zone,
    atEnd: options.marks === "end",
    intervalS: options.intervalMinutes * 60,
    decimal: options.decimal,
    values: options.values.map(valueMapping),
    ...(options.endColumn === "" ? {} : { endColumn: options.endColumn }),
    ...(options.seriesColumn === "" ? {} : { seriesColumn: options.seriesColumn }),
  };
}

function valueMapping({ column: name, meaning, unit, direction, series }: CsvOptions["values"][number]): ValueMapping {
  const known = unitOf(unit) ?? unit;
  const factor = meaning === "energy" || meaning === "register" ? WH_OF[known] : W_OF[known];
  if (factor === undefined) throw invalid(`The unit ${unit} does not fit the meaning of the column "${name}".`);
  return { column: name, meaning, direction, factor, series: series === "" ? name : series };
}

import { headText } from "../common/decode-text.js";
import { parseNumber } from "../common/parse-number.js";
import { timeReader } from "../common/time-pattern.js";
import type { CsvOptions } from "./csv-options.js";
import { splitLine } from "./split-line.js";

const DELIMITERS = [";", "\t", ",", "|"] as const;

/** Forms of time, the likelier first: where day and month cannot be told apart, the day comes first as in most countries. */
const FORMATS = [
  "iso",
  "dd/MM/yyyy HH:mm:ss",
  "dd/MM/yyyy HH:mm",
  "MM/dd/yyyy HH:mm:ss",
  "MM/dd/yyyy HH:mm",
  "MM/dd/yyyy hh:mm:ss a",
  "MM/dd/yyyy hh:mm a",
  "dd.MM.yyyy HH:mm:ss",
  "dd.MM.yyyy HH:mm",
  "dd-MM-yyyy HH:mm:ss",
  "dd-MM-yyyy HH:mm",
  "yyyy/MM/dd HH:mm:ss",
  "yyyy/MM/dd HH:mm",
  "yyyyMMdd HH:mm",
  "yyyyMMddHHmm",
  "dd MMM yyyy HH:mm",
  "dd/MM/yy HH:mm",
  "dd/MM/yyyy",
  "MM/dd/yyyy",
  "dd.MM.yyyy",
  "dd-MM-yyyy",
  "yyyy/MM/dd",
  "yyyyMMdd",
  "unix",
] as const;

const SAMPLE_LINES = 300;
const CLOCK = /^\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?$/i;

/** A table as its beginning shows it. */
export interface TableSketch {
  readonly delimiter: string;
  readonly headerLine: number;
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface FoundTime {
  readonly timeColumn: number;
  readonly clockColumn: number | undefined;
  readonly timeFormat: string;
}

/** The delimiter, the header and the first rows of a separated text; undefined when it is no table with times. */
export function sketchTable(head: Uint8Array): TableSketch | undefined {
  const text = headText(head);
  if (text === undefined) return undefined;
  const whole = text.split(/\r\n|\n|\r/).slice(0, SAMPLE_LINES + 1);
  // The last line may be cut.
  const lines = whole.length > 1 ? whole.slice(0, -1) : whole;
  const sketches = DELIMITERS.map((delimiter) => sketchWith(lines, delimiter)).filter((sketch) => sketch !== undefined);
  return sketches.sort((a, b) => b.rows.length - a.rows.length)[0];
}

function sketchWith(lines: readonly string[], delimiter: string): TableSketch | undefined {
  const split = lines.map((line) => splitLine(line.replace(/^\ufeff/, ""), delimiter));
  const width = mostFrequent(split.map(({ length }) => length).filter((length) => length > 1));
  if (width === undefined) return undefined;
  const first = split.findIndex(
    (fields) => fields.length === width && fields.some((field) => isNumeric(field)) && hasTime(fields),
  );
  if (first < 0) return undefined;
  const header = first > 0 && split[first - 1]?.length === width ? first : 0;
  const rows = split.slice(first).filter(({ length }) => length === width);
  return { delimiter, headerLine: header, names: header > 0 ? (split[header - 1] ?? []) : [], rows };
}

const mostFrequent = (numbers: readonly number[]): number | undefined => {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

const isNumeric = (field: string): boolean =>
  !Number.isNaN(parseNumber(field, "point") ?? parseNumber(field, "comma") ?? Number.NaN);

const hasTime = (fields: readonly string[]): boolean => findTime([fields]) !== undefined;

/** The column, or the two, and the form of the times of some rows. */
function findTime(rows: readonly (readonly string[])[]): FoundTime | undefined {
  const width = rows[0]?.length ?? 0;
  for (let timeColumn = 0; timeColumn < Math.min(width, 20); timeColumn += 1) {
    const found = timeOfColumn(rows, timeColumn);
    if (found) return found;
  }
  return undefined;
}

function timeOfColumn(rows: readonly (readonly string[])[], timeColumn: number): FoundTime | undefined {
  const next = timeColumn + 1;
  const clockColumn = rows.every((row) => CLOCK.test((row[next] ?? "").trim())) ? next : undefined;
  const texts = rows.map((row) => {
    const day = row[timeColumn] ?? "";
    return clockColumn === undefined ? day : `${day} ${row[clockColumn] ?? ""}`;
  });
  const timeFormat = FORMATS.find((format) => fits(format, texts));
  return timeFormat === undefined ? undefined : { timeColumn, clockColumn, timeFormat };
}

/** A plain number is a time only when it is one of this century in seconds or a smaller unit. */
function fits(format: string, texts: readonly string[]): boolean {
  const read = timeReader(format);
  return texts.every((text) => {
    const time = read?.(text);
    return time !== undefined && (format !== "unix" || time.local > Date.UTC(2_000));
  });
}

const POWER = /(?:^|[^a-z])k?w(?:$|[^a-z])|watt(?!.*h)|power|potencia|leistung|puissance|aggregate/i;
const ENERGY = /wh(?:$|[^a-z])|energ|consum|usage|import|export|verbrauch|consommation|kilowatt/i;
const EXPORT = /export|return|inject|inyect|feed|genera|surplus|vertid|exced|einspeis|solar|production/i;
const REGISTER = /register|reading|index|counter|total|lectura|stand|cumul|acumul/i;

/** Suggested options for a separated text. */
export function suggestMapping(head: Uint8Array): Partial<CsvOptions> | undefined {
  const sketch = sketchTable(head);
  const time = sketch && findTime(sketch.rows.slice(0, 200));
  if (!sketch || !time) return undefined;
  const used = [time.timeColumn, time.clockColumn];
  const numeric = columnsWithNumbers(sketch, used);
  const decimal = sketch.rows.slice(0, 200).every((row) => numeric.every((index) => commaNumber(row[index] ?? "")))
    ? "comma"
    : "point";
  const values = chosen(sketch, numeric).map((index) => suggestValue(sketch, index, decimal));
  if (values.length === 0) return undefined;
  return {
    delimiter: sketch.delimiter === "\t" ? "tab" : sketch.delimiter,
    headerLine: sketch.headerLine,
    decimal,
    timeColumn: refer(sketch, time.timeColumn),
    clockColumn: time.clockColumn === undefined ? "" : refer(sketch, time.clockColumn),
    timeFormat: time.timeFormat,
    values,
  };
}

/** A comma, or nothing that tells the two marks apart. */
const commaNumber = (field: string): boolean =>
  !/\d\.\d{1,2}$|\d\.\d{4,}$|^0\.\d/.test(field.trim()) && /^[^.]*$|,/.test(field);

function columnsWithNumbers({ rows }: TableSketch, used: readonly (number | undefined)[]): number[] {
  const sample = rows.slice(0, 200);
  const numbered = (index: number): boolean => {
    const fields = sample.map((row) => row[index] ?? "");
    const readable = fields.every(
      (field) => (parseNumber(field, "point") ?? parseNumber(field, "comma")) !== undefined,
    );
    return readable && fields.some((field) => field.trim() !== "" && isNumeric(field));
  };
  return [...(rows[0] ?? []).keys()].filter((index) => !used.includes(index) && numbered(index));
}

/** Columns whose names speak of energy or power; without any, the first one. */
function chosen({ names }: TableSketch, numeric: readonly number[]): readonly number[] {
  const energy = numeric.filter((index) => ENERGY.test(names[index] ?? ""));
  const power = numeric.filter((index) => POWER.test(names[index] ?? ""));
  if (energy.length > 0) return energy;
  return power.length > 0 ? power : numeric.slice(0, 1);
}

/** A column by its name, or by its number where the name is not the only one. */
function refer({ names }: TableSketch, index: number): string {
  const name = (names[index] ?? "").trim();
  return name !== "" && names.filter((other) => other.trim() === name).length === 1 ? name : String(index + 1);
}

function suggestValue(sketch: TableSketch, index: number, decimal: "point" | "comma"): CsvOptions["values"][number] {
  const name = sketch.names[index] ?? "";
  const isPower = POWER.test(name) && !/wh(?:$|[^a-z])/i.test(name);
  const kilo = /k(?:ilo)?\s?w/i.test(name);
  const numbers = sketch.rows.map((row) => parseNumber(row[index] ?? "", decimal) ?? Number.NaN);
  const negative = numbers.some((value) => value < 0);
  const direction = EXPORT.test(name) ? "export" : "import";
  return {
    column: refer(sketch, index),
    meaning: isPower ? "mean-power" : energyMeaning(name, numbers),
    unit: unitOf(name, isPower, kilo),
    direction: negative ? "net" : direction,
    series: "",
  };
}

function unitOf(name: string, isPower: boolean, kilo: boolean): CsvOptions["values"][number]["unit"] {
  if (isPower) return kilo ? "kW" : "W";
  if (/mwh/i.test(name)) return "MWh";
  return /(?:^|[^k])wh/i.test(name) && !kilo ? "Wh" : "kWh";
}

/** Numbers that never fall, and of which the last is far above any step, are of a register. */
function energyMeaning(name: string, numbers: readonly number[]): "energy" | "register" {
  const known = numbers.filter((value) => !Number.isNaN(value));
  const rises = known.length > 3 && known.every((value, index) => index === 0 || value >= (known[index - 1] ?? 0));
  const [first = 0] = known;
  const grown = (known.at(-1) ?? 0) - first;
  return rises && grown > 0 && (REGISTER.test(name) || first > grown) ? "register" : "energy";
}

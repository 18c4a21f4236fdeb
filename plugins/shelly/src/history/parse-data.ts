import { isObject } from "../json.js";
import { periodOf, RecordCollector, type Records, type Wanted } from "./record.js";

/** Columns of a record: 51 of a three-phase meter, 14 of a clamp. Names are short. */
const MOST_COLUMNS = 128;

/** Rows of one answer: devices send far fewer, and the rest with the next. */
const MOST_ROWS = 50_000;

/** A page of records (`EMData.GetData`, `EM1Data.GetData`). */
export interface DataPage extends Records {
  /** Where the next page begins, in seconds; undefined on the last one. */
  readonly next: number | undefined;
}

/** A span in which a device has records, in seconds (`EMData.GetRecords`). */
export interface RecordBlock {
  readonly from: number;
  readonly to: number;
}

/** Names of the values of a record where the device does not tell them. */
export function parseKeys(keys: unknown): readonly string[] | undefined {
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_COLUMNS) return undefined;
  return keys.every((key) => typeof key === "string" && key.length <= 64) ? (keys as string[]) : undefined;
}

/** An answer of `GetData`. Never throws: what could not be used is counted. */
export function parseData(answer: unknown, standardKeys: readonly string[], wanted: Wanted): DataPage {
  const collector = new RecordCollector(wanted);
  if (!isObject(answer)) {
    collector.drop("not-an-answer");
    return { ...collector.done(), next: undefined };
  }
  const keys = parseKeys(answer.keys) ?? standardKeys;
  let rows = 0;
  for (const block of Array.isArray(answer.data) ? answer.data : []) {
    rows += readBlock(block, keys, collector, MOST_ROWS - rows);
    if (rows >= MOST_ROWS) break;
  }
  const next = answer.next_record_ts;
  return { ...collector.done(), next: typeof next === "number" && Number.isFinite(next) ? next : undefined };
}

/** Only the first row of a block carries a time. @returns how many rows were looked at */
function readBlock(block: unknown, keys: readonly string[], collector: RecordCollector, most: number): number {
  const period = isObject(block) ? periodOf(block.period ?? 60) : undefined;
  if (!isObject(block) || period === undefined || !Array.isArray(block.values) || typeof block.ts !== "number") {
    collector.drop("bad-block");
    return 1;
  }
  const { ts } = block;
  const rows = block.values.slice(0, Math.max(0, most));
  rows.forEach((row: unknown, i) => {
    const values = valuesOf(row, keys);
    if (values) collector.add(ts + i * period, period, values);
    else collector.drop("bad-row");
  });
  return rows.length + 1;
}

/** A row of another size than the keys belongs to another kind of meter. */
function valuesOf(row: unknown, keys: readonly string[]): Readonly<Record<string, number>> | undefined {
  if (!Array.isArray(row) || row.length !== keys.length) return undefined;
  const values: Record<string, number> = Object.create(null);
  row.forEach((value: unknown, i) => {
    if (typeof value === "number" && Number.isFinite(value)) values[keys[i] as string] = value;
  });
  return values;
}

/** An answer of `GetRecords`: blocks with a date; undefined when it is none. */
export function parseBlocks(
  answer: unknown,
): { readonly blocks: readonly RecordBlock[]; readonly next?: number } | undefined {
  if (!isObject(answer) || !Array.isArray(answer.data_blocks)) return undefined;
  const blocks = answer.data_blocks.slice(0, 10_000).flatMap((block: unknown) => {
    if (!isObject(block)) return [];
    const { ts, records } = block;
    const period = periodOf(block.period ?? 60);
    const isBlock = typeof ts === "number" && ts >= 1e9 && ts < 1e11 && typeof records === "number" && records > 0;
    return isBlock && period !== undefined ? [{ from: ts, to: ts + Math.min(records, 1e7) * period }] : [];
  });
  const next = answer.next_record_ts;
  return { blocks, ...(typeof next === "number" && Number.isFinite(next) ? { next } : {}) };
}

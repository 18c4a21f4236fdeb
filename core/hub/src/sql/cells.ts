import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { SqlCell } from "./types.js";

const MICROS = 1_000n;
/** Instants that JavaScript has, in milliseconds. */
const LAST_INSTANT = 8_640_000_000_000_000n;

/** ISO 8601; `infinity` and what lies beyond every calendar stay as DuckDB writes them. */
function isoOf(micros: bigint, zone: "Z" | "", written: () => string): string {
  const ms = micros / MICROS - (micros % MICROS < 0n ? 1n : 0n);
  if (ms > LAST_INSTANT || ms < -LAST_INSTANT) return written();
  const rest = micros - ms * MICROS;
  const fraction = rest === 0n ? "" : String(rest).padStart(3, "0");
  return new Date(Number(ms)).toISOString().replace("Z", `${fraction}${zone}`);
}

/** A value of DuckDB as a cell. */
export function cellOf(value: DuckDBValue): SqlCell {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return wholeNumber(value);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBBlobValue) return value.toString();
  return timeOf(value) ?? String(value);
}

const wholeNumber = (value: bigint): SqlCell =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

function timeOf(value: DuckDBValue): string | undefined {
  if (value instanceof DuckDBTimestampTZValue) return isoOf(value.micros, "Z", () => String(value));
  if (value instanceof DuckDBTimestampValue) return isoOf(value.micros, "", () => String(value));
  if (value instanceof DuckDBTimestampSecondsValue) return isoOf(value.seconds * 1_000_000n, "", () => String(value));
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoOf(value.millis * MICROS, "", () => String(value));
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoOf(value.nanos / 1_000n, "", () => String(value));
  if (value instanceof DuckDBDateValue) return String(value);
  return undefined;
}

/** Bytes of a cell in an answer, about. */
export const bytesOf = (cell: SqlCell): number => (typeof cell === "string" ? cell.length + 3 : 12);

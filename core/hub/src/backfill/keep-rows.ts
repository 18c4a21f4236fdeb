import type { Batch, Range } from "@vatio/plugin-api";
import { toSet } from "./ranges.js";

const MINUTE = 60_000;

/** Rows of one write: live readings have their turn between two of them. */
const WRITE_ROWS = 1_000;

/** The rows of a batch that are wanted, in order of time, in parts that are small enough for one write. */
export function keepRows(batch: Batch, wanted: (at: number) => boolean): readonly Batch[] {
  const rows = [...batch.at.keys()].filter((row) => wanted(batch.at[row] as number));
  rows.sort((a, b) => (batch.at[a] as number) - (batch.at[b] as number));
  const parts: Batch[] = [];
  for (let first = 0; first < rows.length; first += WRITE_ROWS)
    parts.push(partOf(batch, rows.slice(first, first + WRITE_ROWS)));
  return parts;
}

function partOf(batch: Batch, rows: readonly number[]): Batch {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] as number);
  const columns = Object.entries(batch.columns).map(([metric, column]) => [metric, pick(column)] as const);
  return { channel: batch.channel, origin: "replay", at: pick(batch.at), columns: Object.fromEntries(columns) };
}

/** The minutes that rows fill: each its own, the energy of an interval all that it lasts. */
export function filledBy({ at, columns }: Batch): readonly Range[] {
  const lasts = columns.interval_s;
  return toSet(
    [...at.keys()].map((row) => {
      const begin = at[row] as number;
      const from = Math.floor(begin / MINUTE) * MINUTE;
      const until = begin + (lasts?.[row] || 0) * 1_000;
      return { from, to: Math.max(from + MINUTE, Math.ceil(until / MINUTE) * MINUTE) } as Range;
    }),
  );
}

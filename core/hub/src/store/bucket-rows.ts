import type { Range } from "@vatio/plugin-api";
import type { Buckets } from "./buckets.js";
import { gapsOf, type Rhythm, rhythmOf } from "./rhythm.js";
import type { Parts } from "./series-sql.js";

/** How much more time than T for each of its readings a dense part may cover: readings jitter. With Q, a slower rhythm of its own, Q. */
const JITTER = 1.2;

/** What readings say of a bucket; bucket -1 is the time before the range. */
export interface BucketRow {
  lo: number;
  hi: number;
  /** Values times the time for which they stand. */
  weighed: number;
  /** Plain sum of the parts, and how many they are: what counts when no reading stands for any time. */
  sum: number;
  parts: number;
  firstAt: number;
  lastAt: number;
  lastValue: number;
  /** Until when the last reading stands. */
  until: number;
  /** Time for which its readings stand, inside the bucket and the range. */
  covered: number;
  /** Bit for each code of an origin. */
  origins: number;
}

/** Average of a bucket's readings, each as long as it stands. */
export const meanOf = ({ weighed, covered, sum, parts }: BucketRow): number =>
  covered > 0 ? weighed / covered : sum / parts;

const emptyRow = (firstAt: number): BucketRow => ({
  lo: Number.POSITIVE_INFINITY,
  hi: Number.NEGATIVE_INFINITY,
  weighed: 0,
  sum: 0,
  parts: 0,
  firstAt,
  lastAt: 0,
  lastValue: 0,
  until: 0,
  covered: 0,
  origins: 0,
});

/** For how long readings of a part stand. */
interface Stand {
  /** Those before its last one. */
  readonly inside: number;
  /** Its last one, within its bucket. */
  readonly behind: number;
  /** Until when its last one stands. */
  readonly until: number;
}

/** Mean of the readings of a part before its last one. */
function meanBefore({ n, mean, lastValue }: Parts, i: number): number {
  const [count, average] = [n[i] as number, mean[i] as number];
  return count > 1 ? (count * average - (lastValue[i] as number)) / (count - 1) : average;
}

/** Adds part `i` to its bucket. */
function add(row: BucketRow, parts: Parts, i: number, { inside, behind, until }: Stand): void {
  row.lo = Math.min(row.lo, parts.lo[i] as number);
  row.hi = Math.max(row.hi, parts.hi[i] as number);
  row.weighed += meanBefore(parts, i) * inside + (parts.lastValue[i] as number) * behind;
  row.sum += parts.mean[i] as number;
  row.parts++;
  row.covered += inside + behind;
  row.lastAt = parts.lastAt[i] as number;
  row.lastValue = parts.lastValue[i] as number;
  row.until = Math.max(row.until, until);
  row.origins |= parts.origins[i] as number;
}

/** Time inside a part for which its readings stand. */
function insideOf({ n, firstAt, lastAt }: Parts, i: number, { t, q }: Rhythm): number {
  const spacing = q > 3 * t ? q : JITTER * t;
  return Math.min((lastAt[i] as number) - (firstAt[i] as number), ((n[i] as number) - 1) * spacing);
}

/** What readings say of each bucket that has any. */
export function bucketRows(parts: Parts, buckets: Buckets, range: Range): Map<number, BucketRow> {
  const rows = new Map<number, BucketRow>();
  const gaps = gapsOf(parts);
  const rhythm = rhythmOf(parts, gaps);
  let row: BucketRow | undefined;
  for (let i = 0; i < parts.count; i++) {
    const bucket = parts.bucket[i] as number;
    if (i === 0 || bucket !== parts.bucket[i - 1]) {
      row = emptyRow(parts.firstAt[i] as number);
      rows.set(bucket, row);
    }
    const [gap, last] = [gaps[i] as number, parts.lastAt[i] as number];
    const until = last + (gap <= rhythm.bridge ? gap : rhythm.t);
    const end = Math.min(until, range.to, buckets.from + (bucket + 1) * buckets.ms);
    const inside = insideOf(parts, i, rhythm);
    if (row) add(row, parts, i, { inside, behind: Math.max(0, end - last), until });
  }
  return rows;
}

function merge(a: BucketRow, b: BucketRow): BucketRow {
  const newer = a.lastAt > b.lastAt ? a : b;
  return {
    ...newer,
    lo: Math.min(a.lo, b.lo),
    hi: Math.max(a.hi, b.hi),
    weighed: a.weighed + b.weighed,
    sum: a.sum + b.sum,
    parts: a.parts + b.parts,
    firstAt: Math.min(a.firstAt, b.firstAt),
    covered: a.covered + b.covered,
    origins: a.origins | b.origins,
  };
}

/** Adds rows that tell of other times. */
export function mergeRows(rows: Map<number, BucketRow>, more: ReadonlyMap<number, BucketRow>): void {
  for (const [bucket, row] of more) {
    const held = rows.get(bucket);
    rows.set(bucket, held ? merge(held, row) : row);
  }
}

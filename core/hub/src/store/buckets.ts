import type { Range } from "@vatio/plugin-api";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Lengths of buckets that a person can read off an axis; every one up to a day divides it. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112, 224, 448].map((n) => n * DAY),
];

/** Buckets of one length, aligned to the epoch, that cover a range. */
export interface Buckets {
  /** Length of a bucket in milliseconds. */
  readonly ms: number;
  /** First instant of the first one, at or before the begin of the range. */
  readonly from: number;
  readonly count: number;
}

const cover = ({ from, to }: Range, ms: number): Buckets => {
  const first = Math.floor(from / ms);
  return { ms, from: first * ms, count: Math.ceil(to / ms) - first };
};

/** The shortest aligned buckets of which a range needs at most `maxBuckets`. */
export function bucketsFor(range: Range, maxBuckets: number): Buckets {
  for (const ms of STEPS) {
    const buckets = cover(range, ms);
    if (buckets.count <= maxBuckets) return buckets;
  }
  // Beyond the steps: multiples of the longest. An aligned range may need one bucket more than its length.
  const longest = STEPS.at(-1) ?? DAY;
  for (let n = 1; ; n++) {
    const buckets = cover(range, longest * n);
    if (buckets.count <= maxBuckets) return buckets;
  }
}

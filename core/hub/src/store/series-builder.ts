import { type MetricName, Quality, type Range, type Series } from "@vatio/plugin-api";
import { type BucketRow, meanOf } from "./bucket-rows.js";
import type { Buckets } from "./buckets.js";
import { ORIGIN_CODES } from "./validate-batch.js";

function qualityOf(origins: number): number {
  let quality = Quality.measured;
  if (origins & (1 << ORIGIN_CODES.replay)) quality |= Quality.replayed;
  if (origins & (1 << ORIGIN_CODES.import)) quality |= Quality.imported;
  return quality;
}

/** The reading that still stands at the begin of a bucket. */
interface Standing {
  readonly value: number;
  readonly until: number;
  readonly quality: number;
}

const standingOf = (row: BucketRow): Standing => ({
  value: row.lastValue,
  until: row.until,
  quality: qualityOf(row.origins),
});

/** What a series is of. */
export interface SeriesFrame {
  readonly metric: MetricName;
  readonly unit: string;
  readonly buckets: Buckets;
  readonly range: Range;
}

/** Fills the columns of a series bucket by bucket, in order of time. */
export class SeriesBuilder {
  readonly #series: Series;
  readonly #range: Range;
  #standing: Standing | undefined;

  constructor({ metric, unit, buckets, range }: SeriesFrame) {
    const column = (fill: number): Float64Array => new Float64Array(buckets.count).fill(fill);
    this.#range = range;
    this.#series = {
      metric,
      unit,
      bucketMs: buckets.ms,
      from: Float64Array.from({ length: buckets.count }, (_, i) => buckets.from + i * buckets.ms),
      min: column(Number.NaN),
      avg: column(Number.NaN),
      max: column(Number.NaN),
      coverage: column(0),
      quality: new Uint8Array(buckets.count),
    };
  }

  /** From the rows of its buckets; -1 is the time before the range. */
  build(rows: ReadonlyMap<number, BucketRow>): Series {
    const before = rows.get(-1);
    this.#standing = before && standingOf(before);
    for (let i = 0; i < this.#series.from.length; i++) this.#fill(i, rows.get(i));
    return this.#series;
  }

  /** The reading before a bucket counts for as long as it stands in there, as a line on a chart would show it. */
  #fill(i: number, row: BucketRow | undefined): void {
    const start = Math.max(this.#series.from[i] as number, this.#range.from);
    const end = Math.min((this.#series.from[i] as number) + this.#series.bucketMs, this.#range.to);
    const standing = this.#standing;
    const carried = standing ? Math.max(0, Math.min(standing.until, row?.firstAt ?? end) - start) : 0;
    this.#series.coverage[i] = Math.min(1, (carried + (row?.covered ?? 0)) / (end - start));
    if (row) {
      this.#setWith(i, row, standing?.value ?? 0, carried);
      this.#series.quality[i] = qualityOf(row.origins);
      this.#standing = standingOf(row);
    } else if (carried > 0 && standing) {
      this.#set(i, standing.value, standing.value, standing.value);
      this.#series.quality[i] = standing.quality;
    }
  }

  #setWith(i: number, row: BucketRow, before: number, carried: number): void {
    if (carried === 0) this.#set(i, row.lo, meanOf(row), row.hi);
    else {
      const mean = (before * carried + meanOf(row) * row.covered) / (carried + row.covered);
      this.#set(i, Math.min(before, row.lo), mean, Math.max(before, row.hi));
    }
  }

  /** Rounding may push an average beyond its extremes. */
  #set(i: number, min: number, avg: number, max: number): void {
    this.#series.min[i] = min;
    this.#series.avg[i] = Math.min(max, Math.max(min, avg));
    this.#series.max[i] = max;
  }
}

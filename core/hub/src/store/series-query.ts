import type { MetricRegistry } from "@vatio/model";
import { type Instant, type MetricName, type Range, type Series, VatioError } from "@vatio/plugin-api";
import { type BucketRow, bucketRows, mergeRows } from "./bucket-rows.js";
import { type Buckets, bucketsFor } from "./buckets.js";
import type { ReaderPool } from "./reader-pool.js";
import { LONGEST_RAW, readRollups } from "./rollup-rows.js";
import { clip, type Segment, segmentsOf } from "./segments.js";
import { SeriesBuilder } from "./series-builder.js";
import { LOOK_BACK_MS, readParts } from "./series-sql.js";
import type { Sources } from "./sources.js";
import type { SqlConnection } from "./sql-connection.js";
import type { AssignmentSource, ChannelNumbers, SeriesQuery } from "./types.js";

/** What series are read with. */
export interface SeriesReaderOptions {
  readonly readers: ReaderPool;
  readonly sources: Sources;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly assignments: AssignmentSource;
}

/** Most buckets of one answer. */
const MOST_BUCKETS = 2_000;
/** The latest instant that JavaScript has. */
const LAST_INSTANT = 8.64e15;

/** @throws E_RANGE_INVALID */
export function assertRange({ from, to }: { readonly from: number; readonly to: number }): void {
  if (Number.isFinite(from) && Number.isFinite(to) && from >= 0 && from < to && to <= LAST_INSTANT) return;
  throw new VatioError(
    "E_RANGE_INVALID",
    "The range must begin in 1970 or later and end after it begins. Times are milliseconds since the epoch, UTC.",
    {
      details: { from, to },
    },
  );
}

/** @throws E_METRIC_UNKNOWN */
export function assertMetrics(metrics: readonly MetricName[], registry: MetricRegistry): void {
  const unknown = metrics.filter((metric) => !registry.get(metric));
  if (unknown.length === 0) return;
  throw new VatioError(
    "E_METRIC_UNKNOWN",
    `No metric is called ${unknown.join(", ")}. The list of metrics is at /api/v1/metrics.`,
    { details: { unknown } },
  );
}

/** What is asked of one metric. */
interface Asked {
  readonly metric: MetricName;
  readonly range: Range;
  readonly buckets: Buckets;
  readonly segments: readonly Segment[];
}

/** Reads metrics over a range in buckets. */
export class SeriesReader {
  readonly #options: SeriesReaderOptions;

  constructor(options: SeriesReaderOptions) {
    this.#options = options;
  }

  /** @throws E_RANGE_INVALID, E_METRIC_UNKNOWN, E_STORE_BUSY (retryable) */
  async read({ target, metrics, range, maxBuckets }: SeriesQuery): Promise<readonly Series[]> {
    assertRange(range);
    assertMetrics(metrics, this.#options.metrics);
    if (!(maxBuckets >= 1))
      throw new VatioError("E_RANGE_INVALID", "At least one bucket must be asked for.", { details: { maxBuckets } });
    const buckets = bucketsFor(range, Math.min(Math.floor(maxBuckets), MOST_BUCKETS));
    const segments = segmentsOf(target, this.#options.assignments, this.#options.channels);
    return this.#options.readers.read(async (connection) => {
      const series: Series[] = [];
      for (const metric of metrics) series.push(await this.#metric(connection, { metric, range, buckets, segments }));
      return series;
    });
  }

  async #metric(connection: SqlConnection, { metric, range, buckets, segments }: Asked): Promise<Series> {
    const asked = { metric, range, buckets, segments };
    const isLong = range.to - range.from > LONGEST_RAW && this.#options.metrics.get(metric)?.kind === "gauge";
    const rows = await this.#options.sources.read(
      () => (isLong ? this.#readLong(connection, asked) : this.#readRaw(connection, asked)),
      range,
    );
    const unit = this.#options.metrics.get(metric)?.unit ?? "";
    return new SeriesBuilder({ metric, unit, buckets, range }).build(rows);
  }

  async #readRaw(
    connection: SqlConnection,
    { metric, range, buckets, segments }: Asked,
  ): Promise<Map<number, BucketRow>> {
    const wide = { from: (range.from - LOOK_BACK_MS) as Instant, to: range.to };
    const sources = this.#options.sources.within(wide);
    const parts = await readParts(connection, { metric, range, buckets, segments: clip(segments, wide), sources });
    return parts ? bucketRows(parts, buckets, range) : new Map();
  }

  /** From roll-ups where there are any, from readings before and behind them. */
  async #readLong(connection: SqlConnection, asked: Asked): Promise<Map<number, BucketRow>> {
    const { rows, rest } = await readRollups(connection, { ...asked, segments: clip(asked.segments, asked.range) });
    if (rows.size === 0) return this.#readRaw(connection, asked);
    for (const segment of rest) {
      const found = await this.#readRaw(connection, { ...asked, range: segment.range, segments: [segment] });
      if (segment.range.from > asked.range.from) found.delete(-1);
      mergeRows(rows, found);
    }
    return rows;
  }
}

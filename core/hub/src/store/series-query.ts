import type { MetricRegistry } from "@vatio/model";
import { type Instant, type MetricName, Quality, type Series, VatioError } from "@vatio/plugin-api";
import { type Buckets, bucketsFor } from "./buckets.js";
import type { HotTables } from "./hot-tables.js";
import type { ReaderPool } from "./reader-pool.js";
import { clip, type Segment, segmentsOf } from "./segments.js";
import { type BucketRow, bucketSql, LOOK_BACK_MS } from "./series-sql.js";
import type { SqlConnection } from "./sql-connection.js";
import type { AssignmentSource, ChannelNumbers, SeriesQuery } from "./types.js";
import { ORIGIN_CODES } from "./validate-batch.js";

/** What series are read with. */
export interface SeriesReaderOptions {
  readonly readers: ReaderPool;
  readonly tables: HotTables;
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

const isTableGone = (error: unknown): boolean =>
  error instanceof Error && /Catalog Error: Table with name .* does not exist/.test(error.message);

/** Runs a query again when a table that it names went away meanwhile: what it held is somewhere else now. */
export async function retryWhenTableGone<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (!isTableGone(error)) throw error;
    return query();
  }
}

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
  value: row.last_value,
  until: row.until,
  quality: qualityOf(row.origins),
});

/** Fills the columns of a series bucket by bucket, in order of time. */
class SeriesBuilder {
  readonly #series: Series;
  readonly #range: { readonly from: number; readonly to: number };
  #standing: Standing | undefined;

  constructor(
    metric: MetricName,
    unit: string,
    buckets: Buckets,
    range: { readonly from: number; readonly to: number },
  ) {
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

  build(rows: readonly BucketRow[]): Series {
    const byBucket = new Map(rows.map((row) => [row.bucket, row]));
    const before = byBucket.get(-1);
    this.#standing = before && standingOf(before);
    for (let i = 0; i < this.#series.from.length; i++) this.#fill(i, byBucket.get(i));
    return this.#series;
  }

  /** A bucket without readings shows the one that still stands there, as a line on a chart would. */
  #fill(i: number, row: BucketRow | undefined): void {
    const start = Math.max(this.#series.from[i] as number, this.#range.from);
    const end = Math.min((this.#series.from[i] as number) + this.#series.bucketMs, this.#range.to);
    const carried = Math.max(0, Math.min(this.#standing?.until ?? start, row?.first_at ?? end) - start);
    this.#series.coverage[i] = Math.min(1, (carried + (row?.covered ?? 0)) / (end - start));
    if (row) {
      this.#set(i, row.lo, row.mean ?? row.lo, row.hi);
      this.#series.quality[i] = qualityOf(row.origins);
      this.#standing = standingOf(row);
    } else if (carried > 0 && this.#standing) {
      this.#set(i, this.#standing.value, this.#standing.value, this.#standing.value);
      this.#series.quality[i] = this.#standing.quality;
    }
  }

  /** Rounding may push an average beyond its extremes. */
  #set(i: number, min: number, avg: number, max: number): void {
    this.#series.min[i] = min;
    this.#series.avg[i] = Math.min(max, Math.max(min, avg));
    this.#series.max[i] = max;
  }
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

  async #metric(
    connection: SqlConnection,
    {
      metric,
      range,
      buckets,
      segments,
    }: { metric: MetricName; range: SeriesQuery["range"]; buckets: Buckets; segments: readonly Segment[] },
  ): Promise<Series> {
    const wide = { from: (range.from - LOOK_BACK_MS) as Instant, to: range.to };
    const rows = await retryWhenTableGone(() => {
      const sql = bucketSql({
        metric,
        range,
        buckets,
        segments: clip(segments, wide),
        tables: this.#options.tables.within(wide),
      });
      return sql === undefined ? Promise.resolve([]) : connection.all<BucketRow>(sql);
    });
    return new SeriesBuilder(metric, this.#options.metrics.get(metric)?.unit ?? "", buckets, range).build(rows);
  }
}

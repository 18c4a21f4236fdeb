import { type MetricName, minutes, type Range, seconds } from "@vatio/plugin-api";
import type { Buckets } from "./buckets.js";
import { resultColumns } from "./result-columns.js";
import type { Segment } from "./segments.js";
import { intersects, rangeOf, relationsOf, type Source } from "./source.js";
import type { SqlConnection } from "./sql-connection.js";

/** Readings before the range that may stand for its begin. */
export const LOOK_BACK_MS = minutes(45);
/** Parts of all buckets together, about. */
const PARTS = 20_000;
/** A part is no shorter, unless a bucket is: readings inside it are weighed as if they came evenly. */
const SHORTEST_PART = seconds(8);

/** What the statement is made for. */
export interface BucketQuery {
  readonly metric: MetricName;
  readonly range: Range;
  readonly buckets: Buckets;
  /** Clipped to the range and the look-back. */
  readonly segments: readonly Segment[];
  readonly sources: readonly Source[];
}

/**
 * Readings in short parts of time, as columns, in their order. A part holds readings either from before the range or of it; those from
 * before count as bucket -1.
 */
export interface Parts {
  readonly count: number;
  readonly bucket: Float64Array;
  /** Readings in it. */
  readonly n: Float64Array;
  readonly firstAt: Float64Array;
  readonly lastAt: Float64Array;
  readonly lo: Float64Array;
  readonly mean: Float64Array;
  readonly hi: Float64Array;
  readonly lastValue: Float64Array;
  /** Bit for each code of an origin. */
  readonly origins: Float64Array;
}

/** Rows of one channel in some sources. */
interface FoundPart {
  readonly segment: Segment;
  readonly sources: readonly Source[];
}

const isPartOf = (source: Source, { number, range }: Segment): boolean => {
  const held = rangeOf(source, number);
  return held !== undefined && intersects(held, range);
};

/** Whether two sources of a part may hold the same instant. */
function mayRepeat({ segment: { number }, sources }: FoundPart): boolean {
  if (sources.some(({ overlaps }) => overlaps)) return true;
  const imports = sources.filter(({ arrival = 0 }) => arrival > 0);
  const ranges = (source: Source): Range => rangeOf(source, number) ?? source.range;
  return imports.some((one) => sources.some((other) => other !== one && intersects(ranges(one), ranges(other))));
}

/** Where rows of a metric may be; undefined when nowhere. */
export function foundSql({
  metric,
  segments,
  sources,
}: Pick<BucketQuery, "metric" | "segments" | "sources">): string | undefined {
  const column = `"${metric}"`;
  const held = sources.filter(({ metrics }) => metrics.includes(metric));
  const parts = segments
    .map((segment) => ({ segment, sources: held.filter((source) => isPartOf(source, segment)) }))
    .filter((part) => part.sources.length > 0);
  const selects = parts.flatMap(({ segment: { number, range }, sources: used }) =>
    relationsOf(used).map(
      ({ sql, arrival }) =>
        `SELECT channel, "at", ${arrival} AS arrival, origin, ${column} AS v FROM ${sql}
         WHERE channel = ${number} AND "at" >= ${range.from} AND "at" < ${range.to} AND ${column} IS NOT NULL`,
    ),
  );
  if (selects.length === 0) return undefined;
  const rows = selects.join(" UNION ALL ");
  if (!parts.some(mayRepeat)) return rows;
  return `SELECT channel, "at", min(arrival) AS arrival, arg_min(origin, arrival) AS origin, arg_min(v, arrival) AS v FROM (${rows}) GROUP BY channel, "at"`;
}

/** Reads the parts of a query; undefined when no source can hold any. */
export async function readParts(connection: SqlConnection, query: BucketQuery): Promise<Parts | undefined> {
  const sql = partsSql(query);
  if (sql === undefined) return undefined;
  const [bucket, n, firstAt, lastAt, lo, mean, hi, lastValue, origins] = resultColumns(await connection.execute(sql));
  if (!bucket || !n || !firstAt || !lastAt || !lo || !mean || !hi || !lastValue || !origins) return undefined;
  return { count: bucket.length, bucket, n, firstAt, lastAt, lo, mean, hi, lastValue, origins };
}

/** All numbers as DOUBLE, which is copied as it is; instants are exact in it. */
function partsSql(query: BucketQuery): string | undefined {
  const found = foundSql(query);
  if (found === undefined) return undefined;
  const { buckets, range } = query;
  const before = Math.ceil((buckets.from - (range.from - LOOK_BACK_MS)) / buckets.ms) + 1;
  const base = buckets.from - before * buckets.ms;
  const divisions = Math.max(1, Math.floor(Math.min(buckets.ms / SHORTEST_PART, PARTS / buckets.count)));
  return `
SELECT (CASE WHEN own THEN part // ${divisions} - ${before} ELSE -1 END)::DOUBLE AS bucket, n::DOUBLE, first_at::DOUBLE, last_at::DOUBLE,
  lo, mean, hi, last_value, origins::DOUBLE
FROM (
  SELECT (("at" - ${base}) * ${divisions}) // ${buckets.ms} AS part, "at" >= ${range.from} AS own,
    count(*) AS n, min("at") AS first_at, max("at") AS last_at, min(v) AS lo, avg(v) AS mean, max(v) AS hi,
    arg_max(v, "at") AS last_value, bit_or(1 << origin::INTEGER) AS origins
  FROM (${found}) GROUP BY part, own)
ORDER BY part, own`;
}

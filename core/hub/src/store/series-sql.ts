import { type MetricName, minutes, type Range } from "@vatio/plugin-api";
import type { Buckets } from "./buckets.js";
import type { HotTable } from "./hot-tables.js";
import type { Segment } from "./segments.js";

/*
 * What a bucket says about the time between readings.
 *
 * The rhythm of a metric is learnt from the readings of the query, and outages must not teach it: they are the very thing to be found.
 * A spacing counts only when it is part of a rhythm, which means that one of its neighbours is at least a quarter as long, or that
 * spacings of its size are common. An outage stands alone between short spacings, however long it is. Of the spacings that count, half of
 * the time lies in those up to T, and nine tenths in those up to Q; those above 15 minutes are left out, unless more than half of all are
 * that long (then they are normal, and T and Q are their median). A meter that reports each ten seconds has a T and Q of ten seconds. A
 * plug that reports changes at once and each minute when nothing changes has a T of some seconds and a Q of sixty.
 *
 * A reading stands for the time until the next one when that comes within 3 T or 1.5 Q, whichever is longer, but never beyond half an hour
 * (or 1.5 T, for what is slower than that). Else it stands for T: then a gap begins. So does the newest reading. From this follow the
 * coverage of a bucket (share of its time for which a reading stands) and its average (each reading weighs as long as it stands).
 *
 * Reading by reading this would sort every row. So rows first fall into parts, some dozens in a bucket, and spacing and weight are worked
 * out between the parts: exact while a part holds one reading, and as good as exact while readings inside a part are dense.
 */

/** Readings before the range that may stand for its begin. */
export const LOOK_BACK_MS = minutes(45);
/** T when there are too few readings for a rhythm. */
const SPACING_UNKNOWN = minutes(1);
/** Longer spacings are outages, unless they are the rule. */
const LONGEST_SPACING = minutes(15);
/** No reading bridges more, unless readings always come that slowly. */
const LONGEST_BRIDGE = minutes(30);
/** A rhythm holds a spacing when a neighbour is at least this part of it, */
const NEIGHBOUR = 0.25;
/** or when so many are of its size, and so large a share of all. */
const COMMON = { least: 5, share: 0.1 } as const;
/** How much more time than T for each of its readings a dense part may cover: readings jitter. With Q, a slower rhythm of its own, Q. */
const JITTER = 1.2;
/** Spacings of the histogram grow by a twelfth part of an octave or so. */
const CLASSES_PER_OCTAVE = 8;
/** Parts of all buckets together, about. */
const PARTS = 20_000;

/** What the statement is made for. */
export interface BucketQuery {
  readonly metric: MetricName;
  readonly range: Range;
  readonly buckets: Buckets;
  /** Clipped to the range and the look-back. */
  readonly segments: readonly Segment[];
  readonly tables: readonly HotTable[];
}

/** A bucket with readings of its own; bucket -1 is the time before the range. */
export interface BucketRow {
  readonly bucket: number;
  readonly lo: number;
  readonly mean: number | null;
  readonly hi: number;
  readonly first_at: number;
  readonly last_value: number;
  /** Until when the last reading stands. */
  readonly until: number;
  /** Time for which its readings stand, inside the bucket and the range. */
  readonly covered: number;
  /** Bit for each code of an origin. */
  readonly origins: number;
}

const overlap = (a: Range, b: Range): boolean => a.from < b.to && a.to > b.from;

/** Where rows of a metric may be; undefined when nowhere. */
export function foundSql({
  metric,
  segments,
  tables,
}: Pick<BucketQuery, "metric" | "segments" | "tables">): string | undefined {
  const column = `"${metric}"`;
  const used = tables.filter(
    (table) => table.metrics.includes(metric) && segments.some((segment) => overlap(table.range, segment.range)),
  );
  const parts = used.flatMap(({ name, range }) =>
    segments
      .filter((segment) => overlap(range, segment.range))
      .map(
        ({ number, range: { from, to } }) =>
          `SELECT channel, "at", arrival, origin, ${column} AS v FROM ${name}
           WHERE channel = ${number} AND "at" >= ${from} AND "at" < ${to} AND ${column} IS NOT NULL`,
      ),
  );
  if (parts.length === 0) return undefined;
  const rows = parts.join(" UNION ALL ");
  if (!used.some((table) => table.overlaps)) return rows;
  return `SELECT channel, "at", min(arrival) AS arrival, arg_min(origin, arrival) AS origin, arg_min(v, arrival) AS v FROM (${rows}) GROUP BY channel, "at"`;
}

/** The least class of a histogram below which a share of a sum lies, as the mean spacing of that class. */
const quantile = (share: number, what: string, classes: string): string => `
  (SELECT total / n FROM (SELECT *, sum(${what}) OVER (ORDER BY class) AS upto, sum(${what}) OVER () AS everything FROM ${classes})
   WHERE upto >= ${share} * everything ORDER BY class LIMIT 1)`;

/** From the linked parts to T, Q and the longest time that a reading bridges: one row `rhythm(t, q, bridge)`. */
const rhythmSql = `
spaced AS MATERIALIZED (
  SELECT gap AS spacing, 1 AS k, greatest(inner_spacing, lead(inner_spacing) OVER here,
    max(gap) OVER (ORDER BY part, own ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING),
    max(gap) OVER (ORDER BY part, own ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING)) AS neighbour
  FROM linked WINDOW here AS (ORDER BY part, own)
  UNION ALL
  SELECT inner_spacing, n - 1, greatest(CASE WHEN n > 3 THEN inner_spacing END, gap, lag(gap) OVER there,
    lag(inner_spacing) OVER there, lead(inner_spacing) OVER there)
  FROM linked WINDOW there AS (ORDER BY part, own)),
rhythmic AS (
  SELECT * FROM (
    SELECT *, sum(k) OVER (PARTITION BY floor(log2(greatest(spacing, 1)))) AS alike, sum(k) OVER () AS everything
    FROM spaced WHERE spacing IS NOT NULL)
  WHERE neighbour >= ${NEIGHBOUR} * spacing OR alike >= greatest(${COMMON.least}, ${COMMON.share} * everything)),
spacings AS MATERIALIZED (
  SELECT floor(${CLASSES_PER_OCTAVE} * log2(greatest(spacing, 1)))::INTEGER AS class, sum(k) AS n, sum(k * spacing) AS total
  FROM rhythmic GROUP BY class),
usual AS (SELECT * FROM spacings WHERE total / n <= ${LONGEST_SPACING}),
learnt AS (
  SELECT ${quantile(0.5, "n", "spacings")} AS plain, ${quantile(0.5, "total", "usual")} AS t, ${quantile(0.9, "total", "usual")} AS q),
known AS (
  SELECT greatest(1, coalesce(CASE WHEN plain > ${LONGEST_SPACING} THEN plain ELSE t END, ${SPACING_UNKNOWN})) AS t,
    greatest(1, coalesce(CASE WHEN plain > ${LONGEST_SPACING} THEN plain ELSE q END, ${SPACING_UNKNOWN})) AS q FROM learnt),
rhythm AS (SELECT t, q, least(greatest(3 * t, 1.5 * q), greatest(1.5 * t, ${LONGEST_BRIDGE})) AS bridge FROM known)`;

/** One row for each bucket that has readings; undefined when no table can hold any. */
export function bucketSql(query: BucketQuery): string | undefined {
  const found = foundSql(query);
  if (found === undefined) return undefined;
  const { buckets, range } = query;
  const before = Math.ceil((buckets.from - (range.from - LOOK_BACK_MS)) / buckets.ms) + 1;
  const base = buckets.from - before * buckets.ms;
  const divisions = Math.max(1, Math.min(buckets.ms, Math.floor(PARTS / buckets.count)));
  return `
WITH found AS (${found}),
parts AS MATERIALIZED (
  SELECT (("at" - ${base}) * ${divisions}) // ${buckets.ms} AS part, "at" >= ${range.from} AS own,
    count(*) AS n, min("at") AS first_at, max("at") AS last_at, min(v) AS lo, avg(v) AS mean, max(v) AS hi,
    arg_max(v, "at") AS last_value, bit_or(1 << origin::INTEGER) AS origins
  FROM found GROUP BY part, own),
linked AS MATERIALIZED (
  SELECT *, lead(first_at) OVER (ORDER BY part, own) - last_at AS gap,
    CASE WHEN n > 1 THEN (last_at - first_at) / (n - 1) END AS inner_spacing FROM parts),
${rhythmSql},
standing AS (
  SELECT CASE WHEN own THEN part // ${divisions} - ${before} ELSE -1 END AS bucket, first_at, last_at, lo, mean, hi, last_value, origins,
    last_at + CASE WHEN gap <= bridge THEN gap ELSE t END AS until,
    least(last_at - first_at, (n - 1) * CASE WHEN q > 3 * t THEN q ELSE ${JITTER} * t END) AS inside
  FROM linked, rhythm),
weighed AS (
  SELECT *, inside + greatest(0, least(until, ${range.to}, ${buckets.from} + (bucket + 1) * ${buckets.ms}) - last_at) AS w FROM standing)
SELECT bucket, min(lo) AS lo, coalesce(sum(mean * w) / nullif(sum(w), 0), avg(mean)) AS mean, max(hi) AS hi, min(first_at) AS first_at,
  arg_max(last_value, last_at) AS last_value, max(until) AS until, sum(w) AS covered, bit_or(origins) AS origins
FROM weighed GROUP BY bucket ORDER BY bucket`;
}

import type { MetricName, Range } from "@vatio/plugin-api";
import type { Relation } from "../source.js";

/** Rows that become one sorted file. */
export interface MergeInput {
  readonly relations: readonly Relation[];
  readonly metrics: readonly MetricName[];
  /** Only rows of these instants. */
  readonly range: Range;
  /** Values that are not kept any more: channels by metric. */
  readonly expired: ReadonlyMap<MetricName, readonly number[]>;
}

/** Channels with consecutive numbers, from the first to the last. */
export interface ChannelSpan {
  readonly first: number;
  readonly last: number;
}

/** Rows that share their channel and instant with others, of the batch that is worked on. */
const TWICE = "sealing_twice";

const quoted = (name: string): string => `"${name}"`;
const list = (parts: readonly string[]): string => parts.map((part) => `, ${part}`).join("");

/** Rows of all relations with their arrival numbers. */
function rowsSql({ relations, metrics, range }: MergeInput, { first, last }: ChannelSpan): string {
  const parts = relations.map(({ sql, arrival, metrics: held }) => {
    const columns = metrics.map((metric) => (held.has(metric) ? quoted(metric) : `NULL::DOUBLE AS ${quoted(metric)}`));
    return `SELECT channel, "at", ${arrival} AS arrival, origin${list(columns)} FROM ${sql}
      WHERE channel BETWEEN ${first} AND ${last} AND "at" >= ${range.from} AND "at" < ${range.to}`;
  });
  return parts.join(" UNION ALL ");
}

/** Takes out what is not kept any more, and rows of which nothing is left. */
function keptSql(rows: string, { metrics, expired }: MergeInput): string {
  if (expired.size === 0) return rows;
  const columns = metrics.map((metric) => {
    const channels = expired.get(metric);
    if (!channels || channels.length === 0) return quoted(metric);
    return `CASE WHEN channel NOT IN (${channels.join(", ")}) THEN ${quoted(metric)} END AS ${quoted(metric)}`;
  });
  const kept = `SELECT channel, "at", arrival, origin${list(columns)} FROM (${rows})`;
  return `SELECT * FROM (${kept}) WHERE coalesce(NULL${list(metrics.map(quoted))}) IS NOT NULL`;
}

/** Finds the instants of a batch that several rows tell of. */
export const findTwiceSql = (input: MergeInput, span: ChannelSpan): string =>
  `CREATE OR REPLACE TEMP TABLE ${TWICE} AS
   SELECT channel, "at" FROM (${rowsSql({ ...input, metrics: [] }, span)}) GROUP BY channel, "at" HAVING count(*) > 1`;

/** How many instants those are, after `findTwiceSql`. */
export const COUNT_TWICE_SQL = `SELECT count(*)::INTEGER AS n FROM ${TWICE}`;

/** How many values are kept out of a batch, because their metric has another value at that instant. */
export function differentSql(input: MergeInput, span: ChannelSpan): string {
  const counts = input.metrics.map((metric) => `greatest(count(DISTINCT ${quoted(metric)}) - 1, 0)`);
  return `SELECT coalesce(sum(n), 0)::BIGINT AS n FROM (SELECT ${counts.join(" + ") || "0"} AS n
    FROM (${rowsSql(input, span)}) SEMI JOIN ${TWICE} USING (channel, "at") GROUP BY channel, "at")`;
}

/** The rows of a batch: one for each channel and instant, of each metric the value that came first. */
export function mergedSql(input: MergeInput, span: ChannelSpan, hasTwice: boolean): string {
  const { metrics } = input;
  const rows = keptSql(rowsSql(input, span), input);
  const columns = `channel, "at", origin${list(metrics.map(quoted))}`;
  if (!hasTwice) return `SELECT ${columns} FROM (${rows})`;
  const first = metrics.map((metric) => `arg_min(${quoted(metric)}, arrival) AS ${quoted(metric)}`);
  return `SELECT ${columns} FROM (${rows}) ANTI JOIN ${TWICE} USING (channel, "at")
    UNION ALL
    SELECT channel, "at", arg_min(origin, arrival) AS origin${list(first)}
    FROM (${rows}) SEMI JOIN ${TWICE} USING (channel, "at") GROUP BY channel, "at"`;
}

/** Rows of each channel in a relation. */
export const countsSql = ({ sql }: Relation, range: Range): string =>
  `SELECT channel, count(*) AS n FROM ${sql} WHERE "at" >= ${range.from} AND "at" < ${range.to} GROUP BY channel`;

/** Figures of rows that do not depend on their order. */
export const digestSql = (select: string, metrics: readonly MetricName[]): string =>
  `SELECT count(*) AS rows, coalesce(min("at"), 0) AS first_at, coalesce(max("at"), 0) AS last_at,
     coalesce(bit_xor(hash(channel, "at", origin${list(metrics.map(quoted))})), 0)::VARCHAR AS hash FROM (${select})`;

/** What a file holds of each channel. */
export const partsSql = (file: string, metrics: readonly MetricName[]): string =>
  `SELECT channel, min("at") AS from_at, max("at") + 1 AS to_at, count(*) AS rows${list(
    metrics.map((metric, i) => `count(${quoted(metric)}) AS m${i}`),
  )} FROM ${file} GROUP BY channel ORDER BY channel`;

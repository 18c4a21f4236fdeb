import { days, type Instant, type MetricName, minutes, type Range } from "@vatio/plugin-api";
import { type BucketRow, mergeRows } from "./bucket-rows.js";
import type { Buckets } from "./buckets.js";
import { resultColumns } from "./result-columns.js";
import type { Segment } from "./segments.js";
import type { SqlConnection } from "./sql-connection.js";

const SLOT = minutes(15);
/** Longer ranges are read from roll-ups, as far as there are any. */
export const LONGEST_RAW = days(62);

/** What is read from roll-ups. */
export interface RollupQuery {
  readonly metric: MetricName;
  readonly buckets: Buckets;
  /** Clipped to the range. */
  readonly segments: readonly Segment[];
}

/** What roll-ups tell of a range, and what they leave open. */
export interface RolledUp {
  readonly rows: Map<number, BucketRow>;
  /** Parts of the segments for which there are none. */
  readonly rest: readonly Segment[];
}

/** Whole slots of a range: [from, to). */
const slotsOf = ({ from, to }: Range): { readonly from: number; readonly to: number } => ({
  from: Math.ceil(from / SLOT),
  to: Math.floor(to / SLOT),
});

const rowsSql = ({ metric, buckets }: RollupQuery, { number, range }: Segment): string => {
  const { from, to } = slotsOf(range);
  return `
    SELECT ((slot::BIGINT * ${SLOT} - ${buckets.from}) // ${buckets.ms})::DOUBLE AS bucket, min(slot)::DOUBLE, max(slot)::DOUBLE,
      count(*)::DOUBLE, min(lowest), max(highest), sum(mean), sum(mean * coverage), sum(coverage), arg_max(last, slot)
    FROM rollups WHERE channel = ${number} AND metric = '${metric}' AND slot >= ${from} AND slot < ${to} AND mean IS NOT NULL
    GROUP BY bucket ORDER BY bucket`;
};

async function readSegment(sql: SqlConnection, query: RollupQuery, segment: Segment): Promise<Map<number, BucketRow>> {
  const columns = resultColumns(await sql.execute(rowsSql(query, segment)));
  const rows = new Map<number, BucketRow>();
  const at = (column: number, i: number): number => columns[column]?.[i] ?? Number.NaN;
  for (let i = 0; i < (columns[0]?.length ?? 0); i++) {
    const end = (at(2, i) + 1) * SLOT;
    rows.set(at(0, i), {
      firstAt: at(1, i) * SLOT,
      lastAt: end - 1,
      until: end,
      parts: at(3, i),
      lo: at(4, i),
      hi: at(5, i),
      sum: at(6, i),
      weighed: at(7, i) * SLOT,
      covered: at(8, i) * SLOT,
      lastValue: at(9, i),
      origins: 1,
    });
  }
  return rows;
}

/** What lies before and behind the roll-ups of a segment: they begin and end somewhere, and have no holes but those of the readings. */
function restOf(segment: Segment, rows: ReadonlyMap<number, BucketRow>): Segment[] {
  if (rows.size === 0) return [segment];
  const all = [...rows.values()];
  const first = Math.min(...all.map(({ firstAt }) => firstAt)) as Instant;
  const last = Math.max(...all.map(({ until }) => until)) as Instant;
  const { from, to } = segment.range;
  return [
    { ...segment, range: { from, to: first } },
    { ...segment, range: { from: last, to } },
  ].filter(({ range }) => range.from < range.to);
}

/** Reads roll-ups of a gauge in buckets. Buckets are whole slots: a range that is long enough for roll-ups has no shorter ones. */
export async function readRollups(sql: SqlConnection, query: RollupQuery): Promise<RolledUp> {
  const rows = new Map<number, BucketRow>();
  const rest: Segment[] = [];
  for (const segment of query.segments) {
    const found = await readSegment(sql, query, segment);
    mergeRows(rows, found);
    rest.push(...restOf(segment, found));
  }
  return { rows, rest };
}

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

/** Spans of a channel whose roll-ups are being worked out anew: what is there of them is old, or not there yet. */
async function pendingOf(sql: SqlConnection, { number, range: { from, to } }: Segment): Promise<Range[]> {
  const [first, last] = resultColumns(
    await sql.execute(
      `SELECT first_at::DOUBLE, last_at::DOUBLE FROM energy_pending
       WHERE channel = ${number} AND first_at < ${to} AND last_at >= ${from} ORDER BY first_at`,
    ),
  );
  return Array.from(first ?? [], (at, i) => ({
    from: Math.max(from, Math.floor(at / SLOT) * SLOT) as Instant,
    to: Math.min(to, Math.ceil(((last?.[i] ?? at) + 1) / SLOT) * SLOT) as Instant,
  }));
}

/** A segment in parts whose roll-ups hold, and parts whose do not. */
async function split(sql: SqlConnection, segment: Segment): Promise<{ held: Segment[]; pending: Segment[] }> {
  const held: Segment[] = [];
  const pending: Segment[] = [];
  let { from } = segment.range;
  for (const span of await pendingOf(sql, segment)) {
    if (span.from > from) held.push({ ...segment, range: { from, to: span.from } });
    const begin = Math.max(from, span.from) as Instant;
    if (span.to > begin) pending.push({ ...segment, range: { from: begin, to: span.to } });
    from = Math.max(from, span.to) as Instant;
  }
  if (from < segment.range.to) held.push({ ...segment, range: { from, to: segment.range.to } });
  return { held, pending };
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
  for (const whole of query.segments) {
    const { held, pending } = await split(sql, whole);
    rest.push(...pending);
    for (const segment of held) {
      const found = await readSegment(sql, query, segment);
      mergeRows(rows, found);
      rest.push(...restOf(segment, found));
    }
  }
  return { rows, rest };
}

import type { MetricName } from "@vatio/plugin-api";
import type { DerivedWriter } from "../../store/index.js";
import type { SqlValue } from "../../store/types.js";
import type { MetricRollup, SlotAddition, ToldEvent } from "./channel-fold.js";
import type { Checkpoint } from "./checkpoints.js";
import type { Span } from "./pending-spans.js";
import type { SlotRow } from "./slot-ledger.js";

/** What takes the place of what; `to` is not in. Absent `replaced`: nothing is there yet. */
export interface Replaced {
  readonly from: number;
  readonly to: number;
}

/** Roll-ups of some metrics, or of all but these, that are replaced. */
export interface ReplacedRollups extends Replaced {
  readonly metrics: readonly MetricName[];
  readonly isExcept: boolean;
}

/** Everything that a piece of work on one channel changes in the database. It is stored as a whole or not at all. */
export interface ChannelWrites {
  readonly channel: number;
  readonly slots: readonly SlotRow[];
  readonly additions: readonly SlotAddition[];
  readonly replacedSlots?: Replaced;
  readonly rollups: readonly MetricRollup[];
  readonly replacedRollups?: readonly ReplacedRollups[];
  readonly events: readonly ToldEvent[];
  readonly states: readonly Checkpoint[];
  /** Of the instants of readings: events and additions. */
  readonly replaced?: Replaced;
  readonly replacedStates?: Replaced;
  /** State of the end that is replaced in any case. */
  readonly oldTip: number | undefined;
  readonly oldPending: readonly Span[];
  readonly pending: readonly Span[];
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

const slotRow =
  (channel: number) =>
  ({ slot, importWh, exportWh, coverage, quality, ...rest }: SlotRow | SlotAddition): SqlValue[] => [
    channel,
    slot,
    orNull(importWh),
    orNull(exportWh),
    coverage,
    quality,
    orNull(importWh),
    orNull(exportWh),
    coverage,
    "toldAt" in rest ? rest.toldAt : null,
  ];

const rollupRow =
  (channel: number) =>
  (row: MetricRollup): SqlValue[] => [
    channel,
    row.metric,
    row.slot,
    row.lowest,
    row.mean,
    row.highest,
    row.first,
    row.last,
    row.rows,
    row.coverage,
  ];

const eventRow =
  (channel: number) =>
  (event: ToldEvent): SqlValue[] => [
    channel,
    event.toldAt,
    event.n,
    event.direction,
    event.at,
    event.reason,
    event.before,
    event.after,
    event.wh,
    event.since ?? null,
  ];

const SLOT_KINDS = [
  "INTEGER",
  "INTEGER",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "UTINYINT",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "BIGINT",
] as const;
const ROLLUP_KINDS = [
  "INTEGER",
  "TEXT",
  "INTEGER",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "INTEGER",
  "DOUBLE",
] as const;
const EVENT_KINDS = [
  "INTEGER",
  "BIGINT",
  "INTEGER",
  "TEXT",
  "BIGINT",
  "TEXT",
  "DOUBLE",
  "DOUBLE",
  "DOUBLE",
  "BIGINT",
] as const;

/** Days that a day's state is kept; of what is older, the first of each month. */
const KEPT_DAYS = 60 * 86_400_000;

async function writeStates(sql: DerivedWriter, writes: ChannelWrites): Promise<void> {
  const { channel, states, replacedStates, oldTip } = writes;
  if (replacedStates)
    await sql.run(`DELETE FROM energy_states WHERE channel = ? AND "at" >= ? AND "at" < ?`, [
      channel,
      replacedStates.from,
      replacedStates.to,
    ]);
  if (oldTip !== undefined)
    await sql.run(`DELETE FROM energy_states WHERE channel = ? AND "at" = ?`, [channel, oldTip]);
  await sql.append(
    "energy_states",
    ["INTEGER", "BIGINT", "TEXT"],
    states.map(({ at, state }) => [channel, at, state]),
  );
  const newest = states.at(-1)?.at;
  if (newest === undefined || !states.some(({ at }) => at % 86_400_000 === 0)) return;
  await sql.run(`DELETE FROM energy_states WHERE channel = ? AND "at" < ? AND day(epoch_ms("at")) <> 1`, [
    channel,
    newest - KEPT_DAYS,
  ]);
}

async function writePending(sql: DerivedWriter, { channel, oldPending, pending }: ChannelWrites): Promise<void> {
  for (const { first, last } of oldPending)
    await sql.run("DELETE FROM energy_pending WHERE channel = ? AND first_at = ? AND last_at = ?", [
      channel,
      first,
      last,
    ]);
  for (const { first, last } of pending)
    await sql.run("INSERT INTO energy_pending VALUES (?, ?, ?)", [channel, first, last]);
}

/** Writes what came of one channel. @returns the events that were not there before */
export async function writeChannel(sql: DerivedWriter, writes: ChannelWrites): Promise<readonly ToldEvent[]> {
  const { channel } = writes;
  const fresh = await freshEvents(sql, writes);
  await makeRoom(sql, writes);
  await sql.append("slots", SLOT_KINDS, [...writes.slots, ...writes.additions].map(slotRow(channel)));
  await sql.append("rollups", ROLLUP_KINDS, writes.rollups.map(rollupRow(channel)));
  await sql.append("counter_events", EVENT_KINDS, writes.events.map(eventRow(channel)));
  await writeStates(sql, writes);
  await writePending(sql, writes);
  return fresh;
}

async function makeRoom(sql: DerivedWriter, writes: ChannelWrites): Promise<void> {
  const { channel, replaced, replacedSlots, replacedRollups } = writes;
  if (replaced)
    await sql.run("DELETE FROM slots WHERE channel = ? AND told_at >= ? AND told_at < ?", [
      channel,
      replaced.from,
      replaced.to,
    ]);
  if (replacedSlots)
    await sql.run("DELETE FROM slots WHERE channel = ? AND slot >= ? AND slot < ? AND told_at IS NULL", [
      channel,
      replacedSlots.from,
      replacedSlots.to,
    ]);
  for (const { metrics, isExcept, from, to } of replacedRollups ?? []) {
    const names = metrics.map(() => "?").join(", ");
    const which = metrics.length === 0 ? "" : ` AND metric ${isExcept ? "NOT " : ""}IN (${names})`;
    await sql.run(`DELETE FROM rollups WHERE channel = ? AND slot >= ? AND slot < ?${which}`, [
      channel,
      from,
      to,
      ...metrics,
    ]);
  }
}

/** Takes events of a range away. @returns of the new ones those that differ from all of these */
async function freshEvents(
  sql: DerivedWriter,
  { channel, events, replaced }: ChannelWrites,
): Promise<readonly ToldEvent[]> {
  if (!replaced) return events;
  const range = [channel, replaced.from, replaced.to];
  const where = "WHERE channel = ? AND told_at >= ? AND told_at < ?";
  const known = await sql.all<{ told_at: number; direction: string; reason: string }>(
    `SELECT told_at, direction, reason FROM counter_events ${where}`,
    range,
  );
  if (known.length > 0) await sql.run(`DELETE FROM counter_events ${where}`, range);
  const keys = new Set(known.map((row) => `${row.told_at} ${row.direction} ${row.reason}`));
  return events.filter(({ toldAt, direction, reason }) => !keys.has(`${toldAt} ${direction} ${reason}`));
}

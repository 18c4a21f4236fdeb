import type { CounterEvent } from "@vatio/model";
import { type Assignment, type ChannelId, days, type Instant, type PointId, type Range } from "@vatio/plugin-api";
import type { HubEvents } from "../bus/index.js";
import type { HubClock } from "../clock.js";
import type { PointRegistry } from "../registry/types.js";
import type { DerivedStore } from "../store/index.js";
import { assertRange } from "../store/series-query.js";
import type { ChannelNumbers } from "../store/types.js";
import type { FreshEvents } from "./energy-storage.js";
import type { StoredCounterEvent } from "./types.js";

/** Counter events are news for so long; what a recomputation finds in old history is not. */
const NEWS = days(1);

/** What events are read with. */
export interface EventsSource {
  readonly derived: DerivedStore;
  readonly channels: ChannelNumbers;
  readonly points: Pick<PointRegistry, "list" | "assignmentsOf">;
}

/** What is asked for; newest first. */
export interface EventsQuery {
  readonly range: Range;
  readonly points?: readonly PointId[];
  readonly limit: number;
}

interface EventRow {
  readonly channel: number;
  readonly told_at: number;
  readonly n: number;
  readonly direction: CounterEvent["direction"];
  readonly at: number;
  readonly reason: CounterEvent["reason"];
  readonly before: number;
  readonly after: number;
  readonly wh: number;
  readonly since_at: number | null;
}

/** An event has the same name however often it is worked out again. */
const idOf = (channel: ChannelId, toldAt: number, n: number): string => `${channel}@${toldAt}.${n}`;

/** Every assignment of points that exist. */
const assignmentsOf = (points: EventsSource["points"]): readonly Assignment[] =>
  points.list().flatMap(({ id }) => points.assignmentsOf(id));

/** Which point a channel measured at an instant. */
const pointAt = (assignments: readonly Assignment[], channel: ChannelId, at: number): PointId | undefined =>
  assignments.find(
    (entry) => entry.channel === channel && entry.from <= at && at < (entry.to ?? Number.POSITIVE_INFINITY),
  )?.point;

function eventOf(channels: ChannelNumbers, assignments: readonly Assignment[], row: EventRow): StoredCounterEvent[] {
  const channel = channels.channelOf(row.channel);
  if (channel === undefined) return [];
  const point = pointAt(assignments, channel, row.at);
  return [
    {
      id: idOf(channel, row.told_at, row.n),
      channel,
      ...(point === undefined ? {} : { point }),
      direction: row.direction,
      at: row.at as Instant,
      reason: row.reason,
      before: row.before,
      after: row.after,
      wh: row.wh,
      ...(row.since_at === null ? {} : { since: row.since_at as Instant }),
    },
  ];
}

/** Part of a statement that names the channels of points while they measured them. */
function ofPoints({ points, channels }: EventsSource, wanted: readonly PointId[]): string {
  const parts = wanted.flatMap((id) =>
    points.assignmentsOf(id).flatMap(({ channel, from, to }) => {
      const number = channels.numberOf(channel);
      const until = to === undefined ? "" : ` AND "at" < ${to}`;
      return number === undefined ? [] : [`(channel = ${number} AND "at" >= ${from}${until})`];
    }),
  );
  return parts.length === 0 ? "false" : `(${parts.join(" OR ")})`;
}

/** Counter events of a range. @throws E_RANGE_INVALID, E_STORE_BUSY (retryable) */
export async function readEvents(
  source: EventsSource,
  { range, points, limit }: EventsQuery,
): Promise<readonly StoredCounterEvent[]> {
  assertRange(range);
  const which = points ? ` AND ${ofPoints(source, points)}` : "";
  const rows = await source.derived.all<EventRow>(
    `SELECT * FROM counter_events WHERE "at" >= ? AND "at" < ?${which} ORDER BY "at" DESC, told_at DESC, n DESC, channel LIMIT ?`,
    [range.from, range.to, limit],
  );
  const assignments = assignmentsOf(source.points);
  return rows.flatMap((row) => eventOf(source.channels, assignments, row));
}

/** Tells the event bus of counter events that are news. */
export function publishFresh(
  { events, clock, points }: { events: HubEvents["hub"]; clock: HubClock; points: EventsSource["points"] },
  fresh: readonly FreshEvents[],
): void {
  const assignments = assignmentsOf(points);
  for (const { work, events: told } of fresh) {
    for (const { toldAt, n, ...event } of told) {
      if (toldAt < clock.now() - NEWS) continue;
      const point = pointAt(assignments, work.channel, event.at);
      events.publish("energy.counter-event", {
        id: idOf(work.channel, toldAt, n),
        channel: work.channel,
        ...(point === undefined ? {} : { point }),
        ...event,
      });
    }
  }
}

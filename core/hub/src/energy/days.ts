import { dayNumberAt, SLOT_MS, startOfDayNumber } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";
import type { DerivedWriter } from "../store/index.js";

/** Number, since 1970-01-01, of the calendar day of a zone in which a slot begins. */
export const dayOfSlot = (slot: number, zone: string): number => dayNumberAt((slot * SLOT_MS) as Instant, zone);

/** First slot of a calendar day: slots belong to the day in which they begin. */
export const firstSlotOf = (day: number, zone: string): number => Math.ceil(startOfDayNumber(day, zone) / SLOT_MS);

/** What of the days of a channel is to be worked out from its slots. */
export interface DaysToWrite {
  readonly channel: number;
  readonly zone: string;
  /** Slots that changed, `to` not included. */
  readonly from: number;
  readonly to: number;
  /** Nothing was before them. */
  readonly isWhole: boolean;
  /** Slots before it are final: a day is written when all of its slots are. */
  readonly closed: number;
}

/** Slots beyond these are no dates: nothing is known before, or everything after is meant. */
const FIRST_DATE = 0;
const LAST_DATE = 1e7;

/** Days that one statement works out. */
const DAYS_AT_A_TIME = 1_000;

/** Writes the days of a zone whose slots changed. */
export async function writeDays(sql: DerivedWriter, days: DaysToWrite): Promise<void> {
  const { channel, zone, to, closed } = days;
  // Where no slot is left before `to`, its day may still have some behind it.
  const from = to > FIRST_DATE ? Math.min(days.from, to - 1) : days.from;
  await makeRoom(sql, { ...days, from });
  const last = Math.min(to, closed);
  if (from >= last) return;
  const bounds: string[] = [];
  let day = dayOfSlot(from, zone);
  for (let first = firstSlotOf(day, zone); first < last; ) {
    const next = day + 1;
    const end = firstSlotOf(next, zone);
    if (end <= closed) bounds.push(`(${day}, ${first}, ${end})`);
    if (bounds.length >= DAYS_AT_A_TIME) await insertDays(sql, { channel, zone, bounds: bounds.splice(0) });
    day = next;
    first = end;
  }
  if (bounds.length > 0) await insertDays(sql, { channel, zone, bounds });
}

/** Takes the days away that are written anew, and those that have no slots any more. */
async function makeRoom(sql: DerivedWriter, { channel, zone, from, to, closed, isWhole }: DaysToWrite): Promise<void> {
  const since = isWhole || from > LAST_DATE ? "" : ` AND day >= ${dayOfSlot(from, zone)}`;
  const until = to > Math.min(closed, LAST_DATE) ? "" : ` AND day <= ${dayOfSlot(to - 1, zone)}`;
  if ((since !== "" || isWhole) && to > FIRST_DATE)
    await sql.run(`DELETE FROM days WHERE zone = ? AND channel = ?${since}${until}`, [zone, channel]);
}

interface DayBounds {
  readonly channel: number;
  readonly zone: string;
  /** `(day, first slot, first slot of the next)` */
  readonly bounds: readonly string[];
}

/** Added up in one order, the same slots give the same sum, to the last digit. */
const inOrder = "ORDER BY s.slot, s.told_at";

async function insertDays(sql: DerivedWriter, { channel, zone, bounds }: DayBounds): Promise<void> {
  const slots = bounds.map((bound) => bound.slice(1, -1).split(", ").map(Number));
  await sql.run(
    `INSERT INTO days
     SELECT ?, ?, d.day, fsum(s.import_wh ${inOrder}), fsum(s.export_wh ${inOrder}), least(1, fsum(s.coverage ${inOrder}) / max(d.b - d.a)), bit_or(s.quality)
     FROM slots AS s JOIN (VALUES ${bounds.join(", ")}) AS d(day, a, b) ON s.slot >= d.a AND s.slot < d.b
     WHERE s.channel = ${channel} AND s.slot >= ${slots[0]?.[1]} AND s.slot < ${slots.at(-1)?.[2]}
     GROUP BY d.day ORDER BY d.day`,
    [zone, channel],
  );
}

import { type BillingCycle, cycleIndexOf, cycleStart } from "./calendar-cycle.js";
import { DAY_MS, dayNumberOfMonth, HOUR_MS, monthIndexOf } from "./calendar-days.js";
import { firstInstantOf, localOf, nextHour } from "./calendar-local.js";
import { type Instant, type LocalDate, type Range, SLOT_MS } from "./instant.js";

/** Spans of the calendar that repeat: hours and days of a zone, weeks from Monday (ISO 8601), months, years and billing cycles. */
export type CalendarPeriod = "hour" | "day" | "week" | "month" | "year" | "cycle";

/** Buckets that a range is cut into: 15-minute slots, and every period of the calendar. */
export type CalendarBucket = "slot" | CalendarPeriod;

/** Periods that are whole days, numbered one after the other. */
type DayPeriod = Exclude<CalendarPeriod, "hour">;

const MONTHLY: BillingCycle = { firstDay: 1, months: 1 };

/** 1970-01-05, the first Monday of the epoch. */
const FIRST_MONDAY = 4;

/**
 * Edges of the buckets of a range, as instants: its begin, every boundary of the bucket inside, and its end; one more than there are
 * buckets. The first and the last bucket are cut when the range does not begin or end at a boundary. An empty range has one edge.
 *
 * Hours begin at :00 of the local clock, so they begin at :15 of UTC in Kathmandu; where a clock is moved by half an hour, an hour lasts
 * 30 or 90 minutes. Days last as long as they do: 23, 24 or 25 hours, or 23.5 or 24.5.
 * @throws RangeError when the zone is not known.
 * @example
 * bucketEdges(dayRange("2026-03-29", "Europe/Madrid"), "hour", "Europe/Madrid").length; // 24: the edges of 23 hours
 */
export function bucketEdges(range: Range, bucket: CalendarBucket, zone: string, cycle = MONTHLY): Float64Array {
  const edges: number[] = [range.from];
  const next = stepper(range.from, bucket, zone, cycle);
  let last: number = range.from;
  for (let edge = next(); last < range.to && edge < range.to; edge = next()) {
    // A day that a zone left out has no length.
    if (edge > last) edges.push(edge);
    last = edge;
  }
  if (range.to > range.from) edges.push(range.to);
  return Float64Array.from(edges);
}

/**
 * The period that an instant lies in.
 * @throws RangeError when the zone is not known.
 */
export function periodOf(at: Instant, period: CalendarPeriod, zone: string, cycle = MONTHLY): Range {
  if (period === "hour") return hourOf(at, zone);
  let index = indexOf(dayNumberAt(at, zone), period, cycle);
  // The clock was put back over a midnight: the same date comes twice.
  while (startOf(index + 1, period, zone, cycle) <= at) index += 1;
  return rangeOf(index, period, zone, cycle);
}

/**
 * A range moved by a number of periods: the previous month with ("month", -1), the same weeks a year ago with ("week", -52). Ends that
 * are boundaries of the period stay boundaries; others keep their date and time of day, clamped to the last day of a shorter month.
 * @throws RangeError when the zone is not known.
 */
export function shiftPeriod(range: Range, period: CalendarPeriod, by: number, where: ShiftOptions): Range {
  const move = (at: Instant): Instant => shiftInstant(at, period, by, where);
  const from = move(range.from);
  const to = move(range.to);
  return { from, to: to > from ? to : ((from + (range.to - range.from)) as Instant) };
}

/** Calendar that a range is moved in. */
export interface ShiftOptions {
  readonly zone: string;
  /** For the period `cycle`. */
  readonly cycle?: BillingCycle;
}

/**
 * The range of the same length right before: as many calendar days when it is made of whole days, else as many milliseconds.
 * @throws RangeError when the zone is not known.
 */
export function precedingRange(range: Range, zone: string): Range {
  const first = dayNumberAt(range.from, zone);
  const end = dayNumberAt(range.to, zone);
  const isDays = startOfDayNumber(first, zone) === range.from && startOfDayNumber(end, zone) === range.to;
  const from = isDays ? startOfDayNumber(first - (end - first), zone) : range.from - (range.to - range.from);
  return { from: from as Instant, to: range.from };
}

/**
 * Calendar days that a range touches.
 * @throws RangeError when the zone is not known.
 */
export function countDays(range: Range, zone: string): number {
  return bucketEdges(range, "day", zone).length - 1;
}

/**
 * Number of the local calendar day of an instant, since 1970-01-01.
 * @throws RangeError when the zone is not known.
 */
export const dayNumberAt = (at: Instant, zone: string): number => Math.floor(localOf(at, zone) / DAY_MS);

/**
 * First instant of the local day with a number since 1970-01-01.
 * @throws RangeError when the zone is not known.
 */
export const startOfDayNumber = (day: number, zone: string): Instant => firstInstantOf(day * DAY_MS, zone);

/** Number since 1970-01-01 of a calendar day. */
export const dayNumberOf = (date: LocalDate): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);

/** The calendar day with a number since 1970-01-01. */
export const localDateOfDay = (day: number): LocalDate =>
  new Date(day * DAY_MS).toISOString().slice(0, 10) as LocalDate;

/** Gives one boundary after the other, from the first one after an instant. */
function stepper(from: Instant, bucket: CalendarBucket, zone: string, cycle: BillingCycle): () => number {
  if (bucket === "slot") {
    let slot = Math.floor(from / SLOT_MS);
    return () => ++slot * SLOT_MS;
  }
  if (bucket === "hour") {
    let at: number = from;
    return () => {
      at = nextHour(at, zone);
      return at;
    };
  }
  let index = indexOf(dayNumberAt(from, zone), bucket, cycle);
  return () => startOf(++index, bucket, zone, cycle);
}

function hourOf(at: Instant, zone: string): Range {
  const HALF_DAY = 12 * HOUR_MS;
  let from = at - HALF_DAY;
  let to = nextHour(from, zone);
  while (to <= at) {
    from = to;
    to = nextHour(from, zone);
  }
  return { from: from as Instant, to: to as Instant };
}

/** Number of the period that a day is in. */
function indexOf(day: number, period: DayPeriod, cycle: BillingCycle): number {
  switch (period) {
    case "day":
      return day;
    case "week":
      return Math.floor((day - FIRST_MONDAY) / 7);
    case "month":
      return monthIndexOf(day);
    case "year":
      return Math.floor(monthIndexOf(day) / 12);
    case "cycle":
      return cycleIndexOf(day, cycle);
  }
}

/** First day of a period, as a number since 1970-01-01. */
function firstDayOf(index: number, period: DayPeriod, cycle: BillingCycle): number {
  switch (period) {
    case "day":
      return index;
    case "week":
      return index * 7 + FIRST_MONDAY;
    case "month":
      return dayNumberOfMonth(index);
    case "year":
      return dayNumberOfMonth(index * 12);
    case "cycle":
      return cycleStart(index, cycle);
  }
}

const startOf = (index: number, period: DayPeriod, zone: string, cycle: BillingCycle): Instant =>
  startOfDayNumber(firstDayOf(index, period, cycle), zone);

const rangeOf = (index: number, period: DayPeriod, zone: string, cycle: BillingCycle): Range => ({
  from: startOf(index, period, zone, cycle),
  to: startOf(index + 1, period, zone, cycle),
});

function shiftInstant(at: Instant, period: CalendarPeriod, by: number, { zone, cycle }: ShiftOptions): Instant {
  if (period === "hour") return (at + by * HOUR_MS) as Instant;
  const billing = cycle ?? MONTHLY;
  const day = dayNumberAt(at, zone);
  const index = indexOf(day, period, billing);
  if (startOf(index, period, zone, billing) === at) return startOf(index + by, period, zone, billing);
  const moved = shiftDay(day, period, by, billing);
  return firstInstantOf(moved * DAY_MS + (localOf(at, zone) - day * DAY_MS), zone);
}

/** A day moved by periods, clamped to the last day of the month that it comes to. */
function shiftDay(day: number, period: DayPeriod, by: number, cycle: BillingCycle): number {
  if (period === "day") return day + by;
  if (period === "week") return day + 7 * by;
  const months = { month: 1, year: 12, cycle: cycle.months }[period] * by;
  const month = monthIndexOf(day);
  const target = dayNumberOfMonth(month + months) + (day - dayNumberOfMonth(month));
  return Math.min(target, dayNumberOfMonth(month + months + 1) - 1);
}

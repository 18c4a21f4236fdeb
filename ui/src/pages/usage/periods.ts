import {
  type CalendarPeriod,
  dayNumberOf,
  dayRange,
  type Instant,
  type LocalDate,
  localDateOf,
  periodOf,
  shiftPeriod,
  startOfDay,
} from "@vatio/model";

/** Parts of the calendar that people look at. */
export type Period = Extract<CalendarPeriod, "day" | "week" | "month" | "year">;

/** First day, and the day after the last one. */
export interface Dates {
  readonly from: LocalDate;
  readonly until: LocalDate;
}

/** Dates of no place: days of a calendar are the same everywhere. */
const NOWHERE = "UTC";
const MONDAY = 1;

const datesOf = ({ from, to }: { readonly from: Instant; readonly to: Instant }): Dates => ({
  from: localDateOf(from, NOWHERE),
  until: localDateOf(to, NOWHERE),
});

/** Whether a text is a day of the calendar. */
export const isDay = (text: string): text is LocalDate =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  localDateOf(startOfDay(text as LocalDate, NOWHERE), NOWHERE) === text;

/** Days from one date to another. */
export const daysBetween = (from: LocalDate, until: LocalDate): number => dayNumberOf(until) - dayNumberOf(from);

/** Dates so many periods earlier or later: months and years stay whole, other days keep their number in the month where it has one. */
export const shiftDates = ({ from, until }: Dates, period: Period, by: number): Dates =>
  datesOf(
    shiftPeriod({ from: startOfDay(from, NOWHERE), to: startOfDay(until, NOWHERE) }, period, by, { zone: NOWHERE }),
  );

/** The period that a day is in. Weeks begin on a day of the region: 1 is Monday, 7 Sunday. */
export function periodDates(period: Period, day: LocalDate, weekStart = MONDAY): Dates {
  if (period !== "week" || weekStart === MONDAY) return datesOf(periodOf(dayRange(day, NOWHERE).from, period, NOWHERE));
  // A week that begins later is that of Monday, of a calendar that is so many days behind.
  const behind = MONDAY - weekStart;
  const monday = shiftDates({ from: day, until: day }, "day", behind).from;
  return shiftDates(periodDates("week", monday), "day", -behind);
}

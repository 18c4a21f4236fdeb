/** A day of 24 hours, as local calendars count them, in ms. */
export const DAY_MS = 86_400_000;

/** An hour, in ms. */
export const HOUR_MS = 3_600_000;

/** Number of the month that a day is in, since January 1970; `day` counts from 1970-01-01. */
export function monthIndexOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Number since 1970-01-01 of the first day of a month. */
export const dayNumberOfMonth = (month: number): number => Date.UTC(1970, month, 1) / DAY_MS;

/** Days of a month; `month` 1 to 12. */
export const daysInMonth = (year: number, month: number): number => {
  const index = (year - 1970) * 12 + month - 1;
  return dayNumberOfMonth(index + 1) - dayNumberOfMonth(index);
};

import { dayNumberOfMonth, monthIndexOf } from "./calendar-days.js";

/** When bills begin. */
export interface BillingCycle {
  /** Day of the month that a cycle begins on, 1 to 31; the last day of a shorter month stands for it. */
  readonly firstDay: number;
  /** Months that a cycle lasts, 1 or more. */
  readonly months: number;
  /** A month that a cycle begins in, 1 to 12. Counted from 1970 when `months` does not divide a year. @defaultValue 1 */
  readonly anchorMonth?: number;
}

/** Whole numbers within their limits, whatever a person typed. */
function tidy({ firstDay, months, anchorMonth = 1 }: BillingCycle): Required<BillingCycle> {
  const whole = (value: number, most: number): number => Math.min(most, Math.max(1, Math.floor(value) || 1));
  return { firstDay: whole(firstDay, 31), months: whole(months, 1_200), anchorMonth: whole(anchorMonth, 12) };
}

/** First day of a cycle, as a number since 1970-01-01. Cycle 0 begins in the anchor month of 1970. */
export function cycleStart(index: number, cycle: BillingCycle): number {
  const { firstDay, months, anchorMonth } = tidy(cycle);
  const month = anchorMonth - 1 + index * months;
  const first = dayNumberOfMonth(month);
  return Math.min(first + firstDay - 1, dayNumberOfMonth(month + 1) - 1);
}

/** Number of the cycle that a day, counted from 1970-01-01, is in. */
export function cycleIndexOf(day: number, cycle: BillingCycle): number {
  const { months, anchorMonth } = tidy(cycle);
  const index = Math.floor((monthIndexOf(day) - (anchorMonth - 1)) / months);
  return day < cycleStart(index, cycle) ? index - 1 : index;
}

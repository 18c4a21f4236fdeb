import { addDays, type LocalDate, startOfDay } from "@vatio/model";
import type { EnergyBucket } from "../../data/api.js";
import { type Dates, daysBetween, isDay, type Period, periodDates, shiftDates } from "./periods.js";

export type { Dates } from "./periods.js";

/** What the range of the page is called; the billing cycle joins when sites have one. */
export const RANGES = ["day", "week", "month", "year", "custom"] as const;
export type RangeName = (typeof RANGES)[number];

/** With what a range is compared. */
export const COMPARISONS = ["none", "prev", "year"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** What the page shows of all there is, as its address keeps it. */
export interface UsageView {
  readonly range: RangeName;
  readonly dates: Dates;
  readonly grouping: "source" | "device";
  readonly view: "chart" | "table";
  readonly compare: Comparison;
  /** Quarter hours instead of hours, for a day. */
  readonly fine: boolean;
}

/** What a view is read by. */
export interface ViewContext {
  /** Today at the site. */
  readonly today: LocalDate;
  readonly weekStart: number;
  /** What the person chose last time. */
  readonly compare: Comparison;
}

const CUSTOM = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;
/** About five years by month. */
const MOST_DAYS = 1_900;

const oneOf = <T extends string>(all: readonly T[], text: string | null): T | undefined =>
  all.find((each) => each === text);

/** The view of an address; what it leaves out or nobody understands is as usual: this month by source. */
export function parseView(query: URLSearchParams, context: ViewContext): UsageView {
  const rest = {
    grouping: oneOf(["source", "device"] as const, query.get("by")) ?? "source",
    view: oneOf(["chart", "table"] as const, query.get("view")) ?? "chart",
    compare: oneOf(COMPARISONS, query.get("cmp")) ?? context.compare,
    fine: query.get("b") === "slot",
  } as const;
  const [, from, last] = CUSTOM.exec(query.get("r") ?? "") ?? [];
  const custom = from !== undefined && last !== undefined ? customDates(from, last) : undefined;
  if (custom) return { range: "custom", dates: custom, ...rest };
  const range = oneOf(["day", "week", "month", "year"] as const, query.get("r")) ?? "month";
  const at = query.get("at");
  const anchor = at !== null && isDay(at) && at <= context.today ? at : context.today;
  return { range, dates: periodDates(range, anchor, context.weekStart), ...rest };
}

/** Days as a person typed them, both included; undefined when they are no range. */
export function customDates(from: string, last: string): Dates | undefined {
  if (!isDay(from) || !isDay(last) || from > last || daysBetween(from, last) > MOST_DAYS) return undefined;
  return { from, until: addDays(last, 1) };
}

/** The query that stands for a view. What is as usual is left out. */
export function viewQuery(
  { range, dates, grouping, view, fine }: UsageView,
  { today, weekStart }: Pick<ViewContext, "today" | "weekStart">,
): Readonly<Record<string, string | undefined>> {
  const isNow = range !== "custom" && periodDates(range, today, weekStart).from === dates.from;
  return {
    r: range === "custom" ? `${dates.from}..${addDays(dates.until, -1)}` : range,
    at: range === "custom" || isNow ? undefined : dates.from,
    by: grouping === "source" ? undefined : grouping,
    view: view === "chart" ? undefined : view,
    b: fine && range === "day" ? "slot" : undefined,
  };
}

/** The same length of time earlier or later: whole months of months, as many days of days. */
export function moveDates(range: RangeName, dates: Dates, step: number): Dates {
  if (range !== "custom") return shiftDates(dates, range, step);
  return shiftDates(dates, "day", daysBetween(dates.from, dates.until) * step);
}

/** Whether anything lies after a range. */
export const hasLater = ({ until }: Dates, today: LocalDate): boolean => until <= today;

/**
 * The days that a range is compared with: the range before, or the same one last year. Weeks of last year are those that begin on
 * the same day of the week.
 */
export function comparedDates(range: RangeName, dates: Dates, compare: Exclude<Comparison, "none">): Dates {
  if (compare === "prev" || range === "year") return moveDates(range, dates, -1);
  if (range === "week") return shiftDates(dates, "week", -WEEKS_OF_A_YEAR);
  const former = shiftDates(dates, "year", -1);
  // A day of last year is one day, also where the 29th of February has none.
  return range === "day" ? { from: former.from, until: addDays(former.from, 1) } : former;
}

const WEEKS_OF_A_YEAR = 52;

/** A range of instants. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The instants of days at the site. */
export const spanOf = ({ from, until }: Dates, zone: string): Span => ({
  from: startOfDay(from, zone),
  to: startOfDay(until, zone),
});

const DAYS_BY_HOUR = 2;
const DAYS_BY_DAY = 100;
const DAYS_BY_WEEK = 300;

/** How long the bars of a view are. */
export function bucketOf({ range, dates, fine }: Pick<UsageView, "range" | "dates" | "fine">): EnergyBucket {
  if (range === "day") return fine ? "slot" : "hour";
  if (range === "year") return "month";
  if (range !== "custom") return "day";
  const days = daysBetween(dates.from, dates.until);
  if (days <= DAYS_BY_HOUR) return "hour";
  if (days <= DAYS_BY_DAY) return "day";
  return days <= DAYS_BY_WEEK ? "week" : "month";
}

/** The range that a bar opens: one level down. Undefined where nothing is finer. */
export function rangeBelow(bucket: EnergyBucket): Period | undefined {
  return ({ year: "year", month: "month", week: "week", day: "day" } as const)[bucket as "year"];
}

import { addDays, type Instant, isZone, type LocalDate, localDateOf, startOfDay } from "@vatio/model";

/** Named ranges: they end now, or at an instant that a person went back to. */
export const NAMED_RANGES = ["1h", "24h", "7d", "30d", "12m"] as const;
export type NamedRange = (typeof NAMED_RANGES)[number];

/** Which part of the history is shown, as the address keeps it. */
export type HistoryRange =
  | { readonly kind: "named"; readonly name: NamedRange; readonly end: number | undefined }
  | { readonly kind: "days"; readonly from: LocalDate; readonly to: LocalDate };

/** A range of instants. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const HOUR_MS = 3_600_000;
const LENGTHS: Readonly<Record<NamedRange, number>> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 168 * HOUR_MS,
  "30d": 720 * HOUR_MS,
  "12m": 8_760 * HOUR_MS,
};
const DAYS = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;
const MOST_DAYS = 3_660;

/** A range from the query of the address; 24 hours until now when it is none. */
export function parseRange(range: string | null, end: string | null): HistoryRange {
  const days = DAYS.exec(range ?? "");
  const [from, to] = [days?.[1], days?.[2]];
  if (isDay(from) && isDay(to) && from <= to) return { kind: "days", from, to };
  const name = NAMED_RANGES.find((each) => each === range) ?? "24h";
  const at = Number(end);
  return { kind: "named", name, end: end !== null && Number.isFinite(at) && at > 0 ? at : undefined };
}

const isDay = (text: string | undefined): text is LocalDate =>
  text !== undefined &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);

/** The query that stands for a range. */
export const rangeQuery = (range: HistoryRange): { readonly r: string; readonly to: string | undefined } =>
  range.kind === "days"
    ? { r: `${range.from}..${range.to}`, to: undefined }
    : { r: range.name, to: range.end === undefined ? undefined : String(range.end) };

/** The instants of a range; days are those of the site. */
export function spanOf(range: HistoryRange, { now, zone }: { readonly now: number; readonly zone: string }): Span {
  if (range.kind === "named") {
    const to = range.end ?? now;
    return { from: to - LENGTHS[range.name], to };
  }
  const known = isZone(zone) ? zone : "UTC";
  return { from: startOfDay(range.from, known), to: startOfDay(addDays(range.to, 1), known) };
}

/** The range before or after, of the same length; it never begins after now. */
export function moveRange(range: HistoryRange, step: 1 | -1, now: number): HistoryRange {
  if (range.kind === "days") {
    const length = daysBetween(range.from, range.to) + 1;
    return { kind: "days", from: addDays(range.from, step * length), to: addDays(range.to, step * length) };
  }
  const end = (range.end ?? now) + step * LENGTHS[range.name];
  return { ...range, end: end >= now ? undefined : end };
}

const daysBetween = (from: LocalDate, to: LocalDate): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / (24 * HOUR_MS));

/** Whether anything lies after a range. */
export const hasNext = (
  range: HistoryRange,
  { now, zone }: { readonly now: number; readonly zone: string },
): boolean => (range.kind === "named" ? range.end !== undefined : spanOf(range, { now, zone }).to < now);

/** The days that a span touches, for the fields of a choice of dates. */
export function daysOf({ from, to }: Span, zone: string): { readonly from: LocalDate; readonly to: LocalDate } {
  return { from: localDateOf(from as Instant, zone), to: localDateOf((to - 1) as Instant, zone) };
}

/** Days as a person typed them; undefined when they are no range. */
export function daysRange(from: string, to: string): HistoryRange | undefined {
  if (!isDay(from) || !isDay(to) || from > to || daysBetween(from, to) > MOST_DAYS) return undefined;
  return { kind: "days", from, to };
}

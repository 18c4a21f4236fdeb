import { cached } from "../cached.js";
import type { Instant, LocalDate, Range } from "./instant.js";

/** Wall-clock fields of an instant in a zone; month 1 to 12, weekday 1 (Monday) to 7 (ISO 8601). */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => cached(formats, zone, () => makeFormat(zone));

const makeFormat = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

/** Whether this is an IANA zone name that the runtime knows (`Europe/Madrid`). */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Wall-clock time of an instant in a zone.
 * @throws RangeError when the zone is not known.
 */
export function localTime(at: Instant, zone: string): LocalTime {
  const found: Record<string, number> = {};
  for (const part of formatOf(zone).formatToParts(at)) found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second };
}

/** Offset of a zone from UTC at an instant, in milliseconds; east is positive. */
export function offsetAt(at: Instant, zone: string): number {
  const t = localTime(at, zone);
  const asUtc = Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second);
  return asUtc - Math.floor(at / 1000) * 1000;
}

const pad = (n: number): string => String(n).padStart(2, "0");

/** Calendar day of an instant in a zone. */
export function localDateOf(at: Instant, zone: string): LocalDate {
  const t = localTime(at, zone);
  return `${String(t.year).padStart(4, "0")}-${pad(t.month)}-${pad(t.day)}` as LocalDate;
}

/** The calendar day that lies a number of days after (or, negative, before) another one. */
export function addDays(date: LocalDate, count: number): LocalDate {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10) as LocalDate;
}

/**
 * First instant of a calendar day in a zone. Where midnight does not exist (a zone that springs forward at 00:00),
 * the first instant that does.
 */
export function startOfDay(date: LocalDate, zone: string): Instant {
  const naive = Date.parse(`${date}T00:00:00Z`);
  const candidates = [
    naive - offsetAt((naive - 86_400_000) as Instant, zone),
    naive - offsetAt((naive + 86_400_000) as Instant, zone),
  ];
  const exact = candidates.filter((at) => at + offsetAt(at as Instant, zone) === naive);
  return (exact.length > 0 ? Math.min(...exact) : Math.max(...candidates)) as Instant;
}

/** A calendar day in a zone as a range of instants: 23, 24 or 25 hours, or a half-hour more or less. */
export function dayRange(date: LocalDate, zone: string): Range {
  return { from: startOfDay(date, zone), to: startOfDay(addDays(date, 1), zone) };
}

import { addDays, localDateOf, offsetAt } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";

const DAY_MS = 86_400_000;

/** The instant at which a clock in a zone shows a time of a day; where it is skipped, the first instant after the gap; where it comes twice, the first. */
function instantOf(date: string, time: string, zone: string): Instant {
  const naive = Date.parse(`${date}T${time}:00Z`);
  const candidates = [naive - DAY_MS, naive + DAY_MS].map((near) => naive - offsetAt(near as Instant, zone));
  const exact = candidates.filter((at) => at + offsetAt(at as Instant, zone) === naive);
  return (exact.length > 0 ? Math.min(...exact) : Math.max(...candidates)) as Instant;
}

/**
 * The next instant after another one at which a clock in a zone shows a time.
 * @param time `02:30`
 */
export function nextRun(after: Instant, time: string, zone: string): Instant {
  const today = localDateOf(after, zone);
  const times = [0, 1, 2].map((days) => instantOf(addDays(today, days), time, zone));
  return times.find((at) => at > after) ?? ((after + DAY_MS) as Instant);
}

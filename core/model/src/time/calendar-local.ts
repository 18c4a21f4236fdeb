import { DAY_MS, HOUR_MS } from "./calendar-days.js";
import type { Instant } from "./instant.js";
import { zoneOffsets } from "./zone-offsets.js";

/** What the clock on the wall shows at an instant, as ms since 1970-01-01 00:00 of that clock. */
export const localOf = (at: number, zone: string): number => at + zoneOffsets(zone).at(at);

/** The first instant at which the clock on the wall shows a time, or, when the clock skips it, a later one. */
export function firstInstantOf(local: number, zone: string): Instant {
  const offsets = zoneOffsets(zone);
  const before = offsets.at(local - DAY_MS);
  const after = offsets.at(local + DAY_MS);
  const early = local - before;
  if (before === after || offsets.at(early) === before) return early as Instant;
  const late = local - after;
  if (offsets.at(late) === after) return late as Instant;
  return offsets.changeBetween(late, early) as Instant;
}

/**
 * The first boundary of an hour after an instant: the clock shows :00, or has just skipped it. A clock that is put back by a whole hour
 * shows :00 twice; one that is put back by half an hour goes on in the hour that it came from.
 */
export function nextHour(at: number, zone: string): number {
  const offsets = zoneOffsets(zone);
  const offset = offsets.at(at);
  const candidate = hourAfter(at + offset) - offset;
  if (offsets.at(candidate) === offset) return candidate;
  const change = offsets.changeBetween(at, candidate);
  const shown = change + offsets.at(change);
  const skipsBoundary = Math.floor(shown / HOUR_MS) > Math.floor((change - 1 + offset) / HOUR_MS);
  if (shown % HOUR_MS === 0 || skipsBoundary) return change;
  return hourAfter(shown) - offsets.at(change);
}

const hourAfter = (local: number): number => (Math.floor(local / HOUR_MS) + 1) * HOUR_MS;

import { days, type Instant } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** No reading is older: a clock that shows less was never set. */
export const EARLIEST = Date.UTC(2020, 0, 1) as Instant;
/** No reading is younger while the hub does not know the time itself. */
const LATEST = Date.UTC(2100, 0, 1) as Instant;
/** How far a device's clock may be ahead. */
const AHEAD = days(1);

/** Whether the hub's clock was set: a machine without a real-time clock begins in 1970. */
export const isClockSet = (clock: HubClock): boolean => clock.now() >= EARLIEST;

/** The instants that a reading may have now. */
export function plausibleTimes(clock: HubClock): { readonly from: number; readonly to: number } {
  return { from: EARLIEST, to: isClockSet(clock) ? clock.now() + AHEAD : LATEST };
}

/** Whether an instant was stamped by the hub's own clock before that was set: true time is known later. */
export function isStampedUnset(at: number, clock: HubClock): boolean {
  return !isClockSet(clock) && at < EARLIEST && Math.abs(at - clock.now()) <= AHEAD;
}

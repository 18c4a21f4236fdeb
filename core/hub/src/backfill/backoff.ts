import { type DurationMs, minutes } from "@vatio/plugin-api";

const WAITS = [1, 2, 5, 15, 60, 180, 360];

/** How long to wait after so many failures in a row: from a minute to six hours. */
export const waitAfter = (failures: number): DurationMs =>
  minutes(WAITS[Math.min(Math.max(1, failures), WAITS.length) - 1] ?? 360);

import type { Range } from "@vatio/plugin-api";
import { subtract, toSet } from "./ranges.js";

const MINUTE = 60_000;

/** A device that tells something every minute has a gap when nothing came for longer. */
export const GAP_MS = 5 * MINUTE;

/** A device that tells something seldom has a gap after so many times its rhythm. */
const RHYTHMS = 3;

/** Fewer readings do not show a rhythm. */
const FEWEST_READINGS = 10;

/** Instants that a channel has readings for. */
export interface Filled {
  /** Ascending. */
  readonly at: readonly number[];
  /** How long each of them stands for, in ms; 0 for a reading of a moment. */
  readonly lasts: readonly number[];
}

/** The usual time between two readings, in ms; undefined when too few show it. */
export function rhythmOf(at: readonly number[]): number | undefined {
  if (at.length < FEWEST_READINGS) return undefined;
  const steps = at.slice(1).map((each, i) => each - (at[i] as number));
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1];
}

/**
 * The gaps of a channel within a window, in whole minutes: nothing came for more than five minutes, or three times the rhythm when that is
 * longer, or less beside energy of intervals. A reading fills its minute, the energy of an interval all of it.
 */
export function findGaps({ at, lasts }: Filled, window: Range): readonly Range[] {
  const least = Math.max(GAP_MS, RHYTHMS * (rhythmOf(at) ?? 0));
  const filled = at.map((each, i) => {
    const from = Math.floor(each / MINUTE) * MINUTE;
    return { from, to: Math.max(from + MINUTE, Math.ceil((each + (lasts[i] ?? 0)) / MINUTE) * MINUTE) } as Range;
  });
  const whole = {
    from: Math.ceil(window.from / MINUTE) * MINUTE,
    to: Math.floor(window.to / MINUTE) * MINUTE,
  } as Range;
  // Beside minutes that came from the device's memory, each one that is missing counts: a device that has one has the next.
  const told = filled.filter((_, i) => (lasts[i] ?? 0) > 0);
  const edges = new Set<number>(told.flatMap(({ from, to }) => [from, to]));
  return subtract(toSet([whole]), toSet(filled)).filter(
    ({ from, to }) => to - from > least || edges.has(from) || edges.has(to),
  );
}

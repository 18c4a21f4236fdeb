import type { DurationMs, Instant } from "@vatio/plugin-api";

interface Burst {
  readonly start: Instant;
  readonly seen: Set<string>;
}

/** Devices whose last burst is remembered; the oldest is forgotten first. */
const MOST_DEVICES = 5_000;

/** How far a burst may begin after its first message, so that two bursts of one millisecond stay apart. */
const MOST_AHEAD_MS = 100;

/**
 * Gives messages that a device sends one after the other, one value each and without a time, the arrival of the first
 * as their common instant, so that they become one row. A value that comes again begins a new burst, and a new instant.
 */
export class BurstInstants {
  readonly #window: DurationMs;
  readonly #bursts = new Map<string, Burst>();

  constructor(window: DurationMs) {
    this.#window = window;
  }

  /** The instant of a value that arrived. @param value names channel and metric */
  instantFor(device: string, value: string, arrival: Instant): Instant {
    const burst = this.#bursts.get(device);
    const age = burst ? arrival - burst.start : Number.POSITIVE_INFINITY;
    const belongs = age >= -MOST_AHEAD_MS && age < this.#window;
    if (!burst || !belongs || burst.seen.has(value)) return this.#begin(device, value, startAfter(burst, arrival));
    burst.seen.add(value);
    return burst.start;
  }

  #begin(device: string, value: string, start: Instant): Instant {
    this.#bursts.delete(device);
    this.#bursts.set(device, { start, seen: new Set([value]) });
    const [oldest] = this.#bursts.keys();
    if (this.#bursts.size > MOST_DEVICES && oldest !== undefined) this.#bursts.delete(oldest);
    return start;
  }
}

/** The arrival, or the millisecond after the last burst when both would be the same. A clock that stepped back counts anew. */
function startAfter(last: Burst | undefined, arrival: Instant): Instant {
  const ahead = last ? last.start - arrival : -1;
  return last && ahead >= 0 && ahead < MOST_AHEAD_MS ? ((last.start + 1) as Instant) : arrival;
}

import { type DurationMs, type Instant, minutes, seconds } from "./instant.js";

/** One value on its way to an instant. */
export interface Arrival {
  readonly device: string;
  /** What the value is of: a metric, or a channel and its metrics. */
  readonly metric: string;
  readonly value: number | string;
  readonly at: Instant;
  /** Quality of service of MQTT; 0 when left out: nobody was told that it is safe. */
  readonly qos?: 0 | 1 | 2;
  /** The sender marked it as sent before. */
  readonly redelivered?: boolean;
}

/** How messages are grouped. */
export interface BurstInstantsOptions {
  /** Messages that arrive within this span of the first one are of one instant; 0 gives each an instant of its own. */
  readonly window: DurationMs;
}

interface Burst {
  readonly start: Instant;
  readonly seen: Map<string, Pick<Arrival, "value" | "at">>;
}

/** Devices whose last burst is remembered; the one whose burst began longest ago is forgotten first. */
const MAX_DEVICES = 5_000;

/** The same value again within this span may be the same message delivered twice: no meter publishes that often. */
const REDELIVERY: DurationMs = seconds(1);

/**
 * How far instants may run ahead of the arrivals, when values come faster than one in a millisecond: what a broker kept while the hub was
 * away arrives all at once.
 */
const MAX_AHEAD: DurationMs = minutes(1);

/**
 * Gives the messages that a device sends one after the other, one value each and without a time, the arrival of the first as their common
 * instant, so that a reader sees them as one row. A metric that comes again begins a new burst, so that no value is lost; two different values of a
 * metric never get the same instant while the clock does not go back.
 */
export class BurstInstants {
  readonly #window: DurationMs;
  readonly #bursts = new Map<string, Burst>();

  constructor({ window }: BurstInstantsOptions) {
    this.#window = window;
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.#bursts.size;
  }

  /** The instant of a value that arrived; undefined when more came at once than instants can tell apart: it must come again later. */
  instantFor(arrival: Arrival): Instant | undefined {
    const burst = this.#bursts.get(arrival.device);
    if (!burst || !this.#belongs(burst, arrival)) return this.#begin(arrival, burst);
    if (!burst.seen.has(arrival.metric)) burst.seen.set(arrival.metric, arrival);
    return burst.start;
  }

  #belongs({ start, seen }: Burst, arrival: Arrival): boolean {
    // A burst that had to begin a little later than its first message arrived takes the others all the same.
    const age = arrival.at - start;
    if (age < -MAX_AHEAD || age >= this.#window) return false;
    const before = seen.get(arrival.metric);
    return before === undefined || isRepetition(before, arrival);
  }

  #begin(arrival: Arrival, last: Burst | undefined): Instant | undefined {
    const start = last ? followingInstant(last.start, arrival.at) : arrival.at;
    if (start - arrival.at > MAX_AHEAD) return undefined;
    this.#remember(arrival.device, { start, seen: new Map([[arrival.metric, arrival]]) });
    return start;
  }

  #remember(device: string, burst: Burst): void {
    this.#bursts.delete(device);
    this.#bursts.set(device, burst);
    const [oldest] = this.#bursts.keys();
    if (this.#bursts.size > MAX_DEVICES && oldest !== undefined) this.#bursts.delete(oldest);
  }
}

/** A message that was acknowledged is only left out when its sender says that it was sent before. */
function isRepetition(
  before: Pick<Arrival, "value" | "at">,
  { value, at, qos = 0, redelivered = false }: Arrival,
): boolean {
  return (qos === 0 || redelivered) && before.value === value && at - before.at < REDELIVERY;
}

/** The arrival, or the first instant after the last burst when that is the same or a little ahead. */
function followingInstant(last: Instant, arrival: Instant): Instant {
  const steppedBack = last - arrival > MAX_AHEAD;
  return steppedBack ? arrival : (Math.max(arrival, last + 1) as Instant);
}

import { type Clock, type DurationMs, minutes } from "@vatio/plugin-api";

/** How long an unknown prefix is left alone after it was asked. */
const PAUSE: DurationMs = minutes(10);

/** Unknown prefixes that are remembered; beyond that nobody is asked until older ones run out. */
const MOST_PREFIXES = 200;

/** Limits how often unknown prefixes are asked who they are: anybody may publish on a topic that ends in `/online`. */
export class PrefixWatch {
  readonly #clock: Clock;
  readonly #askedAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this prefix may be asked now; the question counts as asked. */
  mayAsk(prefix: string): boolean {
    const now = this.#clock.now();
    for (const [other, at] of this.#askedAt) if (now - at >= PAUSE) this.#askedAt.delete(other);
    if (this.#askedAt.has(prefix) || this.#askedAt.size >= MOST_PREFIXES) return false;
    this.#askedAt.set(prefix, now);
    return true;
  }

  /** The prefix is known now. */
  forget(prefix: string): void {
    this.#askedAt.delete(prefix);
  }
}

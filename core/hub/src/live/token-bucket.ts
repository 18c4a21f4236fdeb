import type { HubClock } from "../clock.js";

export interface TokenBucketOptions {
  readonly clock: HubClock;
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** Lets so many through in a second, and a burst at once. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAt: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAt = options.clock.monotonic();
  }

  /** Whether one more may pass. */
  take(): boolean {
    const { clock, perSecond, burst } = this.#options;
    const now = clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

import type { DurationMs } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** How often something may happen. */
export interface Rate {
  /** In the long run. */
  readonly perSecond: number;
  /** At once, after a quiet time. */
  readonly burst: number;
}

/** A token bucket on the injected clock. */
export class TokenBucket {
  readonly #clock: HubClock;
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(clock: HubClock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = clock.monotonic();
  }

  /** Takes a token when there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes a token, on credit when there is none. @returns how long to wait for it; 0 when it was there */
  take(): DurationMs {
    this.#refill();
    this.#tokens -= 1;
    return (this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate.perSecond) * 1_000) as DurationMs;
  }

  /** Whether it is as full as after a long quiet time. */
  get full(): boolean {
    this.#refill();
    return this.#tokens >= this.#rate.burst;
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#at) / 1_000) * this.#rate.perSecond);
    this.#at = now;
  }
}

import { VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** How attempts are limited. */
export interface AttemptLimits {
  /** Failures that cost nothing. */
  readonly free: number;
  /** Wait after the first failure beyond; doubles with each further one. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Keys that are remembered; the one that failed longest ago goes first. */
  readonly keys: number;
}

/** Five failures are free, then 1 s, 2 s, 4 s and so on up to 15 minutes. */
export const LOGIN_LIMITS: AttemptLimits = { free: 5, firstWaitMs: 1_000, longestWaitMs: 900_000, keys: 10_000 };

interface Failures {
  count: number;
  lastAt: number;
}

/** Limits for what strangers could otherwise lock for its owner: an account's name, set-up as a whole. The wait stays below a minute. */
export const SHARED_LIMITS: AttemptLimits = { ...LOGIN_LIMITS, longestWaitMs: 60_000 };

/** Progressive back-off for each key (an account, an address), so that guessing gets slower and slower. */
export class AttemptLimiter {
  readonly #clock: HubClock;
  readonly #limits: AttemptLimits;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: HubClock, limits: AttemptLimits = LOGIN_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Milliseconds until the next attempt is looked at; 0 when it may come now. */
  waitMs(key: string): number {
    const failures = this.#failures.get(key);
    if (!failures) return 0;
    return Math.max(0, failures.lastAt + this.#waitAfter(failures.count) - this.#clock.now());
  }

  /** @throws E_RATE_LIMITED with `details.retryAfterMs` while any of the keys must wait */
  require(...keys: readonly string[]): void {
    const retryAfterMs = Math.max(0, ...keys.map((key) => this.waitMs(key)));
    if (retryAfterMs === 0) return;
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new VatioError("E_RATE_LIMITED", `Too many failed attempts. Try again in ${seconds} s.`, {
      retryable: true,
      details: { retryAfterMs },
    });
  }

  failed(...keys: readonly string[]): void {
    for (const key of keys) {
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      // Deleting first keeps the map in order of the last failure.
      this.#failures.delete(key);
      this.#failures.set(key, { count, lastAt: this.#clock.now() });
    }
    this.#forget();
  }

  succeeded(...keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key);
  }

  #waitAfter(count: number): number {
    const beyond = count - this.#limits.free;
    return beyond <= 0
      ? 0
      : Math.min(this.#limits.longestWaitMs, this.#limits.firstWaitMs * 2 ** Math.min(beyond - 1, 30));
  }

  #forget(): void {
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= this.#limits.keys) return;
      this.#failures.delete(key);
    }
  }
}

import type { Clock, Instant } from "@vatio/plugin-api";

/** A clock that can show another time for the length of one call: how devices tell what happened before they were switched on. */
export class PretendClock implements Clock {
  readonly #real: Clock;
  #pretended: Instant | undefined;

  constructor(real: Clock) {
    this.#real = real;
  }

  now(): Instant {
    return this.#pretended ?? this.#real.now();
  }

  get pretending(): boolean {
    return this.#pretended !== undefined;
  }

  /** Shows another time until the call returns; what it leaves to a promise sees the real time again. */
  during(at: Instant, call: () => void): void {
    this.#pretended = at;
    try {
      call();
    } finally {
      this.#pretended = undefined;
    }
  }
}

import type { DurationMs, Instant } from "@vatio/plugin-api";
import type { HubClock } from "../../../src/clock.js";

interface Armed {
  readonly due: number;
  readonly run: () => void;
}

/** Lets everything that does not wait for time go on: microtasks, messages between threads, file access. */
export const settle = async (turns = 5): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The instant at which a clock begins when a test does not say. */
export const START = 1_780_000_000_000;

/** A clock that only moves when a test says so. */
export class ManualClock implements HubClock {
  readonly #armed = new Set<Armed>();
  #now: number;
  #monotonic = 0;

  constructor(start = START) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now as Instant;
  }

  monotonic(): DurationMs {
    return this.#monotonic as DurationMs;
  }

  timer(delay: DurationMs, run: () => void): Disposable {
    const armed = { due: this.#now + Math.max(0, delay), run };
    this.#armed.add(armed);
    return { [Symbol.dispose]: () => void this.#armed.delete(armed) };
  }

  /** Timers that wait. */
  get open(): number {
    return this.#armed.size;
  }

  /** Time passes without any timer being run: what a busy thread does. */
  skip(ms: number): void {
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Time passes; timers run when they are due, and what they start goes on in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#armed.delete(next);
      this.skip(Math.max(0, next.due - this.#now));
      next.run();
      await settle();
    }
    this.skip(until - this.#now);
  }

  #next(until: number): Armed | undefined {
    return [...this.#armed].filter((armed) => armed.due <= until).sort((a, b) => a.due - b.due)[0];
  }
}

import type { HubClock } from "@vatio/hub";
import type { DurationMs, Instant } from "@vatio/plugin-api";

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in order of their due time, then of their making. */
export class VirtualClock implements HubClock {
  #now: number;
  readonly #start: number;
  readonly #timers = new Set<Timer>();
  #order = 0;

  constructor(now: Instant) {
    this.#now = now;
    this.#start = now;
  }

  now(): Instant {
    return this.#now as Instant;
  }

  monotonic(): DurationMs {
    return (this.#now - this.#start) as DurationMs;
  }

  timer(delay: DurationMs, run: () => void): Disposable {
    const timer: Timer = { due: this.#now + Math.max(0, delay), order: this.#order++, run };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Due time of the next timer, when there is one. */
  get nextDue(): Instant | undefined {
    return this.#next()?.due as Instant | undefined;
  }

  /** Moves to the next timer that is due until then and fires it. @returns false when there is none. */
  fireNext(until: Instant): boolean {
    const timer = this.#next();
    if (!timer || timer.due > until) return false;
    this.#timers.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    timer.run();
    return true;
  }

  /** Moves the time without firing anything: what a clock step by NTP looks like. */
  jumpTo(at: Instant): void {
    this.#now = at;
  }

  #next(): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of this.#timers) {
      if (!found || timer.due < found.due || (timer.due === found.due && timer.order < found.order)) found = timer;
    }
    return found;
  }
}

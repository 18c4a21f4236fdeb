import { type Clock, type DurationMs, type Instant, instant, type Job, type RepeatOptions } from "@vatio/plugin-api";

interface Repeat {
  due: number;
  readonly interval: number;
  readonly job: Job;
}

/** Time that stands still until a test moves it, and the one kind of timer that the plugin and its simulator use. */
export class ManualTime implements Clock {
  readonly #repeats = new Set<Repeat>();
  #now: number;

  constructor(now = "2026-11-14T12:00:00Z") {
    this.#now = Date.parse(now);
  }

  now(): Instant {
    return instant(this.#now);
  }

  /** Moves the time without firing anything: a step of the system's clock. */
  jump(span: DurationMs): void {
    this.#now += span;
  }

  every(interval: DurationMs, job: Job, options: RepeatOptions = {}): Disposable {
    const repeat: Repeat = { due: this.#now + (options.firstAfter ?? interval), interval, job };
    this.#repeats.add(repeat);
    return { [Symbol.dispose]: () => void this.#repeats.delete(repeat) };
  }

  /** Runs every job that falls due, in order, each to its end. */
  async advance(span: DurationMs): Promise<void> {
    const until = this.#now + span;
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = Math.max(this.#now, next.due);
      next.due += next.interval;
      await next.job(new AbortController().signal);
    }
    this.#now = until;
  }

  #next(until: number): Repeat | undefined {
    const due = [...this.#repeats].filter((repeat) => repeat.due <= until);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}

import {
  type Clock,
  type DurationMs,
  type Instant,
  instant,
  type Job,
  type RepeatOptions,
  type Scheduler,
} from "@vatio/plugin-api";

interface Timer {
  due: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualTime implements Clock, Scheduler {
  readonly #timers = new Set<Timer>();
  readonly errors: unknown[] = [];
  #now: number;

  constructor(now = "2026-11-14T12:00:00Z") {
    this.#now = Date.parse(now);
  }

  now(): Instant {
    return instant(this.#now);
  }

  /** Fires every timer that falls due, in order. */
  advance(span: DurationMs): void {
    const until = this.#now + span;
    for (let timer = this.#next(until); timer; timer = this.#next(until)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.run();
    }
    this.#now = until;
  }

  after(delay: DurationMs, job: Job): Disposable {
    return this.#arm(this.#now + delay, () => void this.#run(job));
  }

  at(when: Instant, job: Job): Disposable {
    return this.#arm(when, () => void this.#run(job));
  }

  every(interval: DurationMs, job: Job, options: RepeatOptions = {}): Disposable {
    let current: Disposable;
    let ended = false;
    const tick = (): void => {
      if (ended) return;
      current = this.#arm(this.#now + interval, tick);
      void this.#run(job);
    };
    current = this.#arm(this.#now + (options.firstAfter ?? interval), tick);
    return {
      [Symbol.dispose]: () => {
        ended = true;
        current[Symbol.dispose]();
      },
    };
  }

  async sleep(delay: DurationMs): Promise<void> {
    await new Promise<void>((resolve) => this.after(delay, () => resolve()));
  }

  async #run(job: Job): Promise<void> {
    try {
      await job(new AbortController().signal);
    } catch (error) {
      this.errors.push(error);
    }
  }

  #arm(due: number, run: () => void): Disposable {
    const timer = { due, run };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  #next(until: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= until);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}

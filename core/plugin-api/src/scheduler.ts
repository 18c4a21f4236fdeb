import type { DurationMs, Instant } from "@vatio/model";

/** A job; the signal is aborted at its deadline and when the plugin stops. */
export type Job = (signal: AbortSignal) => void | Promise<void>;

/** When and how a job repeats. */
export interface RepeatOptions {
  /** Before the first run; the interval itself when left out. */
  readonly firstAfter?: DurationMs;
  /** 60 s when left out. */
  readonly timeout?: DurationMs;
}

/** Timers of a plugin; they end with it. */
export interface Scheduler {
  /** Runs once after a span. */
  after(delay: DurationMs, job: Job): Disposable;
  /** Runs again and again, never twice at once: a run that is due while the last one goes on is left out. */
  every(interval: DurationMs, job: Job, options?: RepeatOptions): Disposable;
  /** Runs once at an instant, at once when it has passed. */
  at(instant: Instant, job: Job): Disposable;
  /** Settles after a span; rejects with E_ABORTED when the signal fires. */
  sleep(delay: DurationMs, signal?: AbortSignal): Promise<void>;
}

/** The hub's clock: virtual in tests. */
export interface Clock {
  now(): Instant;
}

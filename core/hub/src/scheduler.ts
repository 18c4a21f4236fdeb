import {
  type DurationMs,
  type Instant,
  type Job,
  type RepeatOptions,
  type Scheduler,
  seconds,
  VatioError,
} from "@vatio/plugin-api";
import type { HubClock } from "./clock.js";
import { deferred } from "./deferred.js";

/** Called with what a job threw. */
export type JobErrorHandler = (error: unknown) => void;

const DEFAULT_TIMEOUT = seconds(60);

/** Timers on the injected clock. Disposing it cancels them all and aborts the jobs that run. */
export class HubScheduler implements Scheduler, Disposable {
  readonly #clock: HubClock;
  readonly #onError: JobErrorHandler;
  readonly #timers = new Set<Disposable>();
  readonly #running = new Set<AbortController>();
  #disposed = false;

  constructor(clock: HubClock, onError: JobErrorHandler) {
    this.#clock = clock;
    this.#onError = onError;
  }

  after(delay: DurationMs, job: Job): Disposable {
    return this.#arm(delay, () => void this.#run(job, DEFAULT_TIMEOUT));
  }

  at(instant: Instant, job: Job): Disposable {
    return this.after(Math.max(0, instant - this.#clock.now()) as DurationMs, job);
  }

  every(interval: DurationMs, job: Job, options: RepeatOptions = {}): Disposable {
    let timer: Disposable | undefined;
    let busy = false;
    let ended = false;
    const tick = (): void => {
      if (ended) return;
      timer = this.#arm(interval, tick);
      if (busy) return;
      busy = true;
      void this.#run(job, options.timeout ?? DEFAULT_TIMEOUT).finally(() => (busy = false));
    };
    timer = this.#arm(options.firstAfter ?? interval, tick);
    return {
      [Symbol.dispose]: () => {
        ended = true;
        timer?.[Symbol.dispose]();
      },
    };
  }

  sleep(delay: DurationMs, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = deferred();
    const timer = this.#arm(delay, resolve);
    const abort = (): void => {
      timer[Symbol.dispose]();
      reject(new VatioError("E_ABORTED", "The wait was aborted."));
    };
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Timers that are armed and jobs that run: what a leak report shows. */
  get open(): number {
    return this.#timers.size + this.#running.size;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
    this.#timers.clear();
    for (const running of this.#running) running.abort(new VatioError("E_ABORTED", "The scheduler stopped."));
  }

  #arm(delay: DurationMs, run: () => void): Disposable {
    if (this.#disposed) throw new VatioError("E_DISPOSED", "The scheduler has stopped; no timer can be set any more.");
    const timer = this.#clock.timer(delay, () => {
      this.#timers.delete(entry);
      run();
    });
    const entry: Disposable = {
      [Symbol.dispose]: () => {
        this.#timers.delete(entry);
        timer[Symbol.dispose]();
      },
    };
    this.#timers.add(entry);
    return entry;
  }

  async #run(job: Job, timeout: DurationMs): Promise<void> {
    const controller = new AbortController();
    this.#running.add(controller);
    const deadline = this.#clock.timer(timeout, () =>
      controller.abort(new VatioError("E_TIMEOUT", `The job took longer than ${timeout} ms.`)),
    );
    try {
      await job(controller.signal);
    } catch (error) {
      if (!this.#disposed) this.#onError(error);
    } finally {
      deadline[Symbol.dispose]();
      this.#running.delete(controller);
    }
  }
}

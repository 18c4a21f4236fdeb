import { seconds } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { deferred } from "../deferred.js";
import { busy } from "./uploads.js";

/** How long somebody waits for an answer; connections that stay silent for longer are cut, by browsers and proxies too. */
const PATIENCE = seconds(25);

interface Job {
  readonly key: string;
  readonly promise: Promise<unknown>;
  readonly progress: () => number | undefined;
  settled: boolean;
}

/** What is asked for. */
export interface JobOrder<T> {
  /** The same for the same question. */
  readonly key: string;
  readonly work: () => Promise<T>;
  /** Share that is done, 0 to 1. */
  readonly progress?: () => number | undefined;
}

/**
 * Does one thing at a time, because reading a file keeps a core busy. What takes long goes on while nobody waits: whoever asks the same
 * again gets the answer then.
 */
export class LoneJob {
  readonly #clock: HubClock;
  #job: Job | undefined;

  constructor(clock: HubClock) {
    this.#clock = clock;
  }

  /** Something is being done. */
  get busy(): boolean {
    return this.#job !== undefined && !this.#job.settled;
  }

  /**
   * The answer to a question; several may wait for the same one.
   * @throws E_IMPORT_BUSY (retryable) while something else is done; with `details.progress` while this goes on
   */
  async run<T>(order: JobOrder<T>): Promise<T> {
    const job = this.#jobFor(order);
    try {
      return (await this.#patiently(job)) as T;
    } finally {
      // An answer that nobody has heard yet is kept.
      if (job.settled && this.#job === job) this.#job = undefined;
    }
  }

  /** Waits for what is being done, whatever comes of it. */
  async settle(): Promise<void> {
    await this.#job?.promise.catch(() => undefined);
  }

  #jobFor({ key, work, progress = () => undefined }: JobOrder<unknown>): Job {
    const current = this.#job;
    if (current?.key === key) return current;
    if (current && !current.settled) throw busy("Another file is being read. Try again when that is done.");
    const job: Job = { key, promise: work(), progress, settled: false };
    const settled = (): void => {
      job.settled = true;
    };
    job.promise.then(settled, settled);
    this.#job = job;
    return job;
  }

  async #patiently({ promise, progress }: Job): Promise<unknown> {
    const impatient = deferred<never>();
    impatient.promise.catch(() => undefined);
    const timer = this.#clock.timer(PATIENCE, () => impatient.reject(stillBusy(progress())));
    try {
      return await Promise.race([promise, impatient.promise]);
    } finally {
      timer[Symbol.dispose]();
    }
  }
}

const stillBusy = (progress: number | undefined) =>
  busy("This takes a while and goes on. Ask the same again.", { progress: progress ?? 0 });

import { type DurationMs, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Deferred, deferred } from "../deferred.js";
import { Generation } from "./generation.js";
import { isDiskFull } from "./open-error.js";
import type { SerialQueue } from "./serial-queue.js";

/** When groups are committed, and by whom. */
export interface GroupCommitOptions {
  readonly clock: HubClock;
  /** The queue of everything that writes. */
  readonly queue: SerialQueue;
  /** Milliseconds between the first row of a group and its commit. */
  readonly commitMs: DurationMs;
  /** Commits as soon as no other commit is under way, whatever the clock says. */
  readonly whenIdle: boolean;
  /** Rows that start a commit at once. */
  readonly maxRows: number;
  /** Rows that may wait while a commit is under way; then writers wait. */
  readonly hardCap: number;
  /** Stores a generation durably. */
  readonly store: (generation: Generation) => Promise<void>;
  readonly onCommitted: (generation: Generation) => void;
  /** A commit failed: these are lost to the store, oldest first, and their writers are told to try again. */
  readonly onFailed: (generations: readonly Generation[], error: VatioError) => void;
}

/** Figures of the group commits. */
export interface CommitFigures {
  readonly commits: number;
  readonly failures: number;
  /** Milliseconds that the last commit took. */
  readonly lastMs: number;
  readonly longestMs: number;
}

function commitError(error: VatioError): VatioError {
  if (error.code === "E_STORE_FATAL") return error;
  const code = isDiskFull(error) ? "E_STORE_DISK_FULL" : "E_STORE_COMMIT";
  return new VatioError(
    code,
    `A group of readings was not stored: ${error.message} Nothing of it was kept; send it again.`,
    { cause: error, retryable: true },
  );
}

/** Collects rows and commits them in groups, one commit at a time: while it is under way, the next group fills. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #open = new Generation();
  #underWay: Generation | undefined;
  #timer: Disposable | undefined;
  #scheduled = false;
  #isDue = false;
  #room: Deferred<void> | undefined;
  #figures = { commits: 0, failures: 0, lastMs: 0, longestMs: 0 };

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** The generation that takes rows now. */
  get open(): Generation {
    return this.#open;
  }

  get figures(): CommitFigures {
    return this.#figures;
  }

  /** Rows and messages that are not durable yet. */
  get pending(): number {
    return this.#open.size + (this.#underWay?.size ?? 0);
  }

  /** Nothing waits and no commit is under way. */
  get isIdle(): boolean {
    return !this.#underWay && !this.#open.isTouched;
  }

  /** Generations that are not durable yet, oldest first. */
  get undecided(): readonly Generation[] {
    return this.#underWay ? [this.#underWay, this.#open] : [this.#open];
  }

  /** Settles when so many rows may be added; undefined when they may be now. */
  roomFor(rows: number): Promise<void> | undefined {
    if (this.#open.size === 0 || this.#open.size + rows <= this.#options.hardCap) return undefined;
    this.#room ??= deferred();
    return this.#room.promise;
  }

  /** Somebody waits for the open generation: sees to it that it is committed. @returns settles after its commit */
  touch(): Promise<void> {
    const open = this.#open;
    open.isTouched = true;
    if (open.size >= this.#options.maxRows) this.#isDue = true;
    if (this.#options.whenIdle || this.#isDue) this.#schedule();
    else this.#timer ??= this.#options.clock.timer(this.#options.commitMs, () => this.#start(true));
    return open.done;
  }

  /** Commits what waits without waiting for its time. */
  hurry(): void {
    this.#start(true);
  }

  /** Commits what waits, now. Settles when nothing waits any more, whether or not it could be stored. */
  async flush(): Promise<void> {
    while (!this.isIdle) {
      this.#start(true);
      await (this.#underWay ?? this.#open).done.catch(() => undefined);
    }
  }

  /** In the next microtask, so that writes of the same turn share the commit. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#start(this.#isDue);
    });
  }

  #start(isDue: boolean): void {
    this.#isDue = isDue;
    if (this.#underWay || !this.#open.isTouched) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#isDue = false;
    const generation = this.#open;
    this.#underWay = generation;
    this.#open = new Generation();
    this.#room?.resolve();
    this.#room = undefined;
    void this.#options.queue.run(() => this.#commit(generation)).finally(() => this.#next());
  }

  #next(): void {
    if (!this.#open.isTouched) return;
    if (this.#isDue || this.#options.whenIdle || this.#open.size >= this.#options.maxRows) this.#start(true);
  }

  async #commit(generation: Generation): Promise<void> {
    const { clock, store, onCommitted } = this.#options;
    const started = clock.monotonic();
    try {
      await store(generation);
    } catch (error) {
      this.#fail(commitError(VatioError.from(error)));
      return;
    }
    const took = clock.monotonic() - started;
    this.#figures = {
      ...this.#figures,
      commits: this.#figures.commits + 1,
      lastMs: took,
      longestMs: Math.max(this.#figures.longestMs, took),
    };
    this.#underWay = undefined;
    onCommitted(generation);
    generation.succeed();
  }

  /** What was accepted meanwhile may rest on rows that are lost now: it is refused as well. */
  #fail(error: VatioError): void {
    const lost = this.undecided;
    this.#figures = { ...this.#figures, failures: this.#figures.failures + 1 };
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#underWay = undefined;
    this.#open = new Generation();
    this.#options.onFailed(lost, error);
    for (const generation of [...lost].reverse()) generation.fail(error);
    this.#room?.resolve();
    this.#room = undefined;
  }
}

import { VatioError, type Written } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../deferred.js";
import type { Draft } from "./draft.js";
import type { Generation } from "./generation.js";
import type { GroupCommit } from "./group-commit.js";
import type { Intake } from "./intake.js";
import { KnownRows, lookUp } from "./known-rows.js";
import type { Sources } from "./sources.js";
import type { Sql } from "./types.js";

/** What the lane works with. */
export interface LateLaneOptions {
  readonly intake: Intake;
  readonly commit: GroupCommit;
  readonly sources: Sources;
  /** Connection of the look-ups. */
  readonly sql: Sql;
  readonly onError: (error: VatioError) => void;
}

/** What became of a draft; `stored` settles after its commit. */
export interface Accepted {
  readonly written: Written;
  readonly stored: Promise<void>;
}

interface Waiting {
  readonly draft: Draft;
  readonly outcome: Deferred<Accepted>;
  /** Adds to the commit that stores the draft. */
  readonly also: ((generation: Generation) => void) | undefined;
}

/** Look-ups for one draft; what is still unseen then is stored all the same, and its table marked. */
const MOST_LOOKUPS = 3;

/** Rows that share a look-up. */
const GROUP_ROWS = 20_000;

/** Takes the drafts that cannot be decided at once: their rows are older than memory reaches, or there is no room. In order. */
export class LateLane {
  readonly #options: LateLaneOptions;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: LateLaneOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#running === undefined;
  }

  /** Drafts that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  submit(draft: Draft, also?: (generation: Generation) => void): Promise<Accepted> {
    const waiting: Waiting = { draft, outcome: deferred<Accepted>(), also };
    this.#waiting.push(waiting);
    this.#running ??= this.#drain();
    return waiting.outcome.promise;
  }

  /** Settles when nothing waits. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Refuses what waits. */
  abort(error: VatioError): void {
    for (const { outcome } of this.#waiting.splice(0)) outcome.reject(error);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#decide(this.#takeGroup());
    this.#running = undefined;
  }

  #takeGroup(): Waiting[] {
    let rows = 0;
    let count = 0;
    for (const { draft } of this.#waiting) {
      rows += draft.rows;
      if (count > 0 && rows > GROUP_ROWS) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #decide(group: readonly Waiting[]): Promise<void> {
    let known = await this.#lookUp(group);
    for (const waiting of group) {
      await this.#room(waiting.draft);
      // While it waited, memory may have moved on beyond rows that it still knew.
      for (let n = 0; n < MOST_LOOKUPS && this.#options.intake.lateSpans(waiting.draft, known).length > 0; n++)
        known = await this.#lookUp([waiting]);
      this.#accept(waiting, known);
    }
  }

  async #room(draft: Draft): Promise<void> {
    for (let room = this.#options.commit.roomFor(draft.rows); room; room = this.#options.commit.roomFor(draft.rows))
      await room;
  }

  async #lookUp(group: readonly Waiting[]): Promise<KnownRows | undefined> {
    const { intake, sql, sources, onError } = this.#options;
    const spans = group.flatMap(({ draft }) => intake.lateSpans(draft, undefined));
    if (spans.length === 0) return undefined;
    intake.beforeLookUp();
    try {
      return await lookUp(sql, sources, spans);
    } catch (error) {
      // Nothing is lost: the rows are stored unseen, and whoever reads their tables takes the first of equal ones.
      onError(VatioError.from(error));
      const unknown = new KnownRows();
      unknown.note(spans);
      unknown.isComplete = false;
      return unknown;
    }
  }

  #accept({ draft, outcome, also }: Waiting, known: KnownRows | undefined): void {
    const { intake, commit } = this.#options;
    try {
      const generation = commit.open;
      const written = intake.accept(draft, generation, known);
      also?.(generation);
      outcome.resolve({ written, stored: commit.touch() });
    } catch (error) {
      outcome.reject(error);
    }
  }
}

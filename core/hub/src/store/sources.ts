import type { Instant, Range } from "@vatio/plugin-api";
import type { HotTables } from "./hot-tables.js";
import type { Manifest } from "./sealed/manifest.js";
import type { SealedFile } from "./sealed/sealed-file.js";
import { intersects, type Source } from "./source.js";

/** What finds out why a file could not be read. */
export type FileCheck = (file: SealedFile) => Promise<string | undefined>;

/** What reading a damaged file says, in one way or another; not a want of memory, an interruption or a mistake of the statement. */
const MAY_BE_DAMAGE = /IO Error|Invalid (?:Input )?Error|Serialization Error|INTERNAL Error|Parquet/i;

const NOTHING: Range = { from: 0 as Instant, to: 0 as Instant };

/** A query that met a change is run again, at most so often. */
const MOST_TRIES = 4;

/** Queries that run, and what to call when the last of them is over. */
interface Readers {
  count: number;
  onEnd: (() => void) | undefined;
}

/** Everything that holds readings: tables and sealed files, as one. */
export class Sources {
  readonly #tables: HotTables;
  readonly #manifest: Manifest;
  readonly #check: FileCheck;
  #version = 0;
  #change: Promise<unknown> | undefined;
  #holds = 0;
  #readers: Readers = { count: 0, onEnd: undefined };
  /** Settles when the queries before `#readers` are over. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(tables: HotTables, manifest: Manifest, check: FileCheck) {
    this.#tables = tables;
    this.#manifest = manifest;
    this.#check = check;
  }

  /** All of them, in order of time; files that cannot be read are left out. */
  all(): readonly Source[] {
    const files = this.#manifest.files.filter(({ path }) => !this.#manifest.problems.has(path));
    return [...files, ...this.#tables.all()].sort((a, b) => a.range.from - b.range.from);
  }

  /** Those that may hold rows of a range, in order of time. */
  within(range: Range): readonly Source[] {
    return this.all().filter((source) => intersects(source.range, range));
  }

  /**
   * Runs a query that plans with `all` or `within`; again when tables became files meanwhile, or a file turns out to be damaged. `range`:
   * what it is about, when that is known: not every failure names its file.
   */
  async read<T>(query: () => Promise<T>, range: Range = NOTHING): Promise<T> {
    for (let tries = 1; ; tries++) {
      while (this.#change !== undefined) await this.#change;
      const version = this.#version;
      const readers = this.#readers;
      readers.count++;
      try {
        const result = await query();
        if (version === this.#version || tries >= MOST_TRIES) return result;
      } catch (error) {
        if (tries >= MOST_TRIES || !(version !== this.#version || (await this.#isDamage(error, range)))) throw error;
      } finally {
        this.#release(readers);
      }
    }
  }

  /** Turns tables into files or files into others; no query plans meanwhile, and those that run are run again. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    while (this.#change !== undefined) await this.#change;
    this.#version++;
    const change = work();
    this.#change = change.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await change;
    } finally {
      this.#change = undefined;
    }
  }

  /** Counts as a query that runs, until it is disposed. */
  hold(): Disposable {
    const readers = this.#readers;
    readers.count++;
    this.#holds++;
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#holds--;
        this.#release(readers);
      },
    };
  }

  /** Somebody holds it for longer than a query takes. */
  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Settles when every query that runs now is over: what only they can still read may go. */
  async unused(): Promise<void> {
    const readers = this.#readers;
    if (readers.count > 0) {
      this.#readers = { count: 0, onEnd: undefined };
      const ended = new Promise<void>((resolve) => {
        readers.onEnd = resolve;
      });
      this.#before = Promise.all([this.#before, ended]);
    }
    await this.#before;
  }

  #release(readers: Readers): void {
    readers.count--;
    if (readers.count === 0) readers.onEnd?.();
  }

  /** Whether a query failed for a file that is damaged; it is then left out from now on. */
  async #isDamage(error: unknown, range: Range): Promise<boolean> {
    const message = error instanceof Error ? error.message : "";
    if (!MAY_BE_DAMAGE.test(message)) return false;
    const files = this.#manifest.files.filter(({ path }) => !this.#manifest.problems.has(path));
    const named = files.filter(({ file }) => message.includes(file));
    const used = files.filter((file) => intersects(file.range, range));
    let isDamage = false;
    for (const file of named.length > 0 ? named : used) {
      const problem = await this.#check(file);
      this.#manifest.setProblem(file.path, problem);
      isDamage ||= problem !== undefined;
    }
    return isDamage;
  }
}

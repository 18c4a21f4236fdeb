import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { milliseconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { QueryLimits } from "./types.js";

/** What a running query is watched with. */
export interface QueryWatchOptions {
  readonly limits: QueryLimits;
  readonly clock: HubClock;
  readonly interrupt: () => void;
  /** Bytes of memory of the process. */
  readonly memory: () => number;
  readonly spillFolder: string | undefined;
  /** Aborted when the hub stops. */
  readonly signal: AbortSignal;
}

const LOOK_EVERY = milliseconds(50);
const MEGABYTE = 1024 * 1024;

const megabytes = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`;

/** Bytes of the files of a folder; none when it is not there. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Ends a query that takes too long, too much memory or too much of the disk. Not all memory is under the limit of the database (text and some
 * aggregates are not), so the process itself is looked at.
 */
export class QueryWatch {
  readonly #options: QueryWatchOptions;
  readonly #memoryBefore: number;
  readonly #deadline: Disposable;
  #look: Disposable | undefined;
  #verdict: VatioError | undefined;
  #isOver = false;

  constructor(options: QueryWatchOptions) {
    this.#options = options;
    this.#memoryBefore = options.memory();
    const { clock, limits } = options;
    this.#deadline = clock.timer(milliseconds(limits.ms), () => this.#end(tooSlow(limits)));
    this.#lookLater();
    if (options.signal.aborted) this.#abort();
    options.signal.addEventListener("abort", this.#abort);
  }

  /** Why the query was ended, when it was. */
  get verdict(): VatioError | undefined {
    return this.#verdict;
  }

  stop(): void {
    this.#isOver = true;
    this.#deadline[Symbol.dispose]();
    this.#look?.[Symbol.dispose]();
    this.#options.signal.removeEventListener("abort", this.#abort);
  }

  readonly #abort = (): void => this.#end(new VatioError("E_ABORTED", "The query was ended because the hub stops."));

  #lookLater(): void {
    this.#look = this.#options.clock.timer(LOOK_EVERY, () => void this.#lookNow());
  }

  async #lookNow(): Promise<void> {
    const { limits, memory, spillFolder } = this.#options;
    if (memory() - this.#memoryBefore > limits.memory) return this.#end(tooLarge("memory", limits.memory));
    const spilt = spillFolder === undefined ? 0 : await bytesIn(spillFolder);
    if (this.#isOver) return;
    if (spilt > limits.spill) return this.#end(tooLarge("space on the disk", limits.spill));
    this.#lookLater();
  }

  #end(verdict: VatioError): void {
    if (this.#isOver) return;
    this.#verdict ??= verdict;
    this.#options.interrupt();
    // What is busy between two looks of its own may not have heard it.
    this.#look = this.#options.clock.timer(LOOK_EVERY, () => this.#end(verdict));
  }
}

const tooSlow = ({ ms }: QueryLimits): VatioError =>
  new VatioError(
    "E_SQL_TIMEOUT",
    `The query took longer than ${ms / 1_000} s and was ended. Ask for a shorter range (filter by time_ms), or take slots or days instead of readings.`,
    { details: { ms } },
  );

/** A query that wanted more than it may have. */
export const tooLarge = (of: string, limit: number): VatioError =>
  new VatioError(
    "E_SQL_TOO_LARGE",
    `The query needed more than ${megabytes(limit)} of ${of} and was ended. Ask for a shorter range or for fewer groups.`,
    { details: { of, limit } },
  );

import { statfs } from "node:fs/promises";
import path from "node:path";
import { type Log, seconds, type Text, text, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";

/** What watches the disk. */
export interface DiskGuardOptions {
  /** Free space in bytes. */
  readonly freeSpace: () => Promise<number>;
  /** Below it nothing is stored. */
  readonly minFreeBytes: number;
  readonly clock: HubClock;
  readonly log: Log;
  /** Called when storing becomes impossible, and when it is possible again. */
  readonly onChange: (blocked: Text | undefined) => void;
}

const CHECK_EVERY = seconds(10);
/** While it is full, it is looked at more often. */
const CHECK_FULL_EVERY = seconds(2);
const MEGABYTE = 1024 * 1024;

const megabytes = (bytes: number): string => `${Math.floor(bytes / MEGABYTE)} MB`;

/** Free space of the disk that holds a file. */
export async function freeSpaceOf(file: string): Promise<number> {
  const { bavail, bsize } = await statfs(path.dirname(path.resolve(file)));
  return bavail * bsize;
}

/** Refuses to store when the disk is nearly full: a database that runs out of space in the middle of its own work is lost. */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;
  #free = Number.POSITIVE_INFINITY;
  #blocked: Text | undefined;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** Why nothing is stored, when that is so. */
  get blocked(): Text | undefined {
    return this.#blocked;
  }

  /** Free space in bytes at the last look. */
  get free(): number {
    return this.#free;
  }

  /** Whether a look is due before more is stored. */
  get isDue(): boolean {
    const every = this.#blocked ? CHECK_FULL_EVERY : CHECK_EVERY;
    return Math.abs(this.#options.clock.monotonic() - this.#checkedAt) >= every;
  }

  /** The error of a refused write. */
  error(): VatioError {
    const { minFreeBytes } = this.#options;
    return new VatioError(
      "E_STORE_DISK_FULL",
      `Nothing is stored: ${megabytes(this.#free)} are left on the disk, and ${megabytes(minFreeBytes)} must stay free. Free some space; readings are then taken again.`,
      { retryable: true, details: { freeBytes: this.#free, minFreeBytes } },
    );
  }

  /** Looks at the disk now. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    this.#checkedAt = this.#options.clock.monotonic();
    try {
      this.#free = await this.#options.freeSpace();
    } catch (error) {
      // A disk that cannot be asked may still be written to; the commit itself will tell.
      this.#options.log.warn("The free space of the disk could not be read.", {
        reason: error instanceof Error ? error.message : String(error),
      });
      return;
    }
    this.#setBlocked(
      this.#free < this.#options.minFreeBytes ? text("health.disk-low", { free: megabytes(this.#free) }) : undefined,
    );
  }

  #setBlocked(blocked: Text | undefined): void {
    const changed = (blocked === undefined) !== (this.#blocked === undefined);
    this.#blocked = blocked;
    if (changed) this.#options.onChange(blocked);
  }
}

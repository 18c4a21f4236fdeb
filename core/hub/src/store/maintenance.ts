import { stat } from "node:fs/promises";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CommitWriter } from "./commit-writer.js";
import { IN_MEMORY } from "./duckdb.js";
import type { FrameStorage } from "./frame-storage.js";
import type { Growth } from "./growth.js";
import type { SerialQueue } from "./serial-queue.js";
import { putMeta, readMeta } from "./store-meta.js";
import type { Sql } from "./types.js";
import { walFiles } from "./wal.js";

/** What is looked after between commits. */
export interface MaintenanceOptions {
  readonly path: string;
  readonly clock: HubClock;
  readonly log: Log;
  /** The queue of everything that writes. */
  readonly queue: SerialQueue;
  /** The connection that writes; only inside the queue. */
  readonly sql: Sql;
  readonly writer: CommitWriter;
  readonly frames: FrameStorage;
  readonly growth: Growth;
  /** Bytes of sealed files. */
  readonly sealedBytes: () => number;
  readonly onError: (error: VatioError) => void;
}

const GROWTH_KEY = "growth";

/** Bytes of a database file and its logs. */
export async function bytesOnDisk(file: string): Promise<number> {
  if (file === IN_MEMORY) return 0;
  const sizes = [file, ...walFiles(file)].map((name) =>
    stat(name).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Work that must not delay a commit: it runs after one, when it is due. */
export class Maintenance {
  readonly #options: MaintenanceOptions;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    this.#options.growth.load(await readMeta(this.#options.sql, GROWTH_KEY));
  }

  /** Queues what is due. */
  afterCommit(): void {
    const { writer, frames, growth, clock } = this.#options;
    if (writer.wantsCheckpoint) this.#run("checkpoint", () => writer.checkpoint());
    if (frames.wantsCompaction)
      this.#run("compaction of received ranges", () => (frames.wantsCompaction ? frames.compact() : Promise.resolve()));
    if (growth.isDue(clock.now())) this.#run("size sample", () => this.#sampleSize());
  }

  async #sampleSize(): Promise<void> {
    const { growth, clock, path, sql, sealedBytes } = this.#options;
    if (!growth.isDue(clock.now())) return;
    growth.add(clock.now(), (await bytesOnDisk(path)) + sealedBytes());
    const { sql: statement, parameters } = putMeta(GROWTH_KEY, growth.serialize());
    await sql.run(statement, parameters);
  }

  #run(what: string, work: () => Promise<void>): void {
    const { queue, onError, log } = this.#options;
    queue.run(work).catch((error: unknown) => {
      log.error(`The ${what} of the telemetry store failed.`, {
        reason: error instanceof Error ? error.message : String(error),
      });
      onError(VatioError.from(error));
    });
  }
}

import { existsSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type OpenFailure, openError, readOpenFailure } from "./open-error.js";
import { markOpened, markOpening, probeAfterCrash } from "./open-probe.js";
import { repairSilentDamage, reportTails, salvage } from "./salvage.js";
import { SqlConnection } from "./sql-connection.js";
import { walFiles } from "./wal.js";

/** Path of a database that lives in memory only. */
export const IN_MEMORY = ":memory:";

/** How a database is opened. */
export interface DuckDbOptions {
  /** File, or `:memory:`. */
  readonly path: string;
  /** Limit of DuckDB's own memory in MB. The process needs about 250 MB more at its peak. */
  readonly memoryMb: number;
  readonly threads: number;
  readonly clock: HubClock;
  readonly log: Log;
}

/** Times that a damaged log is repaired and the open tried again. */
const SALVAGE_ROUNDS = 5;

/** Files open in this process. A second instance of one file opens without an error, and each then loses what the other writes. */
const openFiles = new Set<string>();

function identityOf(file: string): string {
  const folder = path.resolve(path.dirname(file));
  return path.join(existsSync(folder) ? realpathSync(folder) : folder, path.basename(file));
}

function claim(file: string): string | undefined {
  if (file === IN_MEMORY) return undefined;
  const identity = identityOf(file);
  if (openFiles.has(identity)) {
    throw new VatioError("E_STORE_OPEN", `${file} is open already in this process. Close the first one, or share it.`, {
      details: { path: file },
    });
  }
  openFiles.add(identity);
  return identity;
}

function settings({ path: file, memoryMb, threads }: DuckDbOptions): Record<string, string> {
  return {
    threads: String(threads),
    memory_limit: `${memoryMb}MB`,
    // Queries say ORDER BY where order matters; large writes are cheaper without keeping it.
    preserve_insertion_order: "false",
    // What is needed is built in; looking for more would wait for a network that may not be there.
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    wal_autocheckpoint: "16MB",
    ...(file === IN_MEMORY ? {} : { temp_directory: `${file}.tmp` }),
  };
}

/** One DuckDB file: the only instance of it in this process. */
export class DuckDb {
  readonly path: string;
  /** What had to be repaired to open it, as sentences. */
  readonly repairs: readonly string[];
  readonly #instance: DuckDBInstance;
  readonly #connections = new Set<SqlConnection>();
  readonly #identity: string | undefined;
  #closed = false;

  private constructor(opened: Opened, file: string, identity: string | undefined) {
    this.path = file;
    this.repairs = opened.repairs;
    this.#instance = opened.instance;
    this.#identity = identity;
  }

  /**
   * Opens or makes a file. A damaged write-ahead log is repaired, and a copy of it kept.
   * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_DAMAGED, E_STORE_UNREADABLE
   */
  static async open(options: DuckDbOptions): Promise<DuckDb> {
    const identity = claim(options.path);
    try {
      const opened = options.path === IN_MEMORY ? await openOnce(options) : await openFile(options);
      for (const repair of opened.repairs) options.log.error(repair);
      return new DuckDb(opened, options.path, identity);
    } catch (error) {
      if (identity !== undefined) openFiles.delete(identity);
      throw error;
    }
  }

  async connect(): Promise<SqlConnection> {
    const connection = new SqlConnection(await this.#instance.connect());
    this.#connections.add(connection);
    await connection.run("SET TimeZone = 'UTC'");
    return connection;
  }

  /** Closes every connection and the file. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const connection of this.#connections) connection.close();
    this.#instance.closeSync();
    if (this.#identity !== undefined) openFiles.delete(this.#identity);
  }
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly repairs: readonly string[];
}

const failureOf = (file: string, error: unknown): OpenFailure =>
  readOpenFailure(file, error instanceof Error ? error.message : String(error));

async function openOnce(options: DuckDbOptions, more: Record<string, string> = {}): Promise<Opened> {
  return { instance: await DuckDBInstance.create(options.path, { ...settings(options), ...more }), repairs: [] };
}

/** A log may only be touched when no other process uses it. */
async function assertUnlocked(options: DuckDbOptions): Promise<void> {
  try {
    (await openOnce(options, { access_mode: "READ_ONLY" })).instance.closeSync();
  } catch (error) {
    const failure = failureOf(options.path, error);
    if (failure.kind === "locked") throw openError(options.path, failure, error);
  }
}

/** Who has a database open, in this process or in another one; undefined: nobody. Nothing is changed by asking. */
export async function holderOf(file: string): Promise<string | undefined> {
  if (openFiles.has(identityOf(file))) return "this process";
  if (!existsSync(file)) return undefined;
  try {
    (await DuckDBInstance.create(file, { access_mode: "READ_ONLY", threads: "1" })).closeSync();
  } catch (error) {
    const failure = failureOf(file, error);
    if (failure.kind === "locked") return failure.by ?? "another process";
  }
  return undefined;
}

/** A log without its database holds changes of something that is gone: an empty database must not take its place unnoticed. */
function assertComplete(file: string): void {
  if (existsSync(file)) return;
  const orphan = walFiles(file).find((log) => existsSync(log));
  if (orphan !== undefined)
    throw openError(
      file,
      { kind: "damaged" },
      new VatioError("E_STORE_DAMAGED", `${file} is missing, but its log ${orphan} is there.`),
    );
}

async function openFile(options: DuckDbOptions): Promise<Opened> {
  const { path: file, clock } = options;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    assertComplete(file);
    const probed = await probeAfterCrash(file, clock.now());
    const silent = await repairSilentDamage(file, clock.now(), () => assertUnlocked(options));
    const { instance, repairs } = await openMarked(options);
    return {
      instance,
      repairs: [...probed, ...silent.repairs, ...repairs, ...(await reportTails(silent, repairs.length > 0))],
    };
  } catch (error) {
    if (VatioError.is(error)) throw error;
    // Another process may have emptied its log, and taken it away, while it was looked at here.
    await assertUnlocked(options);
    throw openError(file, failureOf(file, error), error);
  }
}

async function openMarked(options: DuckDbOptions): Promise<Opened> {
  await markOpening(options.path);
  try {
    return await openWithSalvage(options);
  } finally {
    await markOpened(options.path);
  }
}

async function openWithSalvage(options: DuckDbOptions): Promise<Opened> {
  const repairs: string[] = [];
  for (let round = 0; ; round++) {
    try {
      return { instance: (await openOnce(options)).instance, repairs };
    } catch (error) {
      const failure = failureOf(options.path, error);
      const done = round < SALVAGE_ROUNDS ? await salvage(options.path, failure, options.clock.now()) : [];
      if (done.length === 0) throw openError(options.path, failure, error);
      repairs.push(...done);
    }
  }
}

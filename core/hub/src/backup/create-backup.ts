import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { toIso } from "@vatio/model";
import { type Instant, type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { SnapshotSource } from "../store/types.js";
import { syncToDisk } from "../store/wal.js";
import { channelIds, type DatabaseFigures, energyOf, figuresOf, monthsOf, readingsOf } from "./figures.js";
import { freeBytes, hashFile, namesIn, removeFolder, sizeOf, writeDurably } from "./file-tools.js";
import { backupId, listBackups, MANIFEST, readManifest, TRIAL, UNFINISHED } from "./manifest.js";
import { copyTrees } from "./plugin-trees.js";
import { Pool } from "./pool.js";
import {
  BACKUP_VERSION,
  type BackupManifest,
  type DatabaseEntry,
  type DatabaseName,
  type EnergyEntry,
  type FileEntry,
  type ReadingsEntry,
} from "./types.js";

/** What a backup is made of. */
export interface CreateBackupOptions {
  /** The folder of the backups. */
  readonly target: string;
  /** The data folder. */
  readonly data: string;
  readonly state: SnapshotSource;
  readonly telemetry: SnapshotSource;
  /** Keeps sealed files on the disk until it is disposed; a hub that is stopped has nothing to hold. */
  readonly hold?: () => Disposable;
  readonly secretKey: BackupManifest["secretKey"];
  readonly kind: BackupManifest["kind"];
  readonly hubVersion: string;
  readonly clock: HubClock;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** Free bytes of the target; asks the system when left out. */
  readonly freeSpace?: (folder: string) => Promise<number>;
}

/** A backup that was made, not yet tried. */
export interface CreatedBackup {
  readonly id: string;
  readonly folder: string;
  readonly manifest: BackupManifest;
}

const MEGABYTE = 1024 * 1024;
/** Left over on the disk of the backups. */
const RESERVE = 64 * MEGABYTE;
/** Rounds in which files of readings that were merged meanwhile are looked up again. */
const ROUNDS = 3;

/** Takes away what interrupted backups and trials left behind. */
export async function cleanUp(target: string): Promise<void> {
  for (const name of await namesIn(target))
    if (name.startsWith(UNFINISHED) || name.startsWith(TRIAL)) await removeFolder(path.join(target, name));
}

/** The copy and its trial are written: twice the databases; sealed readings at most once. */
async function requireSpace(
  { target, data, freeSpace = freeBytes }: CreateBackupOptions,
  unsealed: number,
): Promise<void> {
  const databases = await Promise.all(
    ["state.duckdb", "telemetry.duckdb"]
      .flatMap((name) => [name, `${name}.wal`])
      .map((name) => sizeOf(path.join(data, name))),
  );
  const needed = 2 * databases.reduce((sum, size) => sum + size, 0) + unsealed + RESERVE;
  const free = await freeSpace(target);
  if (free >= needed) return;
  const megabytes = (bytes: number): number => Math.ceil(bytes / MEGABYTE);
  throw new VatioError(
    "E_BACKUP_DISK_FULL",
    `No backup was made: it needs up to ${megabytes(needed)} MB in ${target}, and ${megabytes(free)} MB are free. Free some space, or keep fewer backups.`,
    { retryable: true, details: { target, needed, free } },
  );
}

interface Draft {
  readonly folder: string;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

interface TelemetryCopy {
  readonly figures: DatabaseFigures;
  readonly months: Awaited<ReturnType<typeof monthsOf>>;
  readonly readings: readonly ReadingsEntry[];
}

const measureTelemetry = async (sql: Parameters<typeof figuresOf>[0]): Promise<TelemetryCopy> => ({
  figures: await figuresOf(sql),
  months: await monthsOf(sql),
  readings: await readingsOf(sql),
});

/** Takes sealed readings into the pool. @returns those that cannot be: merged away, missing or damaged */
async function copyReadings(
  data: string,
  readings: readonly ReadingsEntry[],
  { pool, signal }: Draft,
): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const { path: name, hash, bytes } of readings) {
    signal.throwIfAborted();
    const source = path.join(data, "readings", name);
    try {
      await pool.add(source, name, { expected: { hash, bytes }, isImmutable: true });
    } catch (error) {
      if (!isAbsent(error)) throw error;
      missing.push(name);
    }
  }
  return missing;
}

const isAbsent = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ENOENT" || (VatioError.is(error) && error.code === "E_BACKUP_SOURCE");

/**
 * Copies the readings: the open days with the database, then the sealed files that the copy names. A file that was merged into another one in
 * between is found by copying the database again.
 */
async function copyTelemetry(
  options: CreateBackupOptions,
  draft: Draft,
): Promise<TelemetryCopy & { missing: readonly string[] }> {
  const hold = options.hold?.();
  try {
    return await copyHeld(options, draft);
  } finally {
    hold?.[Symbol.dispose]();
  }
}

async function copyHeld(
  options: CreateBackupOptions,
  draft: Draft,
): Promise<TelemetryCopy & { missing: readonly string[] }> {
  const file = path.join(draft.folder, "telemetry.duckdb");
  let before: string | undefined;
  for (let round = 1; ; round++) {
    const copy = await options.telemetry.snapshot(file, measureTelemetry, draft.signal);
    if (round === 1) await requireSpace(options, await newBytes(copy.readings, draft.pool));
    const missing = await copyReadings(options.data, copy.readings, draft);
    const found = missing.join("\n");
    // The same names are missing twice: they are not merged, they are gone or damaged.
    if (missing.length === 0 || found === before || round === ROUNDS) return { ...copy, missing };
    before = found;
    await rm(file);
  }
}

async function newBytes(readings: readonly ReadingsEntry[], pool: Pool): Promise<number> {
  let sum = 0;
  for (const entry of readings) if (!(await pool.has(entry))) sum += entry.bytes;
  return sum;
}

async function databaseEntry(
  folder: string,
  name: DatabaseName,
  { schema, tables }: DatabaseFigures,
): Promise<DatabaseEntry> {
  const file = path.join(folder, name);
  await syncToDisk(file);
  return { name, schema, bytes: await sizeOf(file), hash: await hashFile(file), tables: { ...tables } };
}

/** Files of the newest backup that can be read, to know which ones did not change. */
async function filesBefore(target: string): Promise<readonly FileEntry[]> {
  const newest = (await listBackups(target)).filter(({ state }) => state !== "unreadable").at(-1);
  return newest ? (await readManifest(newest.folder)).files : [];
}

async function copyAll(options: CreateBackupOptions, draft: Draft): Promise<BackupManifest> {
  const { data, target, clock, secretKey, kind, hubVersion } = options;
  const before = await filesBefore(target);
  const madeAt = clock.now();
  // Numbers of channels are durable before their first row: read in this order, every row finds its channel.
  const telemetry = await copyTelemetry(options, draft);
  const state = await options.state.snapshot(path.join(draft.folder, "state.duckdb"), async (sql) => ({
    figures: await figuresOf(sql),
    ids: await channelIds(sql),
  }));
  const trees = await copyTrees({ data, pool: draft.pool, before, signal: draft.signal });
  const energy: EnergyEntry[] = energyOf(telemetry.months, state.ids);
  const gone = new Set(telemetry.missing);
  return {
    format: "vatio-backup",
    version: BACKUP_VERSION,
    madeAt,
    time: toIso(madeAt),
    kind,
    hub: { version: hubVersion },
    databases: [
      await databaseEntry(draft.folder, "state.duckdb", state.figures),
      await databaseEntry(draft.folder, "telemetry.duckdb", telemetry.figures),
    ],
    readings: telemetry.readings.filter(({ path: name }) => !gone.has(name)),
    files: trees.files,
    energy,
    secretKey,
    missing: [...telemetry.missing.map((name) => `readings/${name} is missing or damaged.`), ...trees.missing],
  };
}

async function freeName(target: string, at: Instant): Promise<string> {
  const taken = new Set(await namesIn(target));
  const base = backupId(at);
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  return id;
}

/** The manifest comes last, then the name: a folder under the name of a backup is a whole one. */
async function finish(options: CreateBackupOptions, draft: Draft, manifest: BackupManifest): Promise<CreatedBackup> {
  await writeDurably(path.join(draft.folder, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`);
  await draft.pool.sync();
  await syncToDisk(draft.folder);
  const id = await freeName(options.target, manifest.madeAt as Instant);
  const folder = path.join(options.target, id);
  await rename(draft.folder, folder);
  await syncToDisk(options.target);
  return { id, folder, manifest };
}

/**
 * Makes a backup of a hub, running or not. Sealed readings and files of plugins that a backup before holds are shared with it. A backup whose
 * making is interrupted is never taken for one, and the next one cleans up. One at a time for each target.
 * @throws E_BACKUP_DISK_FULL (retryable), E_BACKUP_FAILED, E_SNAPSHOT_FAILED
 */
export async function createBackup(options: CreateBackupOptions): Promise<CreatedBackup> {
  const { target, clock, signal = new AbortController().signal } = options;
  const folder = path.join(target, `${UNFINISHED}${backupId(clock.now())}`);
  try {
    await mkdir(target, { recursive: true, mode: 0o700 });
    await cleanUp(target);
    await requireSpace(options, 0);
    await mkdir(folder, { mode: 0o700 });
    const draft: Draft = { folder, pool: new Pool(target), signal };
    return await finish(options, draft, await copyAll(options, draft));
  } catch (error) {
    await removeFolder(folder).catch(() => undefined);
    throw VatioError.is(error) ? error : backupError(target, error);
  }
}

function backupError(target: string, error: unknown): VatioError {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint: Readonly<Record<string, string>> = {
    ENOSPC: "The disk is full: free some space, or keep fewer backups.",
    EDQUOT: "The disk quota is used up: free some space, or keep fewer backups.",
    EROFS: "The file system can only be read: mount it for writing.",
    EACCES: "Give the hub's user the right to write there.",
    EPERM: "Give the hub's user the right to write there.",
  };
  const what = hint[code ?? ""] ?? "Look whether the disk is connected and works.";
  return new VatioError(
    "E_BACKUP_FAILED",
    `No backup was made in ${target}: ${message}. ${what} Older backups are untouched.`,
    {
      cause: error,
      details: { target, reason: code ?? message },
    },
  );
}

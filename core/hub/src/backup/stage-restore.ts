import { chmod, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { parseSecretKey } from "../settings/secret-key.js";
import { STATE_MIGRATIONS } from "../store/migrations/state/index.js";
import { TELEMETRY_MIGRATIONS } from "../store/migrations/telemetry/index.js";
import { openTelemetryDatabase } from "../store/open-telemetry.js";
import { openStateDatabase } from "../store/state-database.js";
import { syncToDisk } from "../store/wal.js";
import { copyDurably, freeBytes, hashFile, removeFolder, writeDurably } from "./file-tools.js";
import { keyCheck, openKey } from "./key-seal.js";
import { readManifest } from "./manifest.js";
import { Pool } from "./pool.js";
import { markReady, stagedFolder } from "./restore-swap.js";
import type { BackupManifest, DatabaseName } from "./types.js";

/** How a restore is prepared. */
export interface StageOptions {
  /** Folder of the backup. */
  readonly backup: string;
  /** The data folder. */
  readonly data: string;
  /** Opens the key of the secrets that the backup holds. */
  readonly passphrase?: string;
  /** Leaves out what is missing or damaged in the backup, instead of refusing. */
  readonly isPartial?: boolean;
  readonly hubVersion: string;
  readonly clock: HubClock;
  readonly log: Log;
  readonly freeSpace?: (folder: string) => Promise<number>;
}

/** What became of the key of the secrets. `kept`: the one that is there is the right one. */
export type RestoredKey = "restored" | "kept" | "missing";

/** A restore that is prepared. */
export interface StagedRestore {
  readonly manifest: BackupManifest;
  readonly key: RestoredKey;
  /** What is not in it, as sentences. */
  readonly leftOut: readonly string[];
}

const MEMORY_MB = 256;
const RESERVE = 64 * 1024 * 1024;

const KNOWN: Readonly<Record<DatabaseName, number>> = {
  "state.duckdb": STATE_MIGRATIONS.length,
  "telemetry.duckdb": TELEMETRY_MIGRATIONS.length,
};

function assertKnown(backup: string, { databases, hub }: BackupManifest, hubVersion: string): void {
  const newer = databases.find(({ name, schema }) => schema > KNOWN[name]);
  if (!newer) return;
  throw new VatioError(
    "E_BACKUP_NEWER",
    `${backup} was made by Vatio ${hub.version}: its ${newer.name} has schema ${newer.schema}, and this is Vatio ${hubVersion}, which knows ${KNOWN[newer.name]}. Install Vatio ${hub.version} or newer and restore with that.`,
    { details: { backup, madeBy: hub.version, version: hubVersion, schema: newer.schema, known: KNOWN[newer.name] } },
  );
}

async function requireSpace(
  { data, freeSpace = freeBytes }: StageOptions,
  { databases, readings, files }: BackupManifest,
): Promise<void> {
  const sum = (entries: readonly { bytes: number }[]): number => entries.reduce((total, { bytes }) => total + bytes, 0);
  const needed = 2 * sum(databases) + sum(readings) + sum(files) + RESERVE;
  const free = await freeSpace(data);
  if (free >= needed) return;
  const megabytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);
  throw new VatioError(
    "E_RESTORE_DISK_FULL",
    `Nothing was restored: ${megabytes(needed)} MB are needed in ${data}, and ${megabytes(free)} MB are free. Free some space, or restore to another disk.`,
    { details: { data, needed, free } },
  );
}

interface Copied {
  readonly from: string;
  readonly to: string;
  readonly hash: string;
  readonly what: string;
}

/** @returns a sentence when the content is not what it should be */
async function copyChecked({ from, to, hash, what }: Copied): Promise<string | undefined> {
  try {
    await copyDurably(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return `${what} is missing in the backup.`;
    throw error;
  }
  if ((await hashFile(to)) === hash) return undefined;
  await removeFolder(to);
  return `${what} is damaged in the backup.`;
}

async function copyContents({ backup, data }: StageOptions, manifest: BackupManifest): Promise<string[]> {
  const pool = new Pool(path.dirname(backup));
  const staged = stagedFolder(data);
  const problems: (string | undefined)[] = [];
  for (const entry of manifest.readings) {
    const what = `readings/${entry.path}`;
    problems.push(await copyChecked({ from: pool.fileOf(entry), to: path.join(staged, what), hash: entry.hash, what }));
  }
  for (const entry of manifest.files) {
    const to = path.join(staged, entry.path);
    const problem = await copyChecked({ from: pool.fileOf(entry), to, hash: entry.hash, what: entry.path });
    if (problem === undefined) await chmod(to, entry.mode);
    problems.push(problem);
  }
  return problems.flatMap((problem) => problem ?? []);
}

async function copyDatabases({ backup, data }: StageOptions, { databases }: BackupManifest): Promise<void> {
  for (const { name, hash } of databases) {
    const problem = await copyChecked({
      from: path.join(backup, name),
      to: path.join(stagedFolder(data), name),
      hash,
      what: name,
    });
    if (problem === undefined) continue;
    throw new VatioError("E_BACKUP_INVALID", `${backup} cannot be restored: ${problem} Take another backup.`, {
      details: { backup, problem },
    });
  }
}

/** Opens both, which brings older ones to the present schema: here, on the copy, and not when the hub starts. */
async function migrateCopies({ data, clock, log }: StageOptions): Promise<void> {
  const at = (name: DatabaseName): string => path.join(stagedFolder(data), name);
  const state = await openStateDatabase({ path: at("state.duckdb"), clock, log });
  await state.close();
  const { database, repairs } = await openTelemetryDatabase({
    path: at("telemetry.duckdb"),
    memoryMb: MEMORY_MB,
    clock,
    log,
  });
  database.close();
  const problem = [...state.repairs, ...repairs][0];
  if (problem !== undefined)
    throw new VatioError("E_BACKUP_INVALID", `The backup cannot be opened: ${problem} Take another backup.`);
  for (const name of Object.keys(KNOWN) as DatabaseName[]) await syncToDisk(at(name));
}

async function presentKey(data: string): Promise<Uint8Array | undefined> {
  const file = path.join(data, "secret.key");
  return readFile(file, "utf8").then(
    (text) => parseSecretKey(text, file),
    () => undefined,
  );
}

async function stageKey(
  { data, passphrase }: StageOptions,
  { check, sealed }: BackupManifest["secretKey"],
): Promise<RestoredKey> {
  const present = await presentKey(data).catch(() => undefined);
  if (present && check === keyCheck(present)) return "kept";
  if (sealed === undefined || passphrase === undefined) return "missing";
  const key = await openKey(sealed, passphrase);
  await writeDurably(path.join(stagedFolder(data), "secret.key"), `${Buffer.from(key).toString("base64url")}\n`);
  return "restored";
}

/**
 * Prepares a restore inside the data folder: copies, compares hashes, migrates the copies. The present data is not touched; what is prepared
 * takes its place with `finishRestore`.
 * @throws E_BACKUP_UNKNOWN, E_BACKUP_INVALID, E_BACKUP_NEWER, E_PASSPHRASE_WRONG, E_RESTORE_DISK_FULL, E_RESTORE_FAILED
 */
export async function stageRestore(options: StageOptions): Promise<StagedRestore> {
  const { backup, data, hubVersion, isPartial = false, clock } = options;
  const manifest = await readManifest(backup);
  assertKnown(backup, manifest, hubVersion);
  const staged = stagedFolder(data);
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    await removeFolder(staged);
    await requireSpace(options, manifest);
    await mkdir(staged, { mode: 0o700 });
    const key = await stageKey(options, manifest.secretKey);
    await copyDatabases(options, manifest);
    const problems = await copyContents(options, manifest);
    if (problems.length > 0 && !isPartial) throw damaged(backup, problems);
    await migrateCopies(options);
    await markReady(data, clock, key === "restored");
    return { manifest, key, leftOut: [...manifest.missing, ...problems] };
  } catch (error) {
    await removeFolder(staged).catch(() => undefined);
    if (VatioError.is(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new VatioError("E_RESTORE_FAILED", `Nothing was restored: ${reason}. The data folder is as it was.`, {
      cause: error,
      details: { backup, data },
    });
  }
}

function damaged(backup: string, problems: readonly string[]): VatioError {
  const list = problems.slice(0, 5).join(" ");
  const more = problems.length > 5 ? ` And ${problems.length - 5} more.` : "";
  return new VatioError(
    "E_BACKUP_INVALID",
    `${backup} is not whole: ${list}${more} Take another backup, or restore all the rest with --partial.`,
    { details: { backup, problems } },
  );
}

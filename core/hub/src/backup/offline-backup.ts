import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import type { HubClock } from "../clock.js";
import { parseSecretKey } from "../settings/secret-key.js";
import { DuckDb } from "../store/duckdb.js";
import { Snapshots } from "../store/snapshot.js";
import type { Sql } from "../store/types.js";
import { BACKUP_OWNER, SEALED_KEY } from "./backup-maker.js";
import { createBackup } from "./create-backup.js";
import { keyCheck } from "./key-seal.js";
import { describeBackup } from "./manifest.js";
import { requireTarget } from "./target-folder.js";
import { type BackupInfo, type BackupManifest, SealedKey } from "./types.js";
import { verifyBackup } from "./verify-backup.js";

/** What a backup of a hub that does not run needs. */
export interface OfflineBackupOptions {
  /** The data folder. */
  readonly data: string;
  /** An absolute path; that of the settings, or `backups` in the data folder, when left out. */
  readonly folder?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hubVersion: string;
  readonly clock: HubClock;
  readonly log: Log;
}

const MEMORY_MB = 256;

async function openBoth({
  data,
  clock,
  log,
}: OfflineBackupOptions): Promise<readonly [state: DuckDb, telemetry: DuckDb]> {
  const open = (name: string): Promise<DuckDb> => {
    const file = path.join(data, name);
    if (existsSync(file)) return DuckDb.open({ path: file, memoryMb: MEMORY_MB, threads: 2, clock, log });
    throw new VatioError(
      "E_BACKUP_UNAVAILABLE",
      `There is no hub in ${data}: ${name} is missing. Name its data folder in vatio.yaml or VATIO_DATA.`,
    );
  };
  const state = await open("state.duckdb");
  try {
    return [state, await open("telemetry.duckdb")];
  } catch (error) {
    state.close();
    throw error;
  }
}

/** A stored value, without the services of a hub. */
async function storedValue(sql: Sql, statement: string, parameters: readonly string[]): Promise<unknown> {
  const [row] = await sql.all<{ value: string }>(statement, parameters);
  return row === undefined ? undefined : JSON.parse(row.value);
}

/** What the hub itself would put in: the check of its key, and the key when a passphrase seals it. */
async function secretKeyOf({ data, env }: OfflineBackupOptions, sql: Sql): Promise<BackupManifest["secretKey"]> {
  const file = path.join(data, "secret.key");
  const text = env.VATIO_SECRET_KEY?.trim() || (await readFile(file, "utf8").catch(() => undefined));
  const key = text === undefined ? {} : { check: keyCheck(parseSecretKey(text, file)) };
  const sealed = await storedValue(sql, "SELECT value FROM documents WHERE owner = ? AND key = ?", [
    BACKUP_OWNER,
    SEALED_KEY,
  ]);
  return Value.Check(SealedKey, sealed) ? { ...key, sealed } : key;
}

async function targetOf({ data, folder }: OfflineBackupOptions, sql: Sql): Promise<string> {
  const chosen = folder ?? (await storedValue(sql, "SELECT value FROM settings WHERE key = ?", ["backup.folder"]));
  const target = typeof chosen === "string" ? chosen : path.join(data, "backups");
  await requireTarget(target, data);
  return target;
}

/**
 * Makes a backup of a hub that does not run, and tries it. The databases are copied as they are, not brought to another schema: so a backup
 * can be made before an update.
 * @throws E_STORE_LOCKED while a hub runs; E_STORE_DAMAGED, E_BACKUP_UNAVAILABLE, E_BACKUP_FOLDER, E_BACKUP_BAD, and what `createBackup` throws
 */
export async function backupOffline(options: OfflineBackupOptions): Promise<BackupInfo> {
  const { clock, log } = options;
  const [state, telemetry] = await openBoth(options);
  try {
    const sql = await state.connect();
    const target = await targetOf(options, sql);
    const secretKey = await secretKeyOf(options, sql);
    const sources = { state: new Snapshots(state), telemetry: new Snapshots(telemetry) };
    const { folder, id } = await createBackup({ ...options, ...sources, target, secretKey, kind: "manual" });
    const { ok, problems } = await verifyBackup({ backup: folder, clock, log });
    if (ok) return await describeBackup(folder);
    throw new VatioError(
      "E_BACKUP_BAD",
      `The backup ${id} was made and is not good: ${problems[0]} Older backups are untouched.`,
      {
        details: { id, problems },
      },
    );
  } finally {
    telemetry.close();
    state.close();
  }
}

import path from "node:path";
import process from "node:process";
import { askRunningHub, type BackupInfo, backupOffline, IN_MEMORY, loadBootConfig, systemClock } from "@vatio/hub";
import { VatioError } from "@vatio/plugin-api";
import { consoleLog } from "../console-log.js";
import { VERSION } from "../version.js";

/** What is backed up, and where to. */
export interface BackupRequest {
  readonly folder?: string;
  readonly config?: string;
}

const MEGABYTE = 1024 * 1024;

function report({ folder, bytes = 0, rows = 0, missing, hasKey }: BackupInfo): string {
  const lines = [
    `Backup in ${folder}`,
    `${rows.toLocaleString("en-US")} readings, ${(bytes / MEGABYTE).toFixed(1)} MB. Restored on trial and found equal.`,
    ...missing.map((sentence) => `Not in it: ${sentence}`),
  ];
  if (!hasKey)
    lines.push("The key of the secrets is not in it: keep secret.key elsewhere, or set a passphrase in the hub.");
  return lines.join("\n  ");
}

/**
 * Makes a backup of the hub of a data folder: a running one is asked, a stopped one is read.
 * @throws E_STORE_LOCKED, E_BACKUP_*
 */
export async function backup({ folder, config: file }: BackupRequest): Promise<void> {
  const named = file === undefined ? {} : { file };
  const { data } = loadBootConfig({ env: process.env, cwd: process.cwd(), ...named });
  if (data === IN_MEMORY) throw new VatioError("E_BACKUP_UNAVAILABLE", "A hub that keeps nothing has no backups.");
  const target = folder === undefined ? {} : { folder: path.resolve(folder) };
  const made =
    (await askRunningHub(data, target.folder)) ??
    (await backupOffline({
      data,
      ...target,
      env: process.env,
      hubVersion: VERSION,
      clock: systemClock,
      log: consoleLog,
    }));
  process.stdout.write(`\n  ${report(made)}\n\n`);
}

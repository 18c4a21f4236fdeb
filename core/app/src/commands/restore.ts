import { readFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { type RestoreReport, resolveBackup, restoreBackup, systemClock } from "@vatio/hub";
import { VatioError } from "@vatio/plugin-api";
import type { RestoreRequest } from "../arguments.js";
import { consoleLog } from "../console-log.js";
import { dataFolder } from "../data-folder.js";
import { VERSION } from "../version.js";

async function passphraseOf({ passphraseFile }: RestoreRequest): Promise<{ readonly passphrase?: string }> {
  if (passphraseFile === undefined) return {};
  try {
    return { passphrase: (await readFile(passphraseFile, "utf8")).replace(/\r?\n$/, "") };
  } catch (cause) {
    throw new VatioError("E_USAGE", `The passphrase cannot be read from ${passphraseFile}.`, { cause });
  }
}

const KEYS: Readonly<Record<RestoreReport["key"], string>> = {
  restored: "The key of the secrets was restored.",
  kept: "The key of the secrets that is there is the right one.",
  missing:
    "The key of the secrets is not there: put secret.key into the data folder before you start, or enter the secrets of plugins and brokers again.",
};

function report(data: string, backup: string, { manifest, key, leftOut, aside }: RestoreReport): string {
  return [
    `Restored ${backup} of ${manifest.time} into ${data}`,
    KEYS[key],
    ...leftOut.map((sentence) => `Left out: ${sentence}`),
    ...(aside === undefined ? [] : [`The data from before is kept in ${aside}. Remove it when all is well.`]),
    "Start the hub: vatio start",
  ].join("\n  ");
}

/**
 * Puts a backup in the place of a hub's data.
 * @throws E_BACKUP_*, E_RESTORE_*, E_PASSPHRASE_WRONG
 */
export async function restore(request: RestoreRequest): Promise<void> {
  const { isForced, isPartial } = request;
  const data = dataFolder(request);
  const backup = await resolveBackup(path.resolve(request.backup));
  const how = { isForced, isPartial, ...(await passphraseOf(request)) };
  const done = await restoreBackup({ backup, data, ...how, hubVersion: VERSION, clock: systemClock, log: consoleLog });
  process.stdout.write(`\n  ${report(data, backup, done)}\n\n`);
}

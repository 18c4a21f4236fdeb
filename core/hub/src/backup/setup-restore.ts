import { readdir } from "node:fs/promises";
import path from "node:path";
import { type DurationMs, type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { IN_MEMORY } from "../store/duckdb.js";
import { listBackups, MANIFEST, readManifest } from "./manifest.js";
import { type RestoredKey, stageRestore } from "./stage-restore.js";

/** Time for the answer to reach the browser before the hub starts anew. */
const RESTART_AFTER = 500 as DurationMs;

/** What restoring into a new hub needs. */
export interface SetupRestoreOptions {
  /** The data folder. */
  readonly data: string;
  readonly hubVersion: string;
  readonly clock: HubClock;
  readonly log: Log;
  /** Stops the hub and starts it again; without it a person has to. */
  readonly onRestart?: () => void;
}

/** What a person chose. */
export interface SetupRestoreRequest {
  /** A backup, or a folder of backups: then the newest good one. */
  readonly folder: string;
  readonly passphrase?: string;
  readonly isPartial?: boolean;
}

/** What will be there after the restart. */
export interface SetupRestored {
  readonly backup: string;
  readonly madeAt: number;
  readonly key: RestoredKey;
  readonly leftOut: readonly string[];
  /** The hub starts anew by itself. */
  readonly restarts: boolean;
}

/** Restores a backup into a hub that waits for its first person. */
export interface SetupRestore {
  /** @throws E_BACKUP_*, E_PASSPHRASE_WRONG, E_RESTORE_* */
  restore(request: SetupRestoreRequest): Promise<SetupRestored>;
}

/**
 * The backup that a folder names: itself, or the newest good one in it, or the newest that was not tried yet.
 * @throws E_BACKUP_UNKNOWN, E_BACKUP_INVALID
 */
export async function resolveBackup(folder: string): Promise<string> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.includes(MANIFEST)) return folder;
  const backups = await listBackups(folder).catch(() => []);
  const best =
    backups.findLast(({ state }) => state === "good") ?? backups.findLast(({ state }) => state === "unverified");
  if (best) return best.folder;
  // Says what is there instead.
  await readManifest(folder);
  return folder;
}

/** Makes what the set-up page restores with. */
export function createSetupRestore({ data, hubVersion, clock, log, onRestart }: SetupRestoreOptions): SetupRestore {
  let isUnderWay = false;
  const stage = async ({ folder, ...how }: SetupRestoreRequest): Promise<SetupRestored> => {
    if (data === IN_MEMORY)
      throw new VatioError("E_BACKUP_UNAVAILABLE", "This hub keeps nothing: it has no data folder to restore into.");
    if (!path.isAbsolute(folder))
      throw new VatioError(
        "E_BACKUP_UNKNOWN",
        "Write the whole path of the folder on the hub's machine, from the root.",
      );
    const backup = await resolveBackup(folder);
    const { manifest, key, leftOut } = await stageRestore({ backup, data, hubVersion, clock, log, ...how });
    log.info("A backup was chosen on the set-up page and takes the place of the empty hub.", { backup });
    if (onRestart) clock.timer(RESTART_AFTER, onRestart);
    return { backup, madeAt: manifest.madeAt, key, leftOut, restarts: onRestart !== undefined };
  };
  return {
    async restore(request) {
      if (isUnderWay)
        throw new VatioError("E_BACKUP_BUSY", "A backup is being restored already. Wait until it is done.", {
          retryable: true,
        });
      isUnderWay = true;
      try {
        return await stage(request);
      } catch (error) {
        isUnderWay = false;
        throw error;
      }
    },
  };
}

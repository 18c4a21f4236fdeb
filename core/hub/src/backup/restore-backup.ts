import path from "node:path";
import { VatioError } from "@vatio/plugin-api";
import { holderOf } from "../store/duckdb.js";
import { removeFolder } from "./file-tools.js";
import { finishRestore, isRestoreReady, presentData, stagedFolder } from "./restore-swap.js";
import { type StagedRestore, type StageOptions, stageRestore } from "./stage-restore.js";
import { DATABASES } from "./types.js";

/** How a backup is restored. */
export interface RestoreOptions extends StageOptions {
  /** Replaces data that is there; it is kept in a folder beside. */
  readonly isForced?: boolean;
}

/** What a restore did. */
export interface RestoreReport extends StagedRestore {
  /** Folder that holds the data from before, when there was any. */
  readonly aside?: string;
}

/** @throws E_RESTORE_RUNNING while a hub, or anybody, has a database of the folder open */
async function assertStopped(data: string): Promise<void> {
  for (const name of DATABASES) {
    const holder = await holderOf(path.join(data, name));
    if (holder === undefined) continue;
    throw new VatioError(
      "E_RESTORE_RUNNING",
      `A hub works with ${data} (${holder}). Nothing was changed. Stop it and restore again, or name another folder with --data.`,
      { details: { data, holder } },
    );
  }
}

async function assertFree({ data, isForced = false }: RestoreOptions): Promise<void> {
  const present = await presentData(data);
  if (present.length === 0 || isForced) return;
  throw new VatioError(
    "E_RESTORE_OCCUPIED",
    `${data} holds data already (${present.slice(0, 3).join(", ")}). Nothing was changed. Name an empty folder with --data, or add --force: the present data is then kept in a folder beside.`,
    { details: { data, present } },
  );
}

/**
 * Restores a backup into a data folder that no hub uses. All or nothing: until the last step the present data is not touched, and
 * a crash in that step is finished by the next start of the hub.
 * @throws E_RESTORE_RUNNING, E_RESTORE_OCCUPIED, and what `stageRestore` throws
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { data, log } = options;
  await assertStopped(data);
  // One that was prepared and not finished wins over what it was to replace.
  if (isRestoreReady(data)) await finishRestore(data, log);
  await assertFree(options);
  const staged = await stageRestore(options);
  try {
    await assertStopped(data);
  } catch (error) {
    await removeFolder(stagedFolder(data));
    throw error;
  }
  const aside = await finishRestore(data, log);
  return aside ? { ...staged, aside } : staged;
}

import { existsSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { VatioError } from "@vatio/plugin-api";
import { namesIn } from "./file-tools.js";
import { listBackups } from "./manifest.js";

const PROBE = ".write-probe";

/** What to do about a data folder that takes no files, by the system's reason. */
const REASONS: Readonly<Record<string, string>> = {
  EROFS:
    "its file system can only be read. A failing card or disk often becomes so: copy the folder to another one now, then mount this one for writing or check it (fsck)",
  EACCES: "the hub's user has no right to write there. Correct the owner of the folder",
  EPERM: "the hub's user has no right to write there. Correct the owner of the folder",
  ENOSPC:
    "the disk is full. Free some space, for example old logs and copies whose name tells that they are kept aside",
  EDQUOT: "the disk quota is used up. Free some space, or raise it",
  ENOTDIR: "a file is in its place. Name another folder",
  EEXIST: "a file is in its place. Name another folder",
};

/**
 * Makes the data folder and proves that files can be written there, before anything in it is touched.
 * @throws E_DATA_UNWRITABLE with what to do
 */
export async function requireWritable(data: string): Promise<void> {
  const probe = path.join(data, PROBE);
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    const handle = await open(probe, "w", 0o600);
    await handle.writeFile("vatio").finally(() => handle.close());
    await rm(probe, { force: true });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new VatioError(
      "E_DATA_UNWRITABLE",
      `The hub cannot start: it cannot write into ${data}, because ${REASONS[code] ?? `the system says: ${message}`}. Nothing in it was changed.`,
      { cause: error, details: { data, reason: code } },
    );
  }
}

/** How to put a backup back: with the newest good one beside the data, where there is one. */
export async function repairHint(data: string): Promise<string> {
  const backups = await listBackups(path.join(data, "backups")).catch(() => []);
  const newest = backups.findLast(({ state }) => state === "good");
  const named = newest?.folder ?? "<backup>";
  return `To put a backup back: vatio restore ${named} --force. It keeps what is there now in a folder beside.`;
}

/**
 * Refuses a data folder whose readings are there and whose people, devices and settings are not: an empty hub in their place would ask
 * the next visitor to be its admin.
 * @throws E_DATA_INCOMPLETE
 */
export async function requireState(data: string): Promise<void> {
  if (existsSync(path.join(data, "state.duckdb"))) return;
  const hasReadings =
    existsSync(path.join(data, "telemetry.duckdb")) || (await namesIn(path.join(data, "readings"))).length > 0;
  if (!hasReadings) return;
  throw new VatioError(
    "E_DATA_INCOMPLETE",
    `${path.join(data, "state.duckdb")} is missing: people, devices and settings were in it. The readings are still there and were not touched. ${await repairHint(data)} To begin with an empty hub, give it another data folder.`,
    { details: { data } },
  );
}

/** Adds to the error of a damaged state database what is safe and how to repair it. */
export async function withRepairHint(data: string, error: unknown): Promise<unknown> {
  if (!VatioError.is(error) || error.code !== "E_STORE_DAMAGED") return error;
  const message = `${error.message} The readings are in other files and were not touched. ${await repairHint(data)}`;
  return new VatioError(error.code, message, { cause: error, details: error.details });
}

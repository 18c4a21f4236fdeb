import { existsSync } from "node:fs";
import { copyFile, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Instant } from "@vatio/plugin-api";
import type { OpenFailure } from "./open-error.js";
import { asideName, cutBefore, inspectWal, replaceFile, setAside, walFiles } from "./wal.js";

const CORRUPT = "corrupt";

/** Keeps a whole copy of a damaged log for whoever wants to look into it. @returns its name without the folder */
async function keepCopy(file: string, now: Instant): Promise<string> {
  const copy = asideName(file, CORRUPT, now);
  await copyFile(file, copy);
  return path.basename(copy);
}

async function truncate(file: string, damagedAt: number, now: Instant): Promise<string> {
  const log = await readFile(file);
  const kept = await keepCopy(file, now);
  const position = cutBefore(log, damagedAt);
  await replaceFile(file, log.subarray(0, position));
  return `${path.basename(file)} was damaged from byte ${position} of ${log.length} on. What stood before was recovered; the whole log is kept as ${kept}.`;
}

async function repairHeader(file: string, repaired: Buffer | undefined, now: Instant): Promise<string> {
  if (repaired === undefined)
    return `${path.basename(file)} was not a log any more and was kept as ${path.basename(await setAside(file, CORRUPT, now))}.`;
  const kept = await keepCopy(file, now);
  await replaceFile(file, repaired);
  return `The first bytes of ${path.basename(file)} were damaged and were written anew; the log as it was is kept as ${kept}.`;
}

/** What was found and done before a database is opened. */
export interface SilentDamage {
  /** What was done, as sentences. */
  readonly repairs: string[];
  /** Copies of logs with something behind their last complete entry, and what to say of them when DuckDB takes the log as it is. */
  readonly tails: { readonly copy: string; readonly sentence: string }[];
}

async function keepTail(
  file: string,
  { isHidden, position, bytes }: { isHidden: boolean; position: number; bytes: number },
  now: Instant,
) {
  const kept = await keepCopy(file, now);
  const sentence = isHidden
    ? `${path.basename(file)} is damaged at byte ${position}: the ${bytes} bytes from there on, with complete transactions, cannot be read. The whole log is kept as ${kept}.`
    : `The last ${bytes} bytes of ${path.basename(file)} are not a whole transaction, as after a power cut, and were left out. The log is kept as ${kept}.`;
  return { copy: path.join(path.dirname(file), kept), sentence };
}

/**
 * Looks, before a database is opened, for what DuckDB would pass over without a word: it ignores a log with a damaged header and deletes it,
 * and ends at an entry whose size is wrong.
 * @param assertUnlocked throws when another process uses the database; called before anything is touched
 */
export async function repairSilentDamage(
  database: string,
  now: Instant,
  assertUnlocked: () => Promise<void>,
): Promise<SilentDamage> {
  const damage: SilentDamage = { repairs: [], tails: [] };
  for (const file of walFiles(database)) {
    const finding = await inspectWal(file);
    if (finding.kind === "sound") continue;
    await assertUnlocked();
    if (finding.kind === "header") damage.repairs.push(await repairHeader(file, finding.repaired, now));
    else damage.tails.push(await keepTail(file, finding, now));
  }
  return damage;
}

/** What to say of the tails: nothing when the log was salvaged, which keeps a copy of its own. */
export async function reportTails({ tails }: SilentDamage, wasSalvaged: boolean): Promise<string[]> {
  if (!wasSalvaged) return tails.map(({ sentence }) => sentence);
  for (const { copy } of tails) await rm(copy, { force: true });
  return [];
}

/** Takes every log away from a database, which then opens as it was at its last checkpoint. */
export async function setLogsAside(database: string, now: Instant): Promise<string[]> {
  const kept: string[] = [];
  for (const file of walFiles(database))
    if (existsSync(file)) kept.push(path.basename(await setAside(file, CORRUPT, now)));
  if (kept.length === 0) return [];
  return [
    `${path.basename(database)} could not replay its log. It was opened as it was at its last checkpoint; the log is kept as ${kept.join(", ")}.`,
  ];
}

/**
 * Does what can be done about a failed open, so that it may be tried again.
 * @returns what was done, as sentences; none when nothing can be
 */
export async function salvage(database: string, failure: OpenFailure, now: Instant): Promise<string[]> {
  switch (failure.kind) {
    case "wal":
      return existsSync(failure.file) ? [await truncate(failure.file, failure.position, now)] : [];
    case "replay":
      return setLogsAside(database, now);
    default:
      return [];
  }
}

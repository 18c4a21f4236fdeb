import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { DuckDb, holderOf } from "../store/duckdb.js";
import type { Sql } from "../store/types.js";
import { asideName, syncToDisk } from "../store/wal.js";
import { repairHint, requireWritable } from "./data-folder.js";
import { figuresOf, readingsOf } from "./figures.js";
import { copyDurably, hashFile } from "./file-tools.js";
import { Pool } from "./pool.js";
import { DATABASES, type DatabaseName, type ReadingsEntry } from "./types.js";

/** What is wrong with a data folder. */
export interface Finding {
  /** Relative to the data folder. */
  readonly file: string;
  readonly problem: string;
  /** How it was repaired, or can be. */
  readonly remedy: string;
  readonly isRepaired: boolean;
}

/** What examining needs. */
export interface ExamineOptions {
  /** The data folder of a hub that does not run. */
  readonly data: string;
  /** Takes damaged sealed readings from backups. */
  readonly isRepairing: boolean;
  /** Folders of backups beside `backups` in the data folder. */
  readonly backups: readonly string[];
  readonly clock: HubClock;
  readonly log: Log;
}

const MEMORY_MB = 128;

/** Opens a database, reads every table of it, and hands it on. */
async function examineDatabase<T>(
  name: DatabaseName,
  { data, clock, log }: ExamineOptions,
  read: (sql: Sql) => Promise<T>,
): Promise<{ readonly found?: T; readonly problem?: string }> {
  const file = path.join(data, name);
  if (!existsSync(file)) return { problem: "is missing" };
  try {
    const database = await DuckDb.open({ path: file, memoryMb: MEMORY_MB, threads: 1, clock, log });
    try {
      const sql = await database.connect();
      await figuresOf(sql);
      return { found: await read(sql) };
    } finally {
      database.close();
    }
  } catch (error) {
    return { problem: VatioError.from(error).message };
  }
}

/** What is wrong with a sealed file; undefined when nothing is. */
async function problemOf(file: string, { hash }: ReadingsEntry): Promise<string | undefined> {
  const found = await hashFile(file).catch((error: NodeJS.ErrnoException) => error);
  if (found === hash) return undefined;
  if (typeof found === "string") return "is damaged";
  return found.code === "ENOENT" ? "is missing" : `cannot be read: ${found.message}`;
}

/** Puts the content of a backup in the place of a sealed file; what was there is kept. @returns false when no backup has it */
async function takeFromBackup(
  file: string,
  entry: ReadingsEntry,
  { backups, clock, data }: ExamineOptions,
): Promise<boolean> {
  for (const target of [path.join(data, "backups"), ...backups]) {
    const source = new Pool(target).fileOf(entry);
    if ((await hashFile(source).catch(() => undefined)) !== entry.hash) continue;
    const fresh = `${file}.tmp`;
    await mkdir(path.dirname(file), { recursive: true });
    await copyDurably(source, fresh);
    if (existsSync(file)) await rename(file, asideName(file, "damaged", clock.now()));
    await rename(fresh, file);
    await syncToDisk(path.dirname(file));
    return true;
  }
  return false;
}

async function examineReadings(entries: readonly ReadingsEntry[], options: ExamineOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const entry of entries) {
    const file = path.join(options.data, "readings", ...entry.path.split("/"));
    const problem = await problemOf(file, entry);
    if (problem === undefined) continue;
    const isRepaired = options.isRepairing && (await takeFromBackup(file, entry, options));
    findings.push({ file: `readings/${entry.path}`, problem, isRepaired, remedy: remedyOf(isRepaired, options) });
  }
  return findings;
}

function remedyOf(isRepaired: boolean, { isRepairing }: ExamineOptions): string {
  if (isRepaired) return "It was taken from a backup.";
  if (!isRepairing) return "vatio doctor --repair takes it from a backup.";
  return "No backup has it. Name other folders of backups with --from; all other readings are there.";
}

const REMEDIES: Readonly<Record<DatabaseName, string>> = {
  "state.duckdb": "",
  "telemetry.duckdb":
    "When the hub starts it keeps the damaged file, begins a new one and takes the sealed readings in again; the days since are in a backup.",
};

/**
 * Looks at every file of the data of a hub that does not run, and repairs what it can: sealed readings that are missing or damaged are taken
 * from backups. Nothing is deleted.
 * @throws E_RESTORE_RUNNING while a hub runs, E_DATA_UNWRITABLE
 */
export async function examineData(options: ExamineOptions): Promise<readonly Finding[]> {
  const { data } = options;
  for (const name of DATABASES) {
    const holder = await holderOf(path.join(data, name));
    if (holder !== undefined)
      throw new VatioError("E_RESTORE_RUNNING", `A hub works with ${data} (${holder}). Stop it first.`, {
        details: { data },
      });
  }
  await requireWritable(data);
  const state = await examineDatabase("state.duckdb", options, async () => undefined);
  const telemetry = await examineDatabase("telemetry.duckdb", options, readingsOf);
  const broken = Object.entries({ "state.duckdb": state.problem, "telemetry.duckdb": telemetry.problem });
  const findings: Finding[] = [];
  for (const [file, problem] of broken) {
    if (problem === undefined) continue;
    const remedy = `${REMEDIES[file as DatabaseName]} ${await repairHint(data)}`.trim();
    findings.push({ file, problem, remedy, isRepaired: false });
  }
  return [...findings, ...(await examineReadings(telemetry.found ?? [], options))];
}

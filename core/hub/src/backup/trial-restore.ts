import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Log } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { DuckDb } from "../store/duckdb.js";
import { openTelemetryDatabase } from "../store/open-telemetry.js";
import { openStateDatabase } from "../store/state-database.js";
import type { Sql } from "../store/types.js";
import { channelIds, energyOf, figuresOf, type MonthOfChannel, monthsOf } from "./figures.js";
import { copyDurably, hashFile, linkFile, removeFolder, sizeOf } from "./file-tools.js";
import { readManifest } from "./manifest.js";
import { type Content, Pool } from "./pool.js";
import type { BackupManifest, DatabaseEntry, DatabaseName, EnergyEntry } from "./types.js";

/** What a trial restore found. */
export interface TrialReport {
  readonly problems: readonly string[];
  /** Contents of the pool that are not what their name says. */
  readonly damaged: readonly Pick<Content, "path" | "hash">[];
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
  readonly months: number;
}

/** What a trial restore needs. */
export interface TrialOptions {
  /** Folder of the backup. */
  readonly backup: string;
  /** An empty folder for the trial; it is taken away afterwards. */
  readonly folder: string;
  readonly clock: HubClock;
  readonly log: Log;
}

const MEMORY_MB = 128;
/** Sums of the same numbers in another order differ by less. */
const TOLERANCE_WH = 0.001;

/** Compares the contents in the pool with their hashes, and gives each its place in the trial folder. */
async function placeContents(
  manifest: BackupManifest,
  { backup, folder }: TrialOptions,
): Promise<Pick<TrialReport, "problems" | "damaged">> {
  const pool = new Pool(path.dirname(backup));
  const problems: string[] = [];
  const damaged: Content[] = [];
  const contents = [
    ...manifest.readings.map((entry) => ({ ...entry, place: `readings/${entry.path}` })),
    ...manifest.files.map((entry) => ({ ...entry, place: entry.path })),
  ];
  for (const entry of contents) {
    const file = pool.fileOf(entry);
    const found = await hashFile(file).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
    if (found === entry.hash) {
      // Where the file system has no links, the content is checked in its place.
      await linkFile(file, path.join(folder, entry.place));
      continue;
    }
    problems.push(found === "ENOENT" ? `${entry.place} is missing.` : `${entry.place} is damaged.`);
    damaged.push({ path: entry.path, hash: entry.hash, bytes: entry.bytes });
  }
  return { problems, damaged };
}

/** Copies a database of the backup. @returns what is wrong with it */
async function placeDatabase(
  { name, bytes, hash }: DatabaseEntry,
  { backup, folder }: TrialOptions,
): Promise<string[]> {
  const file = path.join(backup, name);
  if ((await sizeOf(file)) !== bytes || (await hashFile(file)) !== hash) return [`${name} is missing or damaged.`];
  await copyDurably(file, path.join(folder, name));
  return [];
}

async function inDatabase<T>(file: string, { clock, log }: TrialOptions, read: (sql: Sql) => Promise<T>): Promise<T> {
  const database = await DuckDb.open({ path: file, memoryMb: MEMORY_MB, threads: 1, clock, log });
  try {
    return await read(await database.connect());
  } finally {
    database.close();
  }
}

function compareFigures(
  { name, schema, tables }: DatabaseEntry,
  found: Awaited<ReturnType<typeof figuresOf>>,
): string[] {
  const names = new Set([...Object.keys(tables), ...Object.keys(found.tables)]);
  const different = [...names]
    .filter((table) => tables[table] !== found.tables[table])
    .map((table) => `${name}: ${table} has ${found.tables[table] ?? "no"} rows instead of ${tables[table] ?? "none"}.`);
  return schema === found.schema
    ? different
    : [`${name} has schema ${found.schema} instead of ${schema}.`, ...different];
}

/** Months that differ. */
export function compareEnergy(expected: readonly EnergyEntry[], found: readonly EnergyEntry[]): string[] {
  const keyOf = ({ channel, month }: EnergyEntry): string => `${channel} in ${month}`;
  const byKey = new Map(found.map((entry) => [keyOf(entry), entry]));
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE_WH + 1e-9 * Math.abs(a);
  const problems = expected.flatMap((entry) => {
    const other = byKey.get(keyOf(entry));
    if (other && isClose(entry.importWh, other.importWh) && isClose(entry.exportWh, other.exportWh)) return [];
    return [`Energy of ${keyOf(entry)} is ${other?.importWh ?? "missing"} Wh instead of ${entry.importWh} Wh.`];
  });
  return expected.length === found.length
    ? problems
    : [...problems, `There are ${found.length} months of energy instead of ${expected.length}.`];
}

/** Opens the restored databases and compares what they hold with what the original held. */
async function compareContents(manifest: BackupManifest, options: TrialOptions): Promise<string[]> {
  const problems: string[] = [];
  const at = (name: DatabaseName): string => path.join(options.folder, name);
  const entryOf = (name: DatabaseName) => manifest.databases.filter((entry) => entry.name === name);
  const state = await inDatabase(at("state.duckdb"), options, async (sql) => ({
    figures: await figuresOf(sql),
    ids: await channelIds(sql),
  }));
  const telemetry = await inDatabase(
    at("telemetry.duckdb"),
    options,
    async (sql): Promise<{ figures: Awaited<ReturnType<typeof figuresOf>>; months: readonly MonthOfChannel[] }> => ({
      figures: await figuresOf(sql),
      months: await monthsOf(sql),
    }),
  );
  for (const entry of entryOf("state.duckdb")) problems.push(...compareFigures(entry, state.figures));
  for (const entry of entryOf("telemetry.duckdb")) problems.push(...compareFigures(entry, telemetry.figures));
  return [...problems, ...compareEnergy(manifest.energy, energyOf(telemetry.months, state.ids))];
}

/** Rows that the sealed files really hold: their own tables of contents say it. */
async function compareReadings(manifest: BackupManifest, options: TrialOptions): Promise<string[]> {
  const pool = new Pool(path.dirname(options.backup));
  return inDatabase(":memory:", options, async (sql) => {
    const problems: string[] = [];
    for (const entry of manifest.readings) {
      const rows = await sql
        .all<{ n: number }>("SELECT sum(num_rows) AS n FROM parquet_file_metadata(?)", [pool.fileOf(entry)])
        .then(
          ([row]) => row?.n ?? 0,
          () => undefined,
        );
      if (rows !== entry.rows)
        problems.push(`readings/${entry.path} has ${rows ?? "no readable"} rows instead of ${entry.rows}.`);
    }
    return problems;
  });
}

/** Opens both as a hub would, which brings older ones to the present schema. @returns what had to be repaired for that */
async function openAsHub({ folder, clock, log }: TrialOptions): Promise<readonly string[]> {
  const state = await openStateDatabase({ path: path.join(folder, "state.duckdb"), clock, log });
  await state.close();
  const file = path.join(folder, "telemetry.duckdb");
  const { database, repairs } = await openTelemetryDatabase({ path: file, memoryMb: MEMORY_MB, clock, log });
  database.close();
  return [...state.repairs, ...repairs];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/**
 * Restores a backup into a folder of its own and compares all that it holds with its manifest: hashes, rows of every table, rows of every
 * sealed file, energy of every month; then opens it as a hub would. Run it in a process of its own: a damaged file may end the process.
 * @throws E_BACKUP_UNKNOWN, E_BACKUP_INVALID, E_BACKUP_NEWER, E_STORE_NEWER
 */
export async function trialRestore(options: TrialOptions): Promise<TrialReport> {
  const manifest = await readManifest(options.backup);
  await removeFolder(options.folder);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  try {
    const { problems, damaged } = await placeContents(manifest, options);
    const all = [...problems];
    for (const entry of manifest.databases) all.push(...(await placeDatabase(entry, options)));
    if (all.length === 0)
      all.push(...(await compareContents(manifest, options)), ...(await compareReadings(manifest, options)));
    if (all.length === 0) all.push(...(await openAsHub(options)));
    return {
      problems: all,
      damaged,
      files: manifest.readings.length + manifest.files.length + manifest.databases.length,
      bytes: sum([...manifest.databases, ...manifest.readings, ...manifest.files].map(({ bytes }) => bytes)),
      rows: sum([
        ...manifest.databases.flatMap(({ tables }) => Object.values(tables)),
        ...manifest.readings.map(({ rows }) => rows),
      ]),
      months: manifest.energy.length,
    };
  } finally {
    await removeFolder(options.folder);
  }
}

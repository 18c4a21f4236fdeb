import { existsSync } from "node:fs";
import { constants, copyFile, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type DuckDb, IN_MEMORY } from "./duckdb.js";
import type { Migration } from "./migrations/migration.js";
import type { SqlConnection } from "./sql-connection.js";
import { asideName, syncToDisk, walFiles } from "./wal.js";

/** How a database is brought to the present schema. */
export interface MigrateOptions {
  /** File, or `:memory:`. */
  readonly path: string;
  /** Opens a database file. */
  readonly open: (file: string) => Promise<DuckDb>;
  /** Every step, in order. */
  readonly migrations: readonly Migration[];
  readonly clock: HubClock;
  readonly log: Log;
}

/** Snapshots that are kept beside a database. */
const KEPT_SNAPSHOTS = 2;

async function versionOf(connection: SqlConnection): Promise<number> {
  const [table] = await connection.all<{ n: number }>(
    "SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'schema_versions'",
  );
  if (table?.n !== 1) return 0;
  const [row] = await connection.all<{ version: number }>(
    "SELECT coalesce(max(version), 0) AS version FROM schema_versions",
  );
  return row?.version ?? 0;
}

/** Runs the steps that are missing, each in its own transaction, and empties the log: replay of schema changes is DuckDB's weak spot. */
async function apply(connection: SqlConnection, { migrations, clock }: MigrateOptions, from: number): Promise<void> {
  await connection.run(
    "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
  );
  for (const step of migrations.slice(from)) {
    await connection.run("BEGIN");
    await step.up(connection);
    await connection.run("INSERT INTO schema_versions VALUES (?, ?, ?)", [step.version, step.name, clock.now()]);
    await connection.run("COMMIT");
  }
  await connection.run("CHECKPOINT");
}

/** Reads every value of every table. @throws when one cannot be read */
async function verify(connection: SqlConnection, version: number): Promise<void> {
  const found = await versionOf(connection);
  if (found !== version)
    throw new VatioError("E_MIGRATION_FAILED", `The schema has version ${found} instead of ${version}.`);
  const tables = await connection.all<{ name: string }>(
    "SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal",
  );
  for (const { name } of tables) await connection.all(`SELECT count(hash(t)) AS n FROM "${name}" AS t`);
}

async function withConnection<T>(database: DuckDb, work: (connection: SqlConnection) => Promise<T>): Promise<T> {
  const connection = await database.connect();
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

async function removeCopy(copy: string): Promise<void> {
  for (const file of [copy, ...walFiles(copy)]) await rm(file, { force: true });
}

async function snapshot(file: string, version: number, clock: HubClock): Promise<string> {
  const target = asideName(file, `v${version}`, clock.now());
  await copyFile(file, target, constants.COPYFILE_FICLONE);
  await syncToDisk(target);
  return target;
}

/** Forgets all but the newest snapshots. */
async function dropOldSnapshots(file: string): Promise<void> {
  const folder = path.dirname(file);
  const timeOf = (name: string): string => name.slice(name.lastIndexOf(".v")).replace(/^\.v\d+-/, "");
  const snapshots = (await readdir(folder)).filter((name) => name.startsWith(`${path.basename(file)}.v`));
  snapshots.sort((a, b) => timeOf(a).localeCompare(timeOf(b)));
  for (const name of snapshots.slice(0, -KEPT_SNAPSHOTS)) await rm(path.join(folder, name), { force: true });
}

/** Runs the missing steps on a copy, verifies it, puts it in the place of the file. A crash leaves the old one or the new one. */
async function migrateCopy(options: MigrateOptions, from: number): Promise<void> {
  const { path: file, open, migrations, clock } = options;
  const copy = `${file}.migrating`;
  await removeCopy(copy);
  const kept = await snapshot(file, from, clock);
  await copyFile(file, copy, constants.COPYFILE_FICLONE);
  for (const work of [
    (c: SqlConnection) => apply(c, options, from),
    (c: SqlConnection) => verify(c, migrations.length),
  ]) {
    const database = await open(copy);
    await withConnection(database, work).finally(() => database.close());
  }
  await syncToDisk(copy);
  await rename(copy, file);
  await syncToDisk(path.dirname(file));
  options.log.info(
    `${path.basename(file)} was brought from schema ${from} to ${migrations.length}; the old one is kept as ${path.basename(kept)}.`,
  );
  await dropOldSnapshots(file);
}

function assertKnown(file: string, version: number, newest: number): void {
  if (version <= newest) return;
  throw new VatioError(
    "E_STORE_NEWER",
    `${file} has schema ${version}, and this version of Vatio knows ${newest}. Install the newer version again, or restore a backup made by this one.`,
    { details: { path: file, version, newest } },
  );
}

/** Everything is in the file itself, and nothing in its log: the file can be copied. */
async function closeComplete(database: DuckDb): Promise<void> {
  await withConnection(database, (connection) => connection.run("CHECKPOINT")).finally(() => database.close());
}

/**
 * Opens a database with the present schema. An older one is kept as a snapshot and migrated on a copy.
 * @throws E_STORE_NEWER, E_MIGRATION_FAILED, and what `open` throws
 */
export async function migrate(options: MigrateOptions): Promise<DuckDb> {
  const { path: file, open, migrations } = options;
  const isNew = file === IN_MEMORY || !existsSync(file);
  const database = await open(file);
  try {
    if (file !== IN_MEMORY) await removeCopy(`${file}.migrating`);
    const version = await withConnection(database, versionOf);
    assertKnown(file, version, migrations.length);
    if (version === migrations.length) return database;
    if (isNew || version === 0) {
      await withConnection(database, (connection) => apply(connection, options, version));
      return database;
    }
    await closeComplete(database);
    await migrateCopy(options, version);
    return await open(file);
  } catch (error) {
    database.close();
    if (VatioError.is(error) && error.code !== "E_SQL_FAILED") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `${file} could not be brought to the present schema and was left as it is: ${reason} Install the version before again, and report this.`;
    throw new VatioError("E_MIGRATION_FAILED", message, { cause: error, details: { path: file } });
  }
}

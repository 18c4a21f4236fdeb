import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import type { VatioError } from "@vatio/plugin-api";
import { freeSpaceOf } from "./disk-guard.js";
import { type DuckDb, IN_MEMORY } from "./duckdb.js";
import { Exporter } from "./export-rows.js";
import { openTelemetryDatabase } from "./open-telemetry.js";
import { Queries } from "./query-door.js";
import { ReaderPool } from "./reader-pool.js";
import { Manifest } from "./sealed/manifest.js";
import { databaseName, Reconciler } from "./sealed/reconcile.js";
import { SealedHistory } from "./sealed/sealed-history.js";
import type { SegmentContext } from "./sealed/segment-options.js";
import { SerialQueue } from "./serial-queue.js";
import { SeriesReader } from "./series-query.js";
import { Snapshots } from "./snapshot.js";
import type { SqlConnection } from "./sql-connection.js";
import { type CoreContext, StoreCore } from "./store-core.js";
import type { TelemetryStoreOptions } from "./store-options.js";

const MEGABYTE = 1024 * 1024;

/** One opened database and all that works on it. */
export interface OpenedStore {
  readonly database: DuckDb;
  readonly repairs: readonly string[];
  readonly core: StoreCore;
  readonly manifest: Manifest;
  readonly readers: ReaderPool;
  readonly series: SeriesReader;
  readonly snapshots: Snapshots;
  readonly queries: Queries;
  readonly exporter: Exporter;
  readonly history: SealedHistory;
}

let memoryStores = 0;

/** Sealed files lie beside the database; those of one in memory in a folder that goes with it. */
function readingsOf({ path: file, readings }: TelemetryStoreOptions): string {
  if (readings !== undefined) return path.resolve(readings);
  if (file !== IN_MEMORY) return path.resolve(path.dirname(file), "readings");
  memoryStores++;
  return path.join(tmpdir(), `vatio-readings-${process.pid}-${memoryStores}`);
}

/** What the disk holds, made to agree with what the database says of it. */
interface Agreed {
  readonly manifest: Manifest;
  readonly sql: SqlConnection;
  readonly name: string;
  readonly repairs: readonly string[];
}

async function agree(options: TelemetryStoreOptions, database: DuckDb): Promise<Agreed> {
  const sql = await database.connect();
  // Footers of files that queries read over and over stay in memory.
  await sql.run("SET GLOBAL parquet_metadata_cache = true");
  const manifest = new Manifest(readingsOf(options));
  await manifest.load(sql);
  const name = await databaseName(sql, options.clock.now());
  const repairs = await new Reconciler({ ...options, manifest, sql, database: name }).run();
  return { manifest, sql, name, repairs };
}

/** What sealed history stands on. */
interface Ground {
  readonly agreed: Agreed;
  readonly database: DuckDb;
  readonly core: StoreCore;
  readonly onFatal: (error: VatioError) => void;
}

function makeHistory(options: TelemetryStoreOptions, { agreed, database, core, onFatal }: Ground): SealedHistory {
  const { manifest, sql, name } = agreed;
  const { path: file, config, freeSpace } = options;
  const isTemporary = file === IN_MEMORY && options.readings === undefined;
  const context: SegmentContext = {
    ...options,
    manifest,
    sql,
    sources: core.sources,
    heavy: new SerialQueue(),
    database: name,
    freeSpace: freeSpace ?? (() => freeSpaceOf(file === IN_MEMORY ? manifest.root : file)),
    minFreeBytes: config.minFreeMb * MEGABYTE,
    onStep: options.onSealStep ?? (() => undefined),
  };
  return new SealedHistory({
    context,
    queue: core.queue,
    writerSql: core.connection,
    writer: core.writer,
    tables: core.tables,
    commit: core.commit,
    retention: options.retention ?? { daysOf: () => undefined },
    connect: () => database.connect(),
    onDoubt: onFatal,
    isScheduled: config.autoSeal ?? file !== IN_MEMORY,
    isTemporary,
  });
}

/**
 * Opens the database, makes its sealed files agree with it, and builds all that works on them.
 * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_UNREADABLE, E_MIGRATION_FAILED
 */
export async function openParts(
  options: TelemetryStoreOptions,
  context: Omit<CoreContext, "manifest">,
): Promise<OpenedStore> {
  const { path: file, clock, log, config } = options;
  const opened = await openTelemetryDatabase({ path: file, memoryMb: config.memoryMb, clock, log });
  const { database } = opened;
  try {
    const agreed = await agree(options, database);
    const { manifest } = agreed;
    const core = await StoreCore.open(options, { ...context, manifest }, database);
    const readers = await ReaderPool.create({ database, clock });
    const reading = { ...options, readers, sources: core.sources };
    const snapshots = new Snapshots(database);
    const queries = new Queries(database, core.sources, options.channels);
    const [series, exporter] = [new SeriesReader(reading), new Exporter(reading)];
    const history = makeHistory(options, { agreed, database, core, onFatal: context.onFatal });
    const repairs = [...opened.repairs, ...agreed.repairs];
    return { database, repairs, core, manifest, readers, snapshots, queries, series, exporter, history };
  } catch (error) {
    database.close();
    throw error;
  }
}

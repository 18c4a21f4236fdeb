import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Log, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { DuckDb } from "./duckdb.js";
import { migrate } from "./migrate.js";
import { TELEMETRY_MIGRATIONS } from "./migrations/telemetry/index.js";
import { setAside, walFiles } from "./wal.js";

/** What opening `telemetry.duckdb` needs. */
export interface OpenTelemetryOptions {
  readonly path: string;
  readonly memoryMb: number;
  readonly clock: HubClock;
  readonly log: Log;
}

/** The opened database and what had to be repaired. */
export interface OpenedTelemetry {
  readonly database: DuckDb;
  readonly repairs: readonly string[];
}

const MOST_THREADS = 4;
const DAMAGED = "damaged";

function openDatabase({ path: file, memoryMb, clock, log }: OpenTelemetryOptions): Promise<DuckDb> {
  const threads = Math.min(MOST_THREADS, availableParallelism());
  const open = (name: string): Promise<DuckDb> => DuckDb.open({ path: name, memoryMb, threads, clock, log });
  return migrate({ path: file, open, migrations: TELEMETRY_MIGRATIONS, clock, log });
}

async function keepDamaged({ path: file, clock, log }: OpenTelemetryOptions, cause: VatioError): Promise<string> {
  const kept: string[] = [];
  for (const name of [file, ...walFiles(file)])
    if (existsSync(name)) kept.push(path.basename(await setAside(name, DAMAGED, clock.now())));
  const repair = `${path.basename(file)} was damaged beyond repair and a new one was begun, so that readings go on being stored. The old one is kept as ${kept.join(", ")}. Sealed readings are in files of their own and are still there; for the days since, put a backup back with vatio restore.`;
  log.error(repair, { code: cause.code, details: cause.details });
  return repair;
}

/**
 * Opens `telemetry.duckdb` with the present schema. One that is damaged beyond repair is kept under another name and a new one begun: the
 * hub goes on storing, and says so until somebody has looked.
 * @throws E_STORE_OPEN, E_STORE_LOCKED, E_STORE_NEWER, E_STORE_UNREADABLE, E_MIGRATION_FAILED
 */
export async function openTelemetryDatabase(options: OpenTelemetryOptions): Promise<OpenedTelemetry> {
  try {
    const database = await openDatabase(options);
    return { database, repairs: database.repairs };
  } catch (error) {
    if (!VatioError.is(error) || error.code !== "E_STORE_DAMAGED") throw error;
    const repair = await keepDamaged(options, error);
    const database = await openDatabase(options);
    return { database, repairs: [repair, ...database.repairs] };
  }
}

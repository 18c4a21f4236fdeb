import { type Migration, runAll } from "../migration.js";

/*
 * Conventions of `telemetry.duckdb`
 * - Readings are in `hot_YYYYMMDD`, one table for each UTC day, made when its first row comes: channel INTEGER (number of the channel),
 *   at BIGINT (ms since the epoch), arrival BIGINT (rises with each row that the store accepts), origin UTINYINT (0 live, 1 replay,
 *   2 import), and a DOUBLE column for each metric, named after it. NULL: absent.
 * - `late` has the same columns and takes rows of days that have no table any more, or never had one.
 * - No indexes. Rows are only appended; a day goes as a whole. DELETE touches small tables only, on the one connection that writes.
 */

const READINGS = [
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
  `CREATE TABLE late (channel INTEGER NOT NULL, "at" BIGINT NOT NULL, arrival BIGINT NOT NULL, origin UTINYINT NOT NULL)`,
  // Tables that may hold one value twice: reads of them group by channel and instant and keep the first to arrive.
  "CREATE TABLE overlapping (table_name TEXT PRIMARY KEY)",
];

const SEQUENCES = [
  // Samples [from_n, to_n) of a boot of a device were received.
  "CREATE TABLE frame_ranges (device TEXT NOT NULL, boot TEXT NOT NULL, from_n BIGINT NOT NULL, to_n BIGINT NOT NULL, arrival BIGINT NOT NULL)",
  // When boots began; error_ms bounds the doubt.
  `CREATE TABLE boots (device TEXT NOT NULL, boot TEXT NOT NULL, "at" BIGINT NOT NULL, error_ms DOUBLE NOT NULL, arrival BIGINT NOT NULL)`,
  // Rows whose boot has no known begin. since_ms: milliseconds since boot. columns: JSON, values by metric.
  `CREATE TABLE holding (
    device TEXT NOT NULL, boot TEXT NOT NULL, channel INTEGER NOT NULL, since_ms DOUBLE NOT NULL, arrival BIGINT NOT NULL,
    origin UTINYINT NOT NULL, columns TEXT NOT NULL)`,
];

const INBOX = [
  `CREATE TABLE inbox (
    id BIGINT NOT NULL, plugin TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, qos UTINYINT NOT NULL, retained BOOLEAN NOT NULL,
    "at" BIGINT NOT NULL, client TEXT, crashes INTEGER NOT NULL, aside BOOLEAN NOT NULL)`,
];

// Their services come with a later version.
const LATER = [
  // Sealed Parquet files. kind: day, month or import.
  `CREATE TABLE segments (
    path TEXT PRIMARY KEY, kind TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, min_at BIGINT, max_at BIGINT,
    row_count BIGINT NOT NULL, bytes BIGINT NOT NULL, hash TEXT NOT NULL, generation INTEGER NOT NULL, import_id TEXT,
    details TEXT NOT NULL DEFAULT '{}')`,
  // 15 minutes of a channel; slot: number since the epoch.
  `CREATE TABLE slots (
    channel INTEGER NOT NULL, slot INTEGER NOT NULL, import_wh DOUBLE, export_wh DOUBLE, coverage DOUBLE NOT NULL, quality UTINYINT NOT NULL,
    details TEXT)`,
  // Roll-up of a gauge of a channel over a slot.
  `CREATE TABLE rollups (
    channel INTEGER NOT NULL, metric TEXT NOT NULL, slot INTEGER NOT NULL, lowest DOUBLE, mean DOUBLE, highest DOUBLE, first DOUBLE,
    last DOUBLE, row_count INTEGER NOT NULL, coverage DOUBLE NOT NULL)`,
  // Why the delta of a counter is what it is.
  `CREATE TABLE counter_events (
    id TEXT NOT NULL, channel INTEGER NOT NULL, metric TEXT NOT NULL, "at" BIGINT NOT NULL, kind TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}')`,
  // Audited overlays on a range. kind: drop, set, scale or spread.
  `CREATE TABLE corrections (
    id TEXT NOT NULL, channel INTEGER NOT NULL, metric TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, kind TEXT NOT NULL,
    parameters TEXT NOT NULL, made_by TEXT NOT NULL, made_at BIGINT NOT NULL, undone_at BIGINT, details TEXT NOT NULL DEFAULT '{}')`,
];

/** Schema of the first release. */
export const initialTelemetry: Migration = {
  version: 1,
  name: "initial",
  up: (sql) => runAll(sql, [...READINGS, ...SEQUENCES, ...INBOX, ...LATER]),
};

import { type Migration, runAll } from "../migration.js";

/** Energy: slots that remember what they were before corrections, days of a zone, and how far it was worked out. */
export const energyTelemetry: Migration = {
  version: 2,
  name: "energy",
  up: (sql) =>
    runAll(sql, [
      // 15 minutes of a channel. raw_*: before corrections. coverage: share that was measured. quality: bits. told_at: for energy that came
      // to light when the slot was final already, the instant of the reading that told it; such a row adds to the other one.
      "DROP TABLE slots",
      `CREATE TABLE slots (
        channel INTEGER NOT NULL, slot INTEGER NOT NULL, import_wh DOUBLE, export_wh DOUBLE, coverage DOUBLE NOT NULL,
        quality UTINYINT NOT NULL, raw_import_wh DOUBLE, raw_export_wh DOUBLE, raw_coverage DOUBLE NOT NULL,
        told_at BIGINT)`,
      // A calendar day of a channel in a zone; day: number since 1970-01-01. Derived from slots.
      `CREATE TABLE days (
        zone TEXT NOT NULL, channel INTEGER NOT NULL, day INTEGER NOT NULL, import_wh DOUBLE, export_wh DOUBLE,
        coverage DOUBLE NOT NULL, quality UTINYINT NOT NULL)`,
      // How far a channel was worked out: its state after all of its readings before "at".
      `CREATE TABLE energy_states (channel INTEGER NOT NULL, "at" BIGINT NOT NULL, state TEXT NOT NULL)`,
      // Instants, both included, of a channel that must be worked out again. Whoever changes history adds to it in the same transaction.
      "CREATE TABLE energy_pending (channel INTEGER NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL)",
      // Decisions about registers. told_at: instant of the reading that led to it; n: among those of that instant.
      "DROP TABLE counter_events",
      `CREATE TABLE counter_events (
        channel INTEGER NOT NULL, told_at BIGINT NOT NULL, n INTEGER NOT NULL, direction TEXT NOT NULL, "at" BIGINT NOT NULL,
        reason TEXT NOT NULL, before DOUBLE NOT NULL, after DOUBLE NOT NULL, wh DOUBLE NOT NULL, since_at BIGINT)`,
      // What a channel sent on a UTC day that was not stored. reason: "duplicate" or the key of a text.
      `CREATE TABLE channel_days (channel INTEGER NOT NULL, day INTEGER NOT NULL, reason TEXT NOT NULL, row_count BIGINT NOT NULL)`,
    ]),
};

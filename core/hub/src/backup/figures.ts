import type { Sql } from "../store/types.js";
import type { EnergyEntry, ReadingsEntry } from "./types.js";

/** What a database holds, in numbers. */
export interface DatabaseFigures {
  readonly schema: number;
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
}

const quoted = (table: string): string => `"${table.replaceAll('"', '""')}"`;

async function tablesOf(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.all<{ name: string }>(
    `SELECT table_name AS name FROM duckdb_tables()
      WHERE NOT internal AND NOT temporary AND database_name = current_database() ORDER BY table_name`,
  );
  return rows.map(({ name }) => name);
}

async function has(sql: Sql, table: string): Promise<boolean> {
  return (await tablesOf(sql)).includes(table);
}

/** Counts the rows of every table. */
export async function figuresOf(sql: Sql): Promise<DatabaseFigures> {
  const tables: Record<string, number> = {};
  for (const table of await tablesOf(sql)) {
    const [row] = await sql.all<{ n: number }>(`SELECT count(*) AS n FROM ${quoted(table)}`);
    tables[table] = row?.n ?? 0;
  }
  if (tables.schema_versions === undefined) return { schema: 0, tables };
  const [row] = await sql.all<{ version: number }>("SELECT coalesce(max(version), 0) AS version FROM schema_versions");
  return { schema: row?.version ?? 0, tables };
}

/** Energy by number of a channel and month (UTC), from the 15-minute slots. */
export interface MonthOfChannel {
  readonly channel: number;
  readonly month: string;
  readonly importWh: number;
  readonly exportWh: number;
}

/** Monthly energy of every channel. Sums are compensated, so that two runs agree. */
export async function monthsOf(sql: Sql): Promise<readonly MonthOfChannel[]> {
  if (!(await has(sql, "slots"))) return [];
  return sql.all<MonthOfChannel>(
    `SELECT channel, strftime(DATE '1970-01-01' + CAST(floor(slot / 96) AS INTEGER), '%Y-%m') AS month,
        coalesce(fsum(import_wh), 0) AS "importWh", coalesce(fsum(export_wh), 0) AS "exportWh"
      FROM slots GROUP BY ALL ORDER BY ALL`,
  );
}

/** Ids of channels by their number. */
export async function channelIds(sql: Sql): Promise<ReadonlyMap<number, string>> {
  if (!(await has(sql, "channel_numbers"))) return new Map();
  const rows = await sql.all<{ number: number; channel: string }>("SELECT number, channel FROM channel_numbers");
  return new Map(rows.map(({ number, channel }) => [number, channel]));
}

/** Monthly energy with the channels' ids. */
export const energyOf = (months: readonly MonthOfChannel[], ids: ReadonlyMap<number, string>): EnergyEntry[] =>
  months.map(({ channel, ...rest }) => ({ channel: ids.get(channel) ?? `#${channel}`, ...rest }));

/** The sealed files that the manifest of the readings names. */
export async function readingsOf(sql: Sql): Promise<readonly ReadingsEntry[]> {
  if (!(await has(sql, "segments"))) return [];
  return sql.all<ReadingsEntry>("SELECT path, hash, bytes, row_count AS rows FROM segments ORDER BY from_at, path");
}

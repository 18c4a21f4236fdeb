import { open } from "node:fs/promises";
import type sqlite from "node-sqlite3-wasm";
import { unreadable } from "../common/unreadable.js";
import { type MeteredStatistic, meteredStatistic } from "./metered-statistic.js";
import type { StatisticRow } from "./statistics-cleaner.js";

type Database = InstanceType<typeof sqlite.Database>;
type Columns = Readonly<Record<string, unknown>>;

const HOUR = 3_600_000;

/** Bytes of a name, a unit or a time. */
const MAX_TEXT = 1_000;

/** Rows that may be sorted at one go. */
const MAX_UNINDEXED = 100_000;

/** Statistics in a database; a house has a few hundred. */
const MAX_STATISTICS = 20_000;

/**
 * A copy of the file of a running Home Assistant says that its journal is a write-ahead log, which is not there: SQLite then refuses to open
 * it read-only. Bytes 18 and 19 (SQLite file format, section 1.3) say so.
 * @returns whether it was one
 */
export async function forgetWriteAheadLog(path: string): Promise<boolean> {
  const file = await open(path, "r+");
  try {
    const bytes = new Uint8Array(2);
    await file.read(bytes, 0, 2, 18);
    if (bytes[0] !== 2 && bytes[1] !== 2) return false;
    await file.write(Uint8Array.of(1, 1), 0, 2, 18);
    return true;
  } finally {
    await file.close();
  }
}

/** The tables of Home Assistant's recorder that keep long-term statistics. */
export class RecorderDatabase implements Disposable {
  readonly #database: Database;
  readonly #meta: ReadonlySet<string>;
  readonly #rows: ReadonlySet<string>;

  private constructor(database: Database) {
    this.#database = database;
    try {
      this.#meta = this.#columns("statistics_meta");
      this.#rows = this.#columns("statistics");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** @throws VatioError E_IMPORT_UNREADABLE when it is no such database */
  static async open(path: string): Promise<RecorderDatabase> {
    // A megabyte of code that most hubs never need.
    const { default: library } = await import("node-sqlite3-wasm");
    return new RecorderDatabase(guarded(() => new library.Database(path, { readOnly: true })));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** Names of the columns of a table; a view, or a table that computes something, could keep us busy for ever. */
  #columns(table: string): ReadonlySet<string> {
    const found = guarded(() =>
      this.#database.get(
        "SELECT substr(sql, 1, 20000) AS sql FROM sqlite_master WHERE type = 'table' AND name = ?",
        table,
      ),
    );
    const sql = String(found?.sql ?? "");
    if (sql === "") throw unreadable(`The database has no table "${table}": it is not one of Home Assistant.`);
    if (/\bvirtual\b|\bgenerated\b|\bas\s*\(/i.test(sql))
      throw unreadable(`The table "${table}" is not one of Home Assistant.`);
    const columns = guarded(() => this.#database.all("SELECT name FROM pragma_table_info(?)", table));
    return new Set(columns.map(({ name }) => String(name)));
  }

  /** The statistics of energy by their number, and the names of all others. */
  statistics(): { readonly metered: ReadonlyMap<number, MeteredStatistic>; readonly others: readonly string[] } {
    const columns = ["statistic_id", "unit_of_measurement", ...(this.#meta.has("name") ? ["name"] : [])];
    const sql = `SELECT id, has_sum, ${columns.map(shortText).join(", ")} FROM statistics_meta ORDER BY id LIMIT ${MAX_STATISTICS}`;
    const metered = new Map<number, MeteredStatistic>();
    const others: string[] = [];
    for (const row of guarded(() => this.#database.all(sql))) {
      const facts = {
        id: String(row.statistic_id ?? ""),
        name: typeof row.name === "string" ? row.name : undefined,
        unit: typeof row.unit_of_measurement === "string" ? row.unit_of_measurement : undefined,
        hasSum: Number(row.has_sum) === 1,
      };
      const found = meteredStatistic(facts);
      if (found && typeof row.id === "number") metered.set(row.id, found);
      else others.push(facts.id);
    }
    return { metered, others };
  }

  /** Without the index that Home Assistant makes, each statistic would be looked for in the whole file, and sorted at one go. */
  #requireQuick(sql: string, statistic: number): void {
    const plan = guarded(() => this.#database.all(`EXPLAIN QUERY PLAN ${sql}`, statistic));
    const slow = plan.some(({ detail }) => /^SCAN\b|TEMP B-TREE/.test(String(detail)));
    const rows = slow ? guarded(() => this.#database.get("SELECT max(id) AS rows FROM statistics")) : undefined;
    if (Number(rows?.rows ?? 0) <= MAX_UNINDEXED) return;
    throw unreadable(
      "The table of statistics has lost its index. Let Home Assistant repair the database, and copy it again.",
    );
  }

  /** Rows of a statistic in order of time, in Wh. Rows whose start cannot be understood have NaN as theirs. */
  *rows(statistic: number, factor: number): Generator<StatisticRow> {
    // Until 2023.2 the start was a text in UTC; both columns exist in databases that were upgraded.
    const start = [this.#rows.has("start_ts") ? "start_ts" : "", this.#rows.has("start") ? "start" : ""].filter(
      Boolean,
    );
    if (start.length === 0) throw unreadable('The table "statistics" has no column for the time.');
    const reset = this.#rows.has("last_reset_ts")
      ? "CASE WHEN typeof(last_reset_ts) IN ('real', 'integer') THEN last_reset_ts END"
      : "NULL";
    const order = start[0] ?? "start";
    const sql = `SELECT id, ${start.map(shortText).join(", ")}, ${["state", "sum"].map(onlyNumber).join(", ")}, ${reset} AS reset
      FROM statistics WHERE metadata_id = ? ORDER BY statistics.${order}, statistics.id`;
    this.#requireQuick(sql, statistic);
    const statement = guarded(() => this.#database.prepare(sql));
    try {
      const rows = statement.iterate(statistic)[Symbol.iterator]();
      for (let step = guarded(() => rows.next()); !step.done; step = guarded(() => rows.next())) {
        yield rowOf(step.value as Columns, factor);
      }
    } finally {
      quietly(() => statement.finalize());
    }
  }
}

/** A value may be as large as the file: only its length is asked for before it is read. */
const shortText = (column: string): string =>
  `CASE WHEN octet_length(${column}) <= ${MAX_TEXT} THEN ${column} END AS ${column}`;

const onlyNumber = (column: string): string =>
  `CASE WHEN typeof(${column}) IN ('real', 'integer') THEN CAST(${column} AS REAL) END AS ${column}`;

function rowOf(row: Columns, factor: number): StatisticRow {
  const number = (value: unknown): number => (typeof value === "number" ? value * factor : Number.NaN);
  return {
    at: startOf(row),
    lengthMs: HOUR,
    sum: number(row.sum),
    state: number(row.state),
    change: Number.NaN,
    lastReset: typeof row.reset === "number" ? row.reset : Number.NaN,
    line: Number(row.id),
  };
}

/** Seconds since the epoch, or `2021-09-01 00:00:00.000000` in UTC. */
function startOf(row: Columns): number {
  const seconds = row.start_ts === null || row.start_ts === undefined ? Number.NaN : Number(row.start_ts);
  if (!Number.isNaN(seconds)) return Math.round(seconds * 1_000);
  const text = row.start;
  return typeof text === "string" ? Date.parse(`${text.trim().slice(0, 19).replace(" ", "T")}Z`) : Number.NaN;
}

/** Ending a statement that failed throws its error once more. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // It was thrown already.
  }
}

/** @throws VatioError E_IMPORT_UNREADABLE for whatever SQLite complains about */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof Error && cause.name === "VatioError") throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(
      `The database cannot be read: ${why}. Copy it again while Home Assistant is stopped, or use a backup.`,
      { cause },
    );
  }
}

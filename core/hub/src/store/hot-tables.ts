import { utcDayKey } from "@vatio/model";
import { days, type Instant, type MetricName, type Range } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { isClockSet } from "./plausible-time.js";
import type { RowBuffer } from "./row-buffer.js";
import type { Sql } from "./types.js";

/** Table of rows whose day has no table. */
export const LATE = "late";

const DAY_MS = days(1);
/** Older days get no table of their own any more: a device that invents dates must not make thousands of tables. */
const OPEN_DAYS_BACK = 35 * DAY_MS;
const DAY_TABLE = /^hot_(\d{4})(\d{2})(\d{2})$/;

/** A table of readings. */
export interface HotTable {
  readonly name: string;
  /** Its columns after channel, at, arrival and origin, in their order. */
  readonly metrics: readonly MetricName[];
  readonly rows: number;
  /** Instants of its rows lie in here. */
  readonly range: Range;
  /** It may hold one value twice. */
  readonly overlaps: boolean;
}

interface Entry extends HotTable {
  metrics: MetricName[];
  rows: number;
  range: Range;
  overlaps: boolean;
}

const EMPTY: Range = { from: Number.POSITIVE_INFINITY as Instant, to: Number.NEGATIVE_INFINITY as Instant };

function dayRange(name: string): Range | undefined {
  const match = DAY_TABLE.exec(name);
  if (!match) return undefined;
  const from = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) as Instant;
  return { from, to: (from + DAY_MS) as Instant };
}

/** Name of the table of an instant's day. */
const dayTable = (at: number): string => `hot_${utcDayKey(at as Instant)}`;

/** First instant of the day after an instant. */
export const endOfDay = (at: number): number => (Math.floor(at / DAY_MS) + 1) * DAY_MS;

interface ColumnRow {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

const FIXED_COLUMNS = 4;

const LIST = `
  SELECT t.table_name AS name, t.estimated_size AS rows, list(c.column_name ORDER BY c.column_index) AS columns
  FROM duckdb_tables() AS t JOIN duckdb_columns() AS c ON c.table_oid = t.table_oid AND c.database_oid = t.database_oid
  WHERE NOT t.internal AND (t.table_name = '${LATE}' OR t.table_name LIKE 'hot\\_%' ESCAPE '\\')
  GROUP BY ALL`;

/** The tables that hold readings: one for each UTC day and one for what comes too late for its day. */
export class HotTables {
  readonly #clock: HubClock;
  readonly #tables = new Map<string, Entry>();
  /** Name of the table of the day that is written to mostly. */
  #memo = { from: 0, to: 0, name: "" };

  constructor(clock: HubClock) {
    this.#clock = clock;
  }

  /** Reads from the database which tables there are. */
  async load(sql: Sql): Promise<void> {
    const overlaps = new Set(
      (await sql.all<{ table_name: string }>("SELECT table_name FROM overlapping")).map((row) => row.table_name),
    );
    const [late] = await sql.all<{ from_at: number | null; to_at: number | null }>(
      `SELECT min("at") AS from_at, max("at") + 1 AS to_at FROM ${LATE}`,
    );
    this.#tables.clear();
    for (const { name, columns, rows } of await sql.all<ColumnRow>(LIST)) {
      const range = dayRange(name) ?? {
        from: (late?.from_at ?? EMPTY.from) as Instant,
        to: (late?.to_at ?? EMPTY.to) as Instant,
      };
      this.#tables.set(name, {
        name,
        metrics: columns.slice(FIXED_COLUMNS) as MetricName[],
        rows,
        range,
        overlaps: overlaps.has(name),
      });
    }
  }

  /** Every table, the newest day first. */
  all(): readonly HotTable[] {
    return [...this.#tables.values()].sort((a, b) => b.range.from - a.range.from);
  }

  /** Tables that may hold rows of a range. */
  within(range: Range): readonly HotTable[] {
    return [...this.#tables.values()]
      .filter((table) => table.range.from < range.to && table.range.to > range.from)
      .sort((a, b) => a.range.from - b.range.from);
  }

  /** Name of the table that takes a row now. */
  tableFor(at: number): string {
    if (at >= this.#memo.from && at < this.#memo.to) return this.#memo.name;
    const name = dayTable(at);
    if (!this.#tables.has(name) && !this.#isOpen(at)) return LATE;
    const to = endOfDay(at);
    this.#memo = { from: to - DAY_MS, to, name };
    return name;
  }

  /** Makes the table, and its columns, that buffered rows need. @returns whether the schema changed */
  async ensure(sql: Sql, name: string, metrics: Iterable<MetricName>): Promise<boolean> {
    const wanted = [...metrics];
    const table = this.#tables.get(name);
    if (!table) {
      await this.#create(sql, name, wanted);
      return true;
    }
    const missing = wanted.filter((metric) => !table.metrics.includes(metric));
    for (const metric of missing) {
      await sql.run(`ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS "${metric}" DOUBLE`);
      table.metrics.push(metric);
    }
    return missing.length > 0;
  }

  metricsOf(name: string): readonly MetricName[] {
    return this.#tables.get(name)?.metrics ?? [];
  }

  /** Rows were committed. */
  added(name: string, buffer: RowBuffer): void {
    const table = this.#tables.get(name);
    if (!table) return;
    table.rows += buffer.rows;
    if (name !== LATE) return;
    let { from, to } = table.range;
    for (let i = 0; i < buffer.rows; i++) {
      const at = buffer.at[i] as Instant;
      if (at < from) from = at;
      if (at >= to) to = (at + 1) as Instant;
    }
    table.range = { from, to };
  }

  /** Rows of a table may hold a value twice from now on. @returns whether this is new */
  markOverlaps(name: string): boolean {
    const table = this.#tables.get(name);
    if (!table || table.overlaps) return false;
    table.overlaps = true;
    return true;
  }

  get rows(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.rows, 0);
  }

  #isOpen(at: number): boolean {
    return isClockSet(this.#clock) && at >= this.#clock.now() - OPEN_DAYS_BACK;
  }

  async #create(sql: Sql, name: string, metrics: MetricName[]): Promise<void> {
    const columns = metrics.map((metric) => `, "${metric}" DOUBLE`).join("");
    await sql.run(
      `CREATE TABLE IF NOT EXISTS ${name} (channel INTEGER NOT NULL, "at" BIGINT NOT NULL, arrival BIGINT NOT NULL, origin UTINYINT NOT NULL${columns})`,
    );
    const found = await sql.all<{ name: string }>(
      "SELECT column_name AS name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
      [name],
    );
    const existing = found.slice(FIXED_COLUMNS).map((row) => row.name);
    this.#tables.set(name, { name, metrics: existing, rows: 0, range: dayRange(name) ?? EMPTY, overlaps: false });
    await this.ensure(sql, name, metrics);
  }
}

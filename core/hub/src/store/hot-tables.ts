import { utcDayKey } from "@vatio/model";
import { days, type Instant, type MetricName, type Range } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { isClockSet } from "./plausible-time.js";
import type { RowBuffer } from "./row-buffer.js";
import type { Source } from "./source.js";
import type { Sql } from "./types.js";

/** Table of rows whose day has no table. When it is sealed, another one takes its place: `late_` and a number that rises. */
const LATE = "late";

const DAY_MS = days(1);
/** Older days get no table of their own any more: a device that invents dates must not make thousands of tables. */
const OPEN_DAYS_BACK = 35 * DAY_MS;
const DAY_TABLE = /^hot_(\d{4})(\d{2})(\d{2})$/;
const LATE_TABLE = /^late(?:_(\d+))?$/;

/** Whether a table takes rows of any day. */
export const isLate = (name: string): boolean => LATE_TABLE.test(name);

const lateNumber = (name: string): number => Number(LATE_TABLE.exec(name)?.[1] ?? 0);

/** A table of readings; its metrics are its columns after channel, at, arrival and origin, in their order. */
export interface HotTable extends Source {
  /** Takes no more rows: it is about to be sealed. */
  readonly isFrozen: boolean;
}

/** What decides which table a row goes to. */
export interface HotTablesOptions {
  readonly clock: HubClock;
  /** Whether the day of an instant is in a sealed file: it gets no table any more. */
  readonly isSealed: (at: number) => boolean;
  /** A number that no table of late rows has or had. */
  readonly nextNumber: () => number;
}

interface Entry extends HotTable {
  metrics: MetricName[];
  rows: number;
  range: Range;
  overlaps: boolean;
  isFrozen: boolean;
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

async function spanOf(sql: Sql, name: string): Promise<Range> {
  const [span] = await sql.all<{ from_at: number | null; to_at: number | null }>(
    `SELECT min("at") AS from_at, max("at") + 1 AS to_at FROM ${name}`,
  );
  return { from: (span?.from_at ?? EMPTY.from) as Instant, to: (span?.to_at ?? EMPTY.to) as Instant };
}

const LIST = `
  SELECT t.table_name AS name, t.estimated_size AS rows, list(c.column_name ORDER BY c.column_index) AS columns
  FROM duckdb_tables() AS t JOIN duckdb_columns() AS c ON c.table_oid = t.table_oid AND c.database_oid = t.database_oid
  WHERE NOT t.internal AND regexp_full_match(t.table_name, 'late(_[0-9]+)?|hot_[0-9]{8}')
  GROUP BY ALL`;

/** The tables that hold readings: one for each UTC day and one for what comes too late for its day. */
export class HotTables {
  readonly #options: HotTablesOptions;
  readonly #tables = new Map<string, Entry>();
  /** Tables that are to be made and may hold a value that is elsewhere. */
  readonly #overlapping = new Set<string>();
  /** Name of the table that takes late rows now. */
  #late = LATE;
  /** Name of the table of the day that is written to mostly. */
  #memo = { from: 0, to: 0, name: "" };

  constructor(options: HotTablesOptions) {
    this.#options = options;
  }

  /** Reads from the database which tables there are. `closed`: names of tables of late rows that take no more. */
  async load(sql: Sql, closed: ReadonlySet<string>): Promise<void> {
    const overlaps = new Set(
      (await sql.all<{ table_name: string }>("SELECT table_name FROM overlapping")).map((row) => row.table_name),
    );
    this.#tables.clear();
    for (const { name, columns, rows } of await sql.all<ColumnRow>(LIST)) {
      this.#tables.set(name, {
        name,
        metrics: columns.slice(FIXED_COLUMNS) as MetricName[],
        rows,
        range: dayRange(name) ?? (await spanOf(sql, name)),
        overlaps: overlaps.has(name),
        isFrozen: false,
      });
    }
    const lates = [...this.#tables.keys()].filter(isLate).sort((a, b) => lateNumber(a) - lateNumber(b));
    const open = lates.findLast((name) => !closed.has(name));
    this.#late = open ?? this.#newLate();
    for (const name of lates) if (name !== open) this.freeze(name);
  }

  /** Every table. */
  all(): readonly HotTable[] {
    return [...this.#tables.values()];
  }

  get(name: string): HotTable | undefined {
    return this.#tables.get(name);
  }

  /** Tables of one day each. */
  days(): readonly HotTable[] {
    return this.all().filter(({ name }) => !isLate(name));
  }

  /** Tables of late rows that take no more. */
  frozenLate(): readonly HotTable[] {
    return this.all().filter(({ name, isFrozen }) => isFrozen && isLate(name));
  }

  /** The table that takes late rows now, when it has any. */
  get openLate(): HotTable | undefined {
    const table = this.#tables.get(this.#late);
    return table && table.rows > 0 ? table : undefined;
  }

  /** From now on no row goes to a table. Rows that were buffered for it are committed still. */
  freeze(name: string): void {
    const table = this.#tables.get(name);
    if (!table) return;
    table.isFrozen = true;
    this.#memo = { from: 0, to: 0, name: "" };
    if (!isLate(name)) return;
    // Its rows stay where they are until all of them were sealed: until then some are in both places.
    table.overlaps = true;
    if (name === this.#late) this.#late = this.#newLate();
  }

  /** A table of a day takes rows again. */
  thaw(name: string): void {
    const table = this.#tables.get(name);
    if (table && !isLate(name)) table.isFrozen = false;
    this.#memo = { from: 0, to: 0, name: "" };
  }

  /** A table is gone. */
  dropped(name: string): void {
    this.#tables.delete(name);
    this.#overlapping.delete(name);
    this.#memo = { from: 0, to: 0, name: "" };
  }

  /** Name of the table that takes a row now. */
  tableFor(at: number): string {
    if (at >= this.#memo.from && at < this.#memo.to) return this.#memo.name;
    const name = dayTable(at);
    const table = this.#tables.get(name);
    if (table ? table.isFrozen : !this.#isOpen(at)) return this.#late;
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
    if (!isLate(name)) return;
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
    if (table?.overlaps ?? this.#overlapping.has(name)) return false;
    if (table) table.overlaps = true;
    else this.#overlapping.add(name);
    return true;
  }

  get rows(): number {
    return [...this.#tables.values()].reduce((sum, table) => sum + table.rows, 0);
  }

  #isOpen(at: number): boolean {
    const { clock, isSealed } = this.#options;
    return isClockSet(clock) && at >= clock.now() - OPEN_DAYS_BACK && !isSealed(at);
  }

  #newLate(): string {
    return `${LATE}_${this.#options.nextNumber()}`;
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
    const overlaps = this.#overlapping.delete(name);
    const range = dayRange(name) ?? EMPTY;
    this.#tables.set(name, { name, metrics: existing, rows: 0, range, overlaps, isFrozen: false });
    await this.ensure(sql, name, metrics);
  }
}

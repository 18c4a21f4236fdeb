import { type Instant, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Generation } from "./generation.js";
import type { HotTable, HotTables } from "./hot-tables.js";
import { type LastTable, LastValueTable } from "./last-values.js";
import { putMeta, readMeta } from "./store-meta.js";
import type { Sql } from "./types.js";

const VALUES_KEY = "last-values";
const ARRIVAL_KEY = "last-values.arrival";
/** Readings of so long are read again at a start after a crash. */
const SAVE_EVERY = minutes(5);

/** Newest values of the rows of one table that arrived after a number, metric by metric. */
function newestSql({ name, metrics }: HotTable, arrival: number): string {
  const columns = metrics.flatMap((metric, i) => [
    `max("at") FILTER ("${metric}" IS NOT NULL) AS at_${i}`,
    `arg_max("${metric}", "at") FILTER ("${metric}" IS NOT NULL) AS value_${i}`,
  ]);
  return `SELECT channel, ${columns.join(", ")} FROM ${name} WHERE arrival > ${arrival} GROUP BY channel`;
}

type NewestRow = { readonly channel: number } & Readonly<Record<string, number | null>>;

function addFound(table: LastTable, { metrics }: HotTable, rows: readonly NewestRow[]): void {
  for (const row of rows) {
    const values = table.get(row.channel) ?? new Map();
    table.set(row.channel, values);
    for (const [i, metric] of metrics.entries()) {
      const [at, value] = [row[`at_${i}`], row[`value_${i}`]];
      const held = values.get(metric);
      if (at !== null && at !== undefined && value !== null && value !== undefined && !(held && held.at >= at))
        values.set(metric, { at: at as Instant, value });
    }
  }
}

/** Keeps the newest values in the database, now and then, so that a start reads only what arrived since. */
export class LastValueStorage {
  readonly #values: LastValueTable;
  readonly #clock: HubClock;
  #savedAt = Number.NEGATIVE_INFINITY;

  constructor(values: LastValueTable, clock: HubClock) {
    this.#values = values;
    this.#clock = clock;
  }

  /** The values that were saved, and those of the rows that arrived later. */
  async load(sql: Sql, tables: HotTables): Promise<void> {
    const [saved, arrival] = [await readMeta(sql, VALUES_KEY), Number((await readMeta(sql, ARRIVAL_KEY)) ?? 0)];
    if (saved !== undefined) this.#values.load(LastValueTable.parse(saved));
    const found: LastTable = new Map();
    for (const table of tables.all()) {
      if (table.metrics.length > 0) addFound(found, table, await sql.all<NewestRow>(newestSql(table, arrival)));
    }
    this.#values.load(found);
    this.#savedAt = this.#clock.monotonic();
  }

  /** Adds the values to a commit when it is time, or when that is asked for. `arrival`: of the last row that is stored with it. */
  save(generation: Generation, arrival: number, isAsked = false): void {
    if (!isAsked && this.#clock.monotonic() - this.#savedAt < SAVE_EVERY) return;
    this.#savedAt = this.#clock.monotonic();
    generation.statements.push(
      putMeta(VALUES_KEY, this.#values.serialize(generation.last)),
      putMeta(ARRIVAL_KEY, String(arrival)),
    );
  }
}

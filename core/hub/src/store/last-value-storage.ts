import { type Instant, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Generation } from "./generation.js";
import { type LastTable, LastValueTable } from "./last-values.js";
import type { Manifest } from "./sealed/manifest.js";
import { relationsOf, type Source } from "./source.js";
import type { Sources } from "./sources.js";
import { putMeta, readMeta } from "./store-meta.js";
import type { Sql } from "./types.js";

const VALUES_KEY = "last-values";
const ARRIVAL_KEY = "last-values.arrival";
/** Readings of so long are read again at a start after a crash. */
const SAVE_EVERY = minutes(5);

/** Newest values of the rows of one source that arrived after a number, metric by metric. A sealed file is read as a whole. */
function newestSql(source: Source, arrival: number): string {
  const { metrics, file } = source;
  const columns = metrics.flatMap((metric, i) => [
    `max("at") FILTER ("${metric}" IS NOT NULL) AS at_${i}`,
    `arg_max("${metric}", "at") FILTER ("${metric}" IS NOT NULL) AS value_${i}`,
  ]);
  const newer = file === undefined ? ` WHERE arrival > ${arrival}` : "";
  return `SELECT channel, ${columns.join(", ")} FROM ${relationsOf([source])[0]?.sql}${newer} GROUP BY channel`;
}

type NewestRow = { readonly channel: number } & Readonly<Record<string, number | null>>;

function addFound(table: LastTable, { metrics }: Source, rows: readonly NewestRow[]): void {
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
  async load(sql: Sql, sources: Sources, { files }: Manifest): Promise<void> {
    const [saved, arrival] = [await readMeta(sql, VALUES_KEY), Number((await readMeta(sql, ARRIVAL_KEY)) ?? 0)];
    if (saved !== undefined) this.#values.load(LastValueTable.parse(saved));
    const found: LastTable = new Map();
    // What was sealed since, and what was found on the disk.
    const fresh = new Set(
      files
        .filter(({ kind, newestArrival, isAdopted }) => kind !== "import" && (isAdopted || newestArrival > arrival))
        .map(({ path }) => path),
    );
    for (const source of sources.all()) {
      if (source.metrics.length === 0 || (source.file !== undefined && !fresh.has(source.name))) continue;
      const rows = await sources.read(() => sql.all<NewestRow>(newestSql(source, arrival)), source.range);
      addFound(found, source, rows);
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

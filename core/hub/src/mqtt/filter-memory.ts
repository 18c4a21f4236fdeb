import { type Log, type PluginId, Type } from "@vatio/plugin-api";
import { Compile } from "typebox/compile";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import { filterProblem } from "./topic-filter.js";

const OWNER = "hub:mqtt";
const PLUGIN_PREFIX = "filters:";
const BROKER_KEY = "subscribed";

const Filters = Compile(Type.Array(Type.String()));

const UPSERT = `INSERT INTO documents (owner, key, value, version, updated_at) VALUES (?, ?, ?, 1, ?)
  ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value, version = documents.version + 1, updated_at = excluded.updated_at`;

/**
 * The filters that plugins had, so that the inbox can collect for a plugin that has not come back yet after a restart of the hub, and those
 * that an external broker holds for the hub's session. Documents in `state.duckdb`.
 */
export class FilterMemory {
  readonly #state: StateDatabase;
  readonly #clock: HubClock;
  readonly #log: Log;
  readonly #latest = new Map<string, readonly string[]>();
  #writing: Promise<void> = Promise.resolve();

  constructor(state: StateDatabase, clock: HubClock, log: Log) {
    this.#state = state;
    this.#clock = clock;
    this.#log = log;
  }

  /** Filters by plugin. What cannot be read counts as nothing. */
  async plugins(): Promise<ReadonlyMap<PluginId, readonly string[]>> {
    const rows = await this.#state.all<{ key: string; value: string }>(
      "SELECT key, value FROM documents WHERE owner = ?",
      [OWNER],
    );
    const plugins = rows.filter(({ key }) => key.startsWith(PLUGIN_PREFIX));
    return new Map(plugins.map(({ key, value }) => [key.slice(PLUGIN_PREFIX.length) as PluginId, parseFilters(value)]));
  }

  /** Filters to which the hub's session at the external broker was subscribed. */
  async subscribed(): Promise<readonly string[]> {
    const [row] = await this.#state.all<{ value: string }>("SELECT value FROM documents WHERE owner = ? AND key = ?", [
      OWNER,
      BROKER_KEY,
    ]);
    return row ? parseFilters(row.value) : [];
  }

  /** Written soon, in order; a failure is logged. */
  savePlugin(plugin: PluginId, filters: readonly string[]): void {
    this.#save(PLUGIN_PREFIX + plugin, filters);
  }

  saveSubscribed(filters: readonly string[]): void {
    this.#save(BROKER_KEY, filters);
  }

  async forget(plugin: PluginId): Promise<void> {
    this.savePlugin(plugin, []);
    await this.flush();
  }

  /** Settles when all that was saved until now is written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #save(key: string, filters: readonly string[]): void {
    const waits = this.#latest.has(key);
    this.#latest.set(key, filters);
    if (!waits) this.#writing = this.#writing.then(() => this.#write(key));
  }

  /** Writes the newest list only, however often it changed while others were written. */
  async #write(key: string): Promise<void> {
    const filters = this.#latest.get(key) ?? [];
    this.#latest.delete(key);
    try {
      if (filters.length === 0)
        await this.#state.run("DELETE FROM documents WHERE owner = ? AND key = ?", [OWNER, key]);
      else await this.#state.run(UPSERT, [OWNER, key, JSON.stringify(filters), this.#clock.now()]);
    } catch (error) {
      this.#log.warn("The list of MQTT filters was not written; it is written again when it changes.", {
        key,
        error: String(error),
      });
    }
  }
}

function parseFilters(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Filters.Check(value) ? value.filter((filter) => filterProblem(filter) === undefined) : [];
  } catch {
    return [];
  }
}

import type { Instant, Json, PluginId, Text } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { StateDatabase } from "../store/types.js";
import type { Crash } from "./types.js";

/** What the hub remembers of a plugin between two runs. */
export interface StoredPlugin {
  /** `disabled` by a person; `quarantined` until a person clicks. */
  readonly state: "enabled" | "disabled" | "quarantined";
  readonly reason?: Text;
  /** Settings without secrets, as a person entered them; undefined when nobody entered any. */
  readonly config?: Json;
  /** Version of the settings' shape. */
  readonly configVersion: number;
  readonly crashes: readonly Crash[];
  readonly permissionsUsed: Readonly<Record<string, Instant>>;
}

/** Where the hub keeps what it remembers of plugins. */
export interface PluginStates {
  load(plugin: PluginId): Promise<StoredPlugin | undefined>;
  save(plugin: PluginId, stored: StoredPlugin): Promise<void>;
  delete(plugin: PluginId): Promise<void>;
}

interface Row {
  readonly state: string;
  readonly reason: string | null;
  readonly config: string;
  readonly config_version: number;
  readonly crashes: string;
  readonly permissions_used: string;
}

const COLUMNS = "plugin, state, reason, config, config_version, crashes, permissions_used, updated_at";

/** Keeps the states of plugins in the table `plugin_state` of `state.duckdb`. */
export function createPluginStates(database: StateDatabase, clock: HubClock): PluginStates {
  return {
    async load(plugin) {
      const [row] = await database.all<Row>(`SELECT ${COLUMNS} FROM plugin_state WHERE plugin = ?`, [plugin]);
      return row && fromRow(row);
    },
    async save(plugin, stored) {
      await database.run(
        `INSERT INTO plugin_state (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (plugin) DO UPDATE SET state = excluded.state, reason = excluded.reason, config = excluded.config,
         config_version = excluded.config_version, crashes = excluded.crashes,
         permissions_used = excluded.permissions_used, updated_at = excluded.updated_at`,
        [plugin, ...toValues(stored), clock.now()],
      );
    },
    async delete(plugin) {
      await database.run("DELETE FROM plugin_state WHERE plugin = ?", [plugin]);
    },
  };
}

function toValues(stored: StoredPlugin): [string, string | null, string, number, string, string] {
  return [
    stored.state,
    stored.reason === undefined ? null : JSON.stringify(stored.reason),
    JSON.stringify(stored.config ?? null),
    stored.configVersion,
    JSON.stringify(stored.crashes),
    JSON.stringify(stored.permissionsUsed),
  ];
}

function fromRow(row: Row): StoredPlugin {
  const config = JSON.parse(row.config) as Json;
  return {
    state: row.state === "disabled" || row.state === "quarantined" ? row.state : "enabled",
    configVersion: row.config_version,
    crashes: JSON.parse(row.crashes) as readonly Crash[],
    permissionsUsed: JSON.parse(row.permissions_used) as Readonly<Record<string, Instant>>,
    ...(row.reason === null ? {} : { reason: JSON.parse(row.reason) as Text }),
    ...(config === null ? {} : { config }),
  };
}

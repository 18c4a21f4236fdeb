import { isDeepStrictEqual } from "node:util";
import { type Json, type PluginId, Type } from "@vatio/plugin-api";
import type { PluginHost } from "../plugins/types.js";
import type { SettingsSection } from "./settings-document.js";

/** What the section needs of the plugin host. */
export type PluginSettings = Pick<PluginHost, "list" | "get" | "problems" | "configure">;

type Entries = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** Settings of plugins, without their secrets: those stay where they are. A plugin whose settings stay the same is not restarted. */
export function pluginsSection(plugins: PluginSettings): SettingsSection {
  const recordOf = (id: string) => {
    const record = plugins.get(id as PluginId);
    return record?.refused ? undefined : record;
  };
  const isChanged = (id: string, config: Json): boolean => !isDeepStrictEqual(recordOf(id)?.config, config);
  return {
    name: "plugins",
    schema: Type.Record(Type.String({ pattern: "^[a-z][a-z0-9-]*$" }), Type.Record(Type.String(), Type.Unknown())),
    read: () => Object.fromEntries(plugins.list().flatMap(({ id, config }) => (recordOf(id) ? [[id, config]] : []))),
    problems: (value) =>
      Object.entries(value as Entries)
        .filter(([id, config]) => recordOf(id) && isChanged(id, config))
        .flatMap(([id, config]) =>
          plugins.problems(id as PluginId, config).map(({ path, problem }) => ({ path: `${id}${path}`, problem })),
        ),
    async apply(actor, value) {
      const entries = Object.entries(value as Entries);
      const skipped = entries.filter(([id]) => !recordOf(id)).map(([id]) => `${id} is not installed`);
      for (const [id, config] of entries) {
        if (recordOf(id) && isChanged(id, config)) await plugins.configure(actor, id as PluginId, config, {});
      }
      return { applied: entries.length - skipped.length, skipped };
    },
  };
}

import { type Json, type PluginId, Type, VatioError } from "@vatio/plugin-api";
import type { PluginHost } from "../plugins/types.js";
import type { SettingsSection } from "./settings-document.js";

type Entries = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** Settings of plugins, without their secrets: those stay where they are. */
export function pluginsSection(plugins: Pick<PluginHost, "list" | "get" | "configure">): SettingsSection {
  return {
    name: "plugins",
    schema: Type.Record(Type.String({ pattern: "^[a-z][a-z0-9-]*$" }), Type.Record(Type.String(), Type.Unknown())),
    read: () => Object.fromEntries(plugins.list().map(({ id, config }) => [id, config])),
    async apply(actor, value) {
      const entries = Object.entries(value as Entries);
      const skipped: string[] = [];
      for (const [id, config] of entries) {
        try {
          if (plugins.get(id as PluginId)) await plugins.configure(actor, id as PluginId, config, {});
          else skipped.push(`${id} is not installed`);
        } catch (error) {
          // One plugin that does not take its settings must not keep the others from theirs.
          skipped.push(`${id}: ${VatioError.from(error).message}`);
        }
      }
      return { applied: entries.length - skipped.length, skipped };
    },
  };
}

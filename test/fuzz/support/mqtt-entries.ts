import type { PluginId } from "@vatio/plugin-api";
import type { World } from "./world.js";

/** A filter on which plugins listen, or a place where nobody does. */
export interface MqttEntry {
  readonly name: string;
  readonly filter: string;
  /** Who listens; nobody for topics that no filter matches. */
  readonly plugins: readonly PluginId[];
}

/** Every filter of the running plugins, from the hub's own table of subscriptions, and a topic of nobody. */
export function mqttEntries({ hub }: World): readonly MqttEntry[] {
  const byFilter = new Map<string, PluginId[]>();
  for (const { plugin, filter } of hub.parts.mqtt.delivery.subscriptions())
    byFilter.set(filter, [...(byFilter.get(filter) ?? []), plugin]);
  const listened = [...byFilter].map(([filter, plugins]) => ({ name: `MQTT ${filter}`, filter, plugins }));
  return [...listened, { name: "MQTT (nobody listens)", filter: "nobody/listens/+", plugins: [] }];
}

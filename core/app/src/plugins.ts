import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { PluginSource } from "@vatio/hub";
import type { AnyPlugin } from "@vatio/plugin-api";
import demo from "@vatio/plugin-demo";
import esp32Meter from "@vatio/plugin-esp32-meter";
import importers from "@vatio/plugin-importers";
import shelly from "@vatio/plugin-shelly";

const require = createRequire(import.meta.url);

/** A plugin of this distribution: inline unless the operator forces it into a worker. */
function shipped(name: string, plugin: AnyPlugin): PluginSource {
  return {
    manifest: plugin.manifest,
    load: async () => plugin,
    entry: pathToFileURL(require.resolve(name)).href,
    firstParty: true,
  };
}

/** The plugins that ship: drivers, and readers of files. */
export const SHIPPED_PLUGINS: readonly PluginSource[] = [
  shipped("@vatio/plugin-shelly", shelly),
  shipped("@vatio/plugin-esp32-meter", esp32Meter),
  shipped("@vatio/plugin-importers", importers),
];

/** The simulated home; only the demo loads it. */
export const DEMO_PLUGIN: PluginSource = shipped("@vatio/plugin-demo", demo);

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type PluginId, VatioError } from "@vatio/plugin-api";
import type { Documents } from "./documents.js";
import type { SecretStore } from "./types.js";

/** Where a plugin keeps things. */
export interface PluginData {
  readonly documents: Documents;
  readonly secrets: SecretStore;
  /** Holds the private folders, `<filesRoot>/<id>`. */
  readonly filesRoot: string;
}

/** Takes documents, secrets and files of a plugin away. The plugin must not run. Its readings stay: they are the hub's. */
export async function purgePlugin({ documents, secrets, filesRoot }: PluginData, plugin: PluginId): Promise<void> {
  // An id becomes the path of a folder that is deleted.
  if (!/^[a-z][a-z0-9-]*$/.test(plugin))
    throw new VatioError("E_PLUGIN_UNKNOWN", `${JSON.stringify(plugin)} is no plugin id. Nothing was deleted.`);
  await documents.purge(plugin);
  await secrets.purge(plugin);
  await rm(join(filesRoot, plugin), { recursive: true, force: true });
}

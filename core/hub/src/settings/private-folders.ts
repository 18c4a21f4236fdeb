import { join } from "node:path";
import type { PluginId, PrivateFiles } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { Random } from "../random.js";
import { MemoryFiles } from "./memory-files.js";
import { createPrivateFiles } from "./private-files.js";

/** What the private folders need. */
export interface PrivateFoldersOptions {
  /** Holds the folders, `<root>/<plugin>`; `:memory:` keeps nothing. */
  readonly root: string;
  readonly random: Random;
  readonly clock: HubClock;
}

/** The private folder of each plugin, always the same object for the same plugin: its writes run one after the other. */
export function createPrivateFolders({
  root,
  random,
  clock,
}: PrivateFoldersOptions): (plugin: PluginId) => PrivateFiles {
  const folders = new Map<PluginId, PrivateFiles>();
  const make = (plugin: PluginId): PrivateFiles =>
    root === ":memory:" ? new MemoryFiles({ clock }) : createPrivateFiles({ folder: join(root, plugin), random });
  return (plugin) => {
    const files = folders.get(plugin) ?? make(plugin);
    folders.set(plugin, files);
    return files;
  };
}

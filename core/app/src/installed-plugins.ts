import path from "node:path";
import { type BootConfig, type DistinctPlugins, discoverPlugins, IN_MEMORY } from "@vatio/hub";

/** The plugins that a person put below `<data>/plugins`. A hub without a data folder has none. */
export async function installedPlugins({ data }: BootConfig): Promise<DistinctPlugins> {
  if (data === IN_MEMORY) return { sources: [], refused: [] };
  return discoverPlugins(path.join(data, "plugins"));
}

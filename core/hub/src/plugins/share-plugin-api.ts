import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { API_VERSION, VatioError } from "@vatio/plugin-api";

/** What plugins leave out of their own folder: there must be one copy in a process, the hub's. */
export const API_PACKAGE = "@vatio/plugin-api";

/**
 * Lets every plugin below a folder import the hub's own copy of plugin-api, inline and in a worker. It writes a package of two small files
 * that hands on the hub's copy by its address: unlike a link it works on every file system, and unlike a loader hook on every Node.js and
 * in every thread. An update of the hub changes the address, so it is written at each start where it differs.
 * @throws E_PLUGIN_FOLDER when the folder cannot be written to
 */
export async function sharePluginApi(folder: string): Promise<void> {
  const target = path.join(folder, "node_modules", ...API_PACKAGE.split("/"));
  const own = pathToFileURL(createRequire(import.meta.url).resolve(API_PACKAGE)).href;
  const description = { name: API_PACKAGE, version: API_VERSION, type: "module", exports: "./index.js" };
  try {
    await mkdir(target, { recursive: true });
    await update(path.join(target, "package.json"), `${JSON.stringify(description)}\n`);
    await update(path.join(target, "index.js"), `export * from ${JSON.stringify(own)};\n`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Plugins cannot be given ${API_PACKAGE}: ${why}. Let the hub write to ${target}.`;
    throw new VatioError("E_PLUGIN_FOLDER", message, { cause });
  }
}

async function update(file: string, content: string): Promise<void> {
  const present = await readFile(file, "utf8").catch(() => undefined);
  if (present !== content) await writeFile(file, content);
}

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyPlugin, VatioError } from "@vatio/plugin-api";
import { isRecord } from "./json-schema.js";
import { checkManifest } from "./manifest.js";
import type { PluginSource } from "./types.js";

const KEYWORD = "vatio-plugin";
const API_PACKAGE = "@vatio/plugin-api";

/** A package that calls itself a plugin and cannot be used. */
export interface RefusedPlugin {
  readonly package: string;
  readonly error: VatioError;
}

/** The plugins that a person installed. */
export interface Discovered {
  readonly sources: readonly PluginSource[];
  readonly refused: readonly RefusedPlugin[];
}

/** Looks for packages with the keyword `vatio-plugin` below `<folder>/node_modules`. Reads JSON only: no code of a plugin runs. */
export async function discoverPlugins(folder: string): Promise<Discovered> {
  const sources: PluginSource[] = [];
  const refused: RefusedPlugin[] = [];
  for (const root of await packageFolders(path.join(folder, "node_modules"))) {
    try {
      const source = await readPackage(root);
      if (source) sources.push(source);
    } catch (error) {
      const name = path.relative(path.join(folder, "node_modules"), root).split(path.sep).join("/");
      refused.push({ package: name, error: VatioError.from(error) });
    }
  }
  return { sources, refused };
}

async function packageFolders(modules: string): Promise<readonly string[]> {
  const names = await foldersIn(modules);
  const nested = await Promise.all(
    names.map(async (name) =>
      name.startsWith("@")
        ? (await foldersIn(path.join(modules, name))).map((inner) => path.join(name, inner))
        : [name],
    ),
  );
  return nested
    .flat()
    .filter((name) => !name.startsWith("."))
    .sort()
    .map((name) => path.join(modules, name));
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
}

async function readPackage(root: string): Promise<PluginSource | undefined> {
  const description = await readJson(path.join(root, "package.json")).catch(() => undefined);
  const keywords = isRecord(description) && Array.isArray(description.keywords) ? description.keywords : [];
  if (!isRecord(description) || !keywords.includes(KEYWORD)) return undefined;
  await refuseOwnApi(root, description);
  const { manifest, main, ui } = isRecord(description.vatio) ? description.vatio : {};
  const entry = pathToFileURL(insideOf(root, main, "vatio.main")).href;
  const source: PluginSource = {
    manifest: checkManifest(await readJson(insideOf(root, manifest, "vatio.manifest"))),
    entry,
    firstParty: false,
    load: async () => ((await import(entry)) as { default: AnyPlugin }).default,
  };
  return typeof ui === "string" ? { ...source, uiRoot: path.dirname(insideOf(root, ui, "vatio.ui")) } : source;
}

/** Two copies of the contract in one process are two truths: the hub's own is the one that counts. */
async function refuseOwnApi(root: string, description: Readonly<Record<string, unknown>>): Promise<void> {
  const { dependencies } = description;
  const declared = isRecord(dependencies) && API_PACKAGE in dependencies;
  const carried = (await foldersIn(path.join(root, "node_modules", "@vatio"))).includes("plugin-api");
  if (!declared && !carried) return;
  const message = `${String(description.name)} carries its own copy of ${API_PACKAGE}. Its author must move it from "dependencies" to "peerDependencies".`;
  throw new VatioError("E_PLUGIN_INVALID", message);
}

function insideOf(root: string, file: unknown, what: string): string {
  const target = typeof file === "string" ? path.resolve(root, file) : root;
  if (target.startsWith(root + path.sep)) return target;
  throw new VatioError("E_PLUGIN_INVALID", `"${what}" in the package.json must name a file of the package.`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VatioError("E_PLUGIN_INVALID", `${path.basename(file)} cannot be read: ${why}`, { cause });
  }
}

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { TextParams } from "@vatio/model";
import { type AnyPlugin, VatioError } from "@vatio/plugin-api";
import { isRecord } from "./json-schema.js";
import { checkManifest } from "./manifest.js";
import { explained, type OwnReasonKey } from "./own-reason.js";
import type { DistinctPlugins, RefusedPlugin } from "./refused-plugins.js";
import { API_PACKAGE, sharePluginApi } from "./share-plugin-api.js";
import type { PluginSource } from "./types.js";

const KEYWORD = "vatio-plugin";
const MODULES = "node_modules";

/**
 * Looks for the plugins that a person installed: folders right below `folder`, and packages with the keyword `vatio-plugin` below its
 * `node_modules`. Reads JSON only: no code of a plugin runs. What is found gets the hub's own copy of plugin-api to import.
 */
export async function discoverPlugins(folder: string): Promise<DistinctPlugins> {
  const sources: PluginSource[] = [];
  const refused: RefusedPlugin[] = [];
  const own = (await foldersIn(folder)).filter((name) => name !== MODULES).map((name) => ({ name, asked: true }));
  const packages = (await packagesIn(path.join(folder, MODULES))).map((name) => ({ name, asked: false }));
  for (const { name, asked } of [...own, ...packages]) {
    const root = path.join(folder, ...(asked ? [] : [MODULES]), name);
    try {
      const source = await readPackage(root, asked);
      if (source) sources.push({ ...source, package: name.split(path.sep).join("/") });
    } catch (error) {
      refused.push(await refusal(name.split(path.sep).join("/"), root, error));
    }
  }
  return sources.length === 0 ? { sources, refused } : withApi(folder, { sources, refused });
}

async function withApi(folder: string, found: DistinctPlugins): Promise<DistinctPlugins> {
  try {
    await sharePluginApi(folder);
    return found;
  } catch (caught) {
    const error = VatioError.from(caught);
    const broken = found.sources.map(({ manifest, package: name = manifest.id }) => ({
      ...{ package: name, id: manifest.id, version: manifest.version, error },
    }));
    return { sources: [], refused: [...found.refused, ...broken] };
  }
}

/** What can still be said of a package that cannot be used. */
async function refusal(name: string, root: string, error: unknown): Promise<RefusedPlugin> {
  const description = await readJson(path.join(root, "package.json")).catch(() => undefined);
  const { manifest: file } = isRecord(description) && isRecord(description.vatio) ? description.vatio : {};
  const manifest = typeof file === "string" ? await readJson(path.join(root, file)).catch(() => undefined) : undefined;
  const wordOf = (value: unknown, key: "id" | "version"): { [key: string]: string } =>
    isRecord(value) && typeof value[key] === "string" ? { [key]: value[key].slice(0, 100) } : {};
  const read = { ...wordOf(description, "version"), ...wordOf(manifest, "version"), ...wordOf(manifest, "id") };
  return { package: name, error: VatioError.from(error), ...read };
}

const invalid = (key: OwnReasonKey, params: TextParams, cause?: unknown): VatioError =>
  explained("E_PLUGIN_INVALID", { key, params, cause });

async function packagesIn(modules: string): Promise<readonly string[]> {
  const names = await foldersIn(modules);
  const nested = await Promise.all(
    names.map(async (name) =>
      name.startsWith("@")
        ? (await foldersIn(path.join(modules, name))).map((inner) => path.join(name, inner))
        : [name],
    ),
  );
  return nested.flat().sort();
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

/** @param asked a person put it there as a plugin: then one that is none is a mistake, not somebody's dependency */
async function readPackage(root: string, asked: boolean): Promise<PluginSource | undefined> {
  const description = await readJson(path.join(root, "package.json")).catch((error: unknown) => {
    if (asked) throw error;
  });
  const keywords = isRecord(description) && Array.isArray(description.keywords) ? description.keywords : [];
  if (!isRecord(description) || !keywords.includes(KEYWORD)) {
    if (asked) throw invalid("plugin.why.no-keyword", { keyword: KEYWORD });
    return undefined;
  }
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
  throw invalid("plugin.why.own-api", { name: String(description.name), package: API_PACKAGE });
}

function insideOf(root: string, file: unknown, what: string): string {
  const target = typeof file === "string" ? path.resolve(root, file) : root;
  if (target.startsWith(root + path.sep)) return target;
  throw invalid("plugin.why.outside", { what });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalid("plugin.why.unreadable", { file: path.basename(file), detail: why }, cause);
  }
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

// Only Node's own modules here: run.mjs uses this on a fresh clone, before anything is installed.

/**
 * @typedef {Record<string, unknown>} Json
 * @typedef {object} WorkspacePackage
 * @property {string} name the name in package.json
 * @property {string} folder relative to the repository, with forward slashes: `core/hub`
 * @property {string} path absolute
 * @property {Json} manifest the parsed package.json
 */

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * @param {string} file
 * @returns {Json}
 */
export function readJson(file) {
  const value = /** @type {unknown} */ (JSON.parse(readFileSync(file, "utf8")));
  if (!isObject(value)) throw new Error(`${file} must hold a JSON object.`);
  return value;
}

/**
 * @param {unknown} value
 * @returns {value is Json}
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Every package of the workspace, in the order of the patterns in the root package.json.
 * @param {string} [root]
 * @returns {WorkspacePackage[]}
 */
export function workspacePackages(root = repository) {
  const patterns = readJson(path.join(root, "package.json")).workspaces;
  if (!Array.isArray(patterns)) throw new Error(`${root}/package.json needs a "workspaces" list.`);
  return patterns
    .flatMap((pattern) => expandPattern(root, String(pattern)))
    .filter((folder) => existsSync(path.join(root, folder, "package.json")))
    .map((folder) => {
      const manifest = readJson(path.join(root, folder, "package.json"));
      return { name: String(manifest.name), folder, path: path.join(root, folder), manifest };
    });
}

/**
 * The packages that tsup builds: all but the interface, which Vite builds.
 * @param {string} [root]
 */
export function libraryPackages(root = repository) {
  return workspacePackages(root).filter((pkg) => pkg.folder !== "ui");
}

/**
 * npm's own globs can do more; a name, or a last segment that ends in `*`, is all that this repository uses.
 * @param {string} root
 * @param {string} pattern
 * @returns {string[]}
 */
function expandPattern(root, pattern) {
  if (!pattern.endsWith("*")) return [pattern];
  const parent = path.posix.dirname(pattern);
  const prefix = path.posix.basename(pattern).slice(0, -1);
  const absolute = path.join(root, parent);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map((entry) => `${parent}/${entry.name}`)
    .sort();
}

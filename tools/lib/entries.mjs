import { existsSync } from "node:fs";
import path from "node:path";
import { isObject } from "./workspace.mjs";

/**
 * @typedef {import("./workspace.mjs").WorkspacePackage} WorkspacePackage
 * @typedef {object} Entry
 * @property {string} source relative to the package: `src/index.ts`
 * @property {string} output relative to the package: `dist/index.js`
 * @property {string | undefined} types relative to the package: `dist/index.d.ts`
 * @property {"node" | "browser"} platform
 */

/**
 * What a package is built from. It follows from package.json, so that a new export needs no change of the build:
 * `exports` (`source` becomes `default`), `bin` (`dist/x.js` from `src/x.ts`) and `vatio.ui` (from `ui/index.ts`).
 * @param {WorkspacePackage} pkg
 * @returns {Entry[]}
 */
export function packageEntries(pkg) {
  return [...exportEntries(pkg), ...binEntries(pkg), ...panelEntries(pkg)];
}

/**
 * The same without the entries whose source is not written yet.
 * @param {WorkspacePackage} pkg
 */
export function buildableEntries(pkg) {
  return packageEntries(pkg).filter((entry) => existsSync(path.join(pkg.path, entry.source)));
}

/**
 * @param {WorkspacePackage} pkg
 * @returns {Entry[]}
 */
function exportEntries(pkg) {
  const exports = pkg.manifest.exports;
  if (!isObject(exports)) return [];
  return Object.values(exports).flatMap((conditions) => {
    if (!isObject(conditions)) return [];
    const { source, default: output, types } = conditions;
    if (typeof source !== "string" || typeof output !== "string" || !trim(output).startsWith("dist/")) return [];
    return [
      {
        source: trim(source),
        output: trim(output),
        types: typeof types === "string" ? trim(types) : undefined,
        platform: /** @type {const} */ ("node"),
      },
    ];
  });
}

/**
 * @param {WorkspacePackage} pkg
 * @returns {Entry[]}
 */
function binEntries(pkg) {
  const bin = pkg.manifest.bin;
  if (!isObject(bin)) return [];
  return Object.values(bin)
    .filter((file) => typeof file === "string")
    .map(trim)
    .filter((file) => file.startsWith("dist/"))
    .map((output) => ({
      source: output.replace(/^dist\//, "src/").replace(/\.js$/, ".ts"),
      output,
      types: undefined,
      platform: /** @type {const} */ ("node"),
    }));
}

/**
 * @param {WorkspacePackage} pkg
 * @returns {Entry[]}
 */
function panelEntries(pkg) {
  const vatio = pkg.manifest.vatio;
  if (!isObject(vatio) || typeof vatio.ui !== "string") return [];
  return [
    {
      source: "ui/index.ts",
      output: trim(vatio.ui),
      types: undefined,
      platform: /** @type {const} */ ("browser"),
    },
  ];
}

/** @param {string} file */
function trim(file) {
  return file.replace(/^\.\//, "");
}

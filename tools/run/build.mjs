import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { buildableEntries, packageEntries } from "../lib/entries.mjs";
import { isObject, repository, workspacePackages } from "../lib/workspace.mjs";
import { contentHash } from "./hash.mjs";
import { lockHash } from "./install.mjs";
import { binOf, runNode } from "./process.mjs";
import { newestPossibleStart, removeOlderFiles } from "./stale-files.mjs";

/**
 * @typedef {import("../lib/workspace.mjs").WorkspacePackage} WorkspacePackage
 * @typedef {Record<string, string>} Stamps the hash of what each package was last built from, by folder
 */

const stampFile = path.join(repository, ".cache/build.json");
const buildInputs = ["tsup.config.ts", "tsconfig.base.json", "ui/tsconfig.json", "tools/lib/entries.mjs"];

/** JavaScript only: types are checked by `check`, so that a start never waits for them. Answers an exit code. */
export async function build() {
  const packages = workspacePackages();
  const stamps = readStamps();
  const libraries = packages.filter((pkg) => pkg.folder !== "ui");
  const code = await buildLibraries(libraries, stamps);
  if (code !== 0) return code;
  const ui = packages.find((pkg) => pkg.folder === "ui");
  return ui === undefined ? 0 : buildInterface(ui, packages, stamps);
}

/**
 * @param {WorkspacePackage[]} packages
 * @param {Stamps} stamps
 */
async function buildLibraries(packages, stamps) {
  const common = contentHash(repository, buildInputs) + lockHash();
  const changed = packages
    .map((pkg) => ({ pkg, hash: contentHash(repository, [pkg.folder]) + common }))
    .filter(({ pkg, hash }) => buildableEntries(pkg).length > 0 && !isFresh(pkg, hash, stamps));
  tellSkipped(packages);
  if (changed.length === 0) return 0;
  const folders = changed.map(({ pkg }) => pkg.folder);
  console.error(`Building ${folders.join(", ")} ...`);
  const start = newestPossibleStart();
  const code = await runNode([binOf("tsup")], { env: { VATIO_BUILD: folders.join(",") } });
  if (code !== 0) return code;
  for (const { pkg, hash } of changed) {
    removeOlderFiles(path.join(pkg.path, "dist"), start);
    stamps[pkg.folder] = hash;
  }
  writeStamps(stamps);
  return 0;
}

/**
 * @param {WorkspacePackage} ui
 * @param {WorkspacePackage[]} packages
 * @param {Stamps} stamps
 */
async function buildInterface(ui, packages, stamps) {
  if (!existsSync(path.join(ui.path, "vite.config.ts"))) {
    console.error("Skipping ui: ui/vite.config.ts does not exist yet.");
    return 0;
  }
  // Unlike the libraries it is one bundle, so what it is made of counts as well.
  const inputs = [ui.folder, ...bundledFolders(ui, packages), "tsconfig.base.json", "tools/run/build.mjs"];
  const hash = contentHash(repository, inputs) + lockHash();
  if (stamps[ui.folder] === hash && existsSync(path.join(ui.path, "dist/.vite/manifest.json"))) return 0;
  console.error("Building ui ...");
  const code = await runNode([binOf("vite", { from: ui.folder }), "build", "--logLevel", "warn"], { cwd: ui.path });
  if (code === 0) writeStamps({ ...stamps, [ui.folder]: hash });
  return code;
}

/**
 * Folders of the workspace packages that end up in a bundle of this one, with what those need in turn.
 * @param {WorkspacePackage} pkg
 * @param {WorkspacePackage[]} packages
 * @returns {string[]}
 */
function bundledFolders(pkg, packages) {
  const found = new Set();
  const queue = [pkg];
  for (const current of queue) {
    const names = new Set(
      Object.keys({ ...dependencies(current, "dependencies"), ...dependencies(current, "devDependencies") }),
    );
    for (const other of packages) {
      if (!names.has(other.name) || found.has(other.folder)) continue;
      found.add(other.folder);
      queue.push(other);
    }
  }
  return [...found].sort();
}

/**
 * @param {WorkspacePackage} pkg
 * @param {string} kind
 */
function dependencies(pkg, kind) {
  const value = pkg.manifest[kind];
  return isObject(value) ? value : {};
}

/**
 * @param {WorkspacePackage} pkg
 * @param {string} hash
 * @param {Stamps} stamps
 */
function isFresh(pkg, hash, stamps) {
  const outputs = buildableEntries(pkg).map((entry) => path.join(pkg.path, entry.output));
  return stamps[pkg.folder] === hash && outputs.every((file) => existsSync(file));
}

/** @param {WorkspacePackage[]} packages */
function tellSkipped(packages) {
  const missing = packages.flatMap((pkg) => {
    const buildable = new Set(buildableEntries(pkg).map((entry) => entry.source));
    return packageEntries(pkg)
      .filter((entry) => !buildable.has(entry.source))
      .map((entry) => `${pkg.folder}/${entry.source}`);
  });
  if (missing.length > 0) console.error(`Not written yet, so not built: ${[...new Set(missing)].join(", ")}`);
}

/** @returns {Stamps} */
function readStamps() {
  try {
    const value = /** @type {unknown} */ (JSON.parse(readFileSync(stampFile, "utf8")));
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, hash]) => [key, String(hash)])) : {};
  } catch {
    // The first build, or a stamp that was cut off: build everything.
    return {};
  }
}

/** @param {Stamps} stamps */
function writeStamps(stamps) {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, `${JSON.stringify(stamps, null, 2)}\n`);
}

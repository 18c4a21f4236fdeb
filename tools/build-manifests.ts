import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { isMain } from "./lib/is-main.js";
import { type Problem, report } from "./lib/problems.js";
import { isObject, repository, type WorkspacePackage, workspacePackages } from "./lib/workspace.mjs";

// The hub reads only manifest.json until a plugin is enabled, so the file is committed; --check compares it.

export interface ManifestOptions {
  /** Only compare. */
  readonly check: boolean;
}

/** Writes, or compares, the manifest.json of every plugin of the workspace. */
export async function buildManifests(root: string, { check }: ManifestOptions): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const pkg of workspacePackages(root).filter(isPlugin)) {
    const source = path.join(pkg.path, "src/manifest.ts");
    if (!existsSync(source)) {
      console.error(`Skipping ${pkg.folder}: src/manifest.ts does not exist yet.`);
      continue;
    }
    problems.push(...(await buildManifest(pkg, source, check)));
  }
  return problems;
}

function isPlugin(pkg: WorkspacePackage): boolean {
  return isObject(pkg.manifest.vatio) && typeof pkg.manifest.vatio.manifest === "string";
}

async function buildManifest(pkg: WorkspacePackage, source: string, check: boolean): Promise<Problem[]> {
  const file = `${pkg.folder}/src/manifest.ts`;
  const module: unknown = await import(pathToFileURL(source).href);
  const manifest = isObject(module) ? module.manifest : undefined;
  if (!isObject(manifest)) return [{ file, message: "must export `manifest`." }];
  const problems = [...findMismatches(pkg, manifest), ...findUnserialisable(manifest)].map((message) => ({
    file,
    message,
  }));
  if (problems.length > 0) return problems;
  return writeOrCompare(pkg, `${JSON.stringify(manifest, null, 2)}\n`, check);
}

function writeOrCompare(pkg: WorkspacePackage, text: string, check: boolean): Problem[] {
  const vatio = isObject(pkg.manifest.vatio) ? pkg.manifest.vatio : {};
  const target = path.join(pkg.path, String(vatio.manifest));
  const current = existsSync(target) ? readFileSync(target, "utf8") : undefined;
  if (current === text) return [];
  const file = path.posix.join(pkg.folder, String(vatio.manifest));
  if (check) return [{ file, message: "is not what src/manifest.ts says: run `node tools/run.mjs manifests`." }];
  writeFileSync(target, text);
  return [];
}

function findMismatches(pkg: WorkspacePackage, manifest: Readonly<Record<string, unknown>>): string[] {
  const messages: string[] = [];
  if (manifest.version !== pkg.manifest.version) {
    messages.push(`version ${String(manifest.version)} must be that of package.json, ${String(pkg.manifest.version)}.`);
  }
  const folder = path.posix.basename(pkg.folder);
  if (pkg.folder.startsWith("plugins/") && manifest.id !== folder) {
    messages.push(`id ${String(manifest.id)} must be the name of the folder, ${folder}.`);
  }
  return messages;
}

/** JSON drops functions and turns NaN into null without a word. */
function findUnserialisable(manifest: unknown): string[] {
  const messages: string[] = [];
  JSON.stringify(manifest, (key, value: unknown) => {
    const lost = ["function", "symbol", "bigint"].includes(typeof value) || Number.isNaN(value);
    if (!lost) return value;
    messages.push(`"${key}" is a ${typeof value} that JSON cannot hold; a manifest is data.`);
    return undefined;
  });
  return messages;
}

if (isMain(import.meta.url)) {
  report("Manifests", await buildManifests(repository, { check: process.argv.includes("--check") }));
}

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository. */
export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");

const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "dist", "data", "coverage"]);

/** The text of a file, by its path in the repository. */
export const readText = (file: string): string => readFileSync(path.join(repository, file), "utf8");

/** Files below a folder with one of these endings, relative to the repository, with forward slashes. */
export function filesBelow(folder: string, ...endings: readonly string[]): readonly string[] {
  return readdirSync(path.join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const child = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return isSkipped(entry.name, folder) ? [] : filesBelow(child, ...endings);
    return entry.isFile() && endings.some((ending) => child.endsWith(ending)) ? [child] : [];
  });
}

/** A folder called `data` inside of a `src` is source; beside it, it belongs to a hub that ran here. */
const isSkipped = (name: string, parent: string): boolean =>
  name.startsWith(".") || (SKIPPED.has(name) && !(name === "data" && parent.split("/").includes("src")));

/** TypeScript that ships: no tests, no declarations. */
export const shippedSources = (...folders: readonly string[]): readonly string[] =>
  folders
    .flatMap((folder) => filesBelow(folder, ".ts"))
    .filter((file) => !file.includes("/test/") && !file.endsWith(".test.ts") && !file.endsWith(".d.ts"));

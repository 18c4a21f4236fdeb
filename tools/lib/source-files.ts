import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const skippedFolders = new Set(["node_modules", "dist", "generated", "coverage", ".cache", "data", "fixtures"]);
const sourceExtension = /\.(?:ts|mts|js|mjs)$/;

/**
 * Source files below the folder, relative to root, with forward slashes. Declaration files count: they may import.
 */
export function sourceFiles(root: string, folder: string): string[] {
  const absolute = path.join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true }).flatMap((entry) => {
    const child = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return isSkipped(child) ? [] : sourceFiles(root, child);
    return entry.isFile() && sourceExtension.test(entry.name) ? [child] : [];
  });
}

/** The module that keeps the data of the interface is source; a folder of a running hub is not. */
function isSkipped(folder: string): boolean {
  const name = path.posix.basename(folder);
  return skippedFolders.has(name) && !folder.includes("/src/");
}

export function isTestFile(file: string): boolean {
  return file.endsWith(".test.ts") || /(?:^|\/)test\//.test(file);
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

// Nothing in these reaches a built file.
const skippedFolders = new Set(["dist", "node_modules", "test", "coverage", ".cache", "screenshots"]);
const skippedFiles = /(\.test\.ts|\.md|\.tsbuildinfo)$/;

/**
 * A hash over names and contents of the given files and folders; a missing one counts as such.
 * @param {string} root
 * @param {string[]} names relative to root
 */
export function contentHash(root, names) {
  const hash = createHash("sha256");
  for (const name of names) {
    for (const file of filesBelow(root, name))
      hash
        .update(file)
        .update("\0")
        .update(readFileSync(path.join(root, file)));
    hash.update("\0\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} name
 * @returns {string[]}
 */
function filesBelow(root, name) {
  const absolute = path.join(root, name);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [name];
  return readdirSync(absolute, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = path.posix.join(name, entry.name);
      if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesBelow(root, child);
      return entry.isFile() && !skippedFiles.test(entry.name) ? [child] : [];
    });
}

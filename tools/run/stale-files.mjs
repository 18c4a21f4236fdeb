import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";

// File systems stamp with a coarser clock than Date.now, which may run ahead of it.
const clockToleranceMs = 50;

/** The instant before which no file of a build that starts now can have been written. */
export function newestPossibleStart() {
  return Date.now() - clockToleranceMs;
}

/**
 * Removes what an earlier build left. Afterwards rather than before, so that a build that fails leaves the last good
 * one in place.
 * @param {string} folder
 * @param {number} start from `newestPossibleStart`
 */
export function removeOlderFiles(folder, start) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const child = path.join(folder, entry.name);
    if (entry.isDirectory()) removeOlderFiles(child, start);
    else if (statSync(child).mtimeMs < start) rmSync(child);
  }
}

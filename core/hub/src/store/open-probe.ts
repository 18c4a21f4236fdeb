import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import process from "node:process";
import type { Instant } from "@vatio/plugin-api";
import { setLogsAside } from "./salvage.js";

const PROBE = `
const [api, file] = process.argv.slice(1);
require(api).DuckDBInstance.create(file, { threads: "1" }).then(
  (instance) => { instance.closeSync(); process.exit(0); },
  () => process.exit(0),
);`;

/** Opens a database in a child process. @returns false when that killed the child, as it would have killed the hub */
function survivesOpening(database: string): Promise<boolean> {
  const api = createRequire(import.meta.url).resolve("@duckdb/node-api");
  const child = spawn(process.execPath, ["-e", PROBE, api, database], {
    stdio: "ignore",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(true));
    child.once("exit", (_code, signal) => resolve(signal === null));
  });
}

const markerOf = (database: string): string => `${database}.opening`;

/** Notes that an open is under way: found at the next start, it means that the process did not survive it. */
export async function markOpening(database: string): Promise<void> {
  await writeFile(markerOf(database), "");
}

/** The open came to an end, good or bad. */
export async function markOpened(database: string): Promise<void> {
  await rm(markerOf(database), { force: true });
}

/**
 * Some damaged logs abort the whole process when they are replayed. When the last open was not survived, tries in a child process first, and
 * takes the log away when that dies as well.
 * @returns what was done, as sentences
 */
export async function probeAfterCrash(
  database: string,
  now: Instant,
  probe: (database: string) => Promise<boolean> = survivesOpening,
): Promise<string[]> {
  if (!existsSync(markerOf(database)) || !existsSync(database)) return [];
  return (await probe(database)) ? [] : setLogsAside(database, now);
}

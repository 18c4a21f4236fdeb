import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { type Log, Type } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import type { HubClock } from "../clock.js";
import { asideName, syncToDisk } from "../store/wal.js";
import { removeFolder, writeDurably } from "./file-tools.js";

/** Folder inside the data folder in which a restore is prepared. */
export const STAGED = ".restore";
const READY = "ready.json";

/** What a hub's data is: each name is one file or folder. Logs are not part of it. */
export const DATA_NAMES = ["state.duckdb", "telemetry.duckdb", "readings", "plugins", "plugin-files"] as const;
const KEY = "secret.key";

const Ready = Type.Object({ aside: Type.String(), names: Type.Array(Type.String()) }, { additionalProperties: false });

export const stagedFolder = (data: string): string => path.join(data, STAGED);

/** Whether an entry of the data folder belongs to a name: a database has logs and snapshots beside it. */
const belongsTo = (name: string, entry: string): boolean =>
  entry === name || (name.endsWith(".duckdb") && entry.startsWith(`${name}.`));

/** Entries of the data folder that a restore would replace. */
export async function presentData(data: string): Promise<readonly string[]> {
  const entries = await readdir(data).catch(() => []);
  return entries.filter((entry) => DATA_NAMES.some((name) => belongsTo(name, entry)));
}

/** From here on the restore happens, even when the process ends: the next start goes on with it. */
export async function markReady(data: string, clock: HubClock, withKey: boolean): Promise<void> {
  const aside = path.basename(asideName(path.join(data, "before-restore"), "data", clock.now()));
  const names = withKey ? [...DATA_NAMES, KEY] : [...DATA_NAMES];
  await syncToDisk(stagedFolder(data));
  await writeDurably(path.join(stagedFolder(data), READY), JSON.stringify({ aside, names }));
  await syncToDisk(stagedFolder(data));
}

async function readReady(data: string): Promise<{ aside: string; names: string[] } | undefined> {
  const text = await readFile(path.join(stagedFolder(data), READY), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const found: unknown = JSON.parse(text);
  return Value.Check(Ready, found) ? found : undefined;
}

/** Whether a restore waits to be finished. */
export const isRestoreReady = (data: string): boolean => existsSync(path.join(stagedFolder(data), READY));

/** Moves what stands under a name out of the way, unless the staged one has taken its place already. */
async function moveAside(data: string, name: string, aside: string): Promise<number> {
  const entries = (await readdir(data)).filter((entry) => belongsTo(name, entry));
  // The logs go first: a database without its log is still one, a log without its database is not.
  const ordered = entries.sort((a, b) => Number(a === name) - Number(b === name));
  for (const entry of ordered) {
    await mkdir(path.join(data, aside), { recursive: true, mode: 0o700 });
    await rename(path.join(data, entry), path.join(data, aside, entry));
  }
  return ordered.length;
}

async function place(data: string, name: string, aside: string, absent: readonly string[]): Promise<number> {
  const staged = path.join(stagedFolder(data), name);
  if (!existsSync(staged)) return absent.includes(name) ? moveAside(data, name, aside) : 0;
  const moved = await moveAside(data, name, aside);
  await rename(staged, path.join(data, name));
  return moved;
}

/** What was found staged when the swap began is remembered: what the backup lacks goes as well, what was placed already stays. */
async function absentNames(data: string, names: readonly string[]): Promise<readonly string[]> {
  const file = path.join(stagedFolder(data), "absent.json");
  const known = await readFile(file, "utf8").catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as string[];
  const absent = names.filter((name) => name !== KEY && !existsSync(path.join(stagedFolder(data), name)));
  await writeDurably(`${file}.tmp`, JSON.stringify(absent));
  await rename(`${file}.tmp`, file);
  await syncToDisk(stagedFolder(data));
  return absent;
}

/**
 * Puts a staged restore in the place of the present data, which is kept in a folder beside it. Every step can be done again: a crash
 * in the middle is finished by the next call. No database of the folder may be open.
 * @returns the folder that holds the data before, or "" when there was none; undefined when nothing waited
 */
export async function finishRestore(data: string, log: Log): Promise<string | undefined> {
  const ready = await readReady(data);
  if (!ready) return undefined;
  const absent = await absentNames(data, ready.names);
  for (const name of ready.names) await place(data, name, ready.aside, absent);
  await syncToDisk(data);
  await removeFolder(stagedFolder(data));
  await syncToDisk(data);
  const kept = path.join(data, ready.aside);
  const hadData = existsSync(kept);
  log.info(hadData ? `The backup was restored; the data before is kept in ${kept}.` : "The backup was restored.");
  return hadData ? kept : "";
}

import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import type { Pool } from "./pool.js";
import type { FileEntry } from "./types.js";

/** Folders of the data folder that are copied file by file. */
export const TREES = ["plugins", "plugin-files"] as const;

interface Found {
  readonly path: string;
  readonly bytes: number;
  readonly mode: number;
  readonly modifiedMs: number;
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Plain files below a folder. Links are left out: they may lead anywhere, and the hub makes those that it needs. */
async function* filesBelow(data: string, folder: string): AsyncGenerator<Found> {
  const entries = await readdir(path.join(data, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(data, name);
    if (!entry.isFile()) continue;
    const found = await lstat(path.join(data, name)).catch(() => undefined);
    if (found) yield { path: name, bytes: found.size, mode: found.mode & 0o777, modifiedMs: found.mtimeMs };
  }
}

const isSame = (a: FileEntry, b: Found): boolean => a.bytes === b.bytes && a.modifiedMs === b.modifiedMs;

interface TakeInOptions {
  readonly data: string;
  readonly pool: Pool;
  readonly found: Found;
  readonly before: FileEntry | undefined;
}

/** What copying the folders of plugins needs. */
export interface CopyTreesOptions {
  readonly data: string;
  readonly pool: Pool;
  /** What the backup before held: a file of the same size and time is not read again. */
  readonly before: readonly FileEntry[];
  readonly signal: AbortSignal;
}

/** Takes the files of plugins into the pool. One that goes away meanwhile is left out; one that cannot be read is named in `missing`. */
export async function copyTrees({ data, pool, before, signal }: CopyTreesOptions): Promise<{
  readonly files: FileEntry[];
  readonly missing: string[];
}> {
  const known = new Map(before.map((entry) => [entry.path, entry]));
  const files: FileEntry[] = [];
  const missing: string[] = [];
  for (const tree of TREES) {
    for await (const found of filesBelow(data, tree)) {
      signal.throwIfAborted();
      const taken = await takeIn({ data, pool, found, before: known.get(found.path) });
      if (typeof taken === "string") missing.push(taken);
      else if (taken) files.push(taken);
    }
  }
  return { files, missing };
}

/** @returns the entry; a sentence when the file cannot be read; undefined when it is gone */
async function takeIn({ data, pool, found, before }: TakeInOptions): Promise<FileEntry | string | undefined> {
  const isKnown = before && isSame(before, found) && (await pool.has(before));
  try {
    const source = path.join(data, found.path);
    const { hash, bytes } = await pool.add(source, found.path, isKnown ? { expected: before } : {});
    return { ...found, hash, bytes };
  } catch (error) {
    return isGone(error) ? undefined : `${found.path} cannot be read: ${(error as Error).message}`;
  }
}

import { existsSync } from "node:fs";
import { open, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Instant } from "@vatio/plugin-api";

/*
 * Layout of the write-ahead log of DuckDB 1.5 (storage version 64): 8 bytes that say "log, version 2", then entries of size (u64, little
 * endian), checksum (u64) and that many bytes. A transaction counts when its flush entry, always the same 21 bytes, is complete.
 */
const HEADER = Buffer.from("640062650002ffff", "hex");
/** The header without its version. */
const KIND_BYTES = 5;
const FLUSH = Buffer.from("0500000000000000e7fe7d722fed3d5e640064ffff", "hex");
const ENTRY_HEAD = 16;
/** Above it the log is not read into memory; it is emptied at 16 MB. */
const INSPECTED_BYTES = 256 * 1024 * 1024;

/** Logs that DuckDB keeps beside a database file. */
export const walFiles = (database: string): string[] =>
  [".wal", ".wal.checkpoint", ".wal.recovery"].map((suffix) => database + suffix);

/** What is wrong with a log although DuckDB opens it without a word. */
export type WalFinding =
  | { readonly kind: "sound" }
  /** Its first bytes are damaged: DuckDB would ignore all of it. */
  | { readonly kind: "header"; readonly repaired: Buffer | undefined }
  /** Something stands behind the last complete entry: DuckDB would end there. `hidden`: complete transactions, behind a damaged entry. */
  | { readonly kind: "tail"; readonly isHidden: boolean; readonly position: number; readonly bytes: number };

/** End of the last complete entry. */
function endOfEntries(log: Buffer): number {
  let position = HEADER.length;
  while (position + ENTRY_HEAD <= log.length) {
    const size = log.readBigUInt64LE(position);
    const end = position + ENTRY_HEAD + Number(size);
    if (size === 0n || end > log.length) break;
    position = end;
  }
  return position;
}

function inspect(log: Buffer): WalFinding {
  if (log.length === 0) return { kind: "sound" };
  const end = endOfEntries(log);
  if (!log.subarray(0, HEADER.length).equals(HEADER)) {
    const isReadable = end > HEADER.length && log.includes(FLUSH);
    if (isReadable) return { kind: "header", repaired: Buffer.concat([HEADER, log.subarray(HEADER.length)]) };
    // Another version has another layout, which this code does not judge.
    return log.compare(HEADER, 0, KIND_BYTES, 0, KIND_BYTES) === 0
      ? { kind: "sound" }
      : { kind: "header", repaired: undefined };
  }
  if (end === log.length) return { kind: "sound" };
  return { kind: "tail", isHidden: log.subarray(end).includes(FLUSH), position: end, bytes: log.length - end };
}

/**
 * Where to cut a log whose entry at a position is damaged: at the begin of that entry. DuckDB names the position behind the entry's head, and
 * takes a head of zeros that is left over for an entry again.
 */
export function cutBefore(log: Buffer, damagedAt: number): number {
  if (!log.subarray(0, HEADER.length).equals(HEADER)) return damagedAt;
  return endOfEntries(log.subarray(0, Math.max(HEADER.length, damagedAt - ENTRY_HEAD)));
}

/** Looks for damage that DuckDB passes over in silence. */
export async function inspectWal(file: string): Promise<WalFinding> {
  if (!existsSync(file) || (await stat(file)).size > INSPECTED_BYTES) return { kind: "sound" };
  return inspect(await readFile(file));
}

const stamp = (now: Instant): string => new Date(now).toISOString().replaceAll(/[-:.]/g, "");

/** A name beside a file that says what happened to it and when; never one that is taken. */
export function asideName(file: string, what: string, now: Instant): string {
  const base = `${file}.${what}-${stamp(now)}`;
  let name = base;
  for (let n = 2; existsSync(name); n++) name = `${base}-${n}`;
  return name;
}

/** Makes a file's content, or a folder's entries, survive a power cut. */
export async function syncToDisk(target: string): Promise<void> {
  const handle = await open(target, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts content in the place of a file: a crash leaves the old one or the new one. */
export async function replaceFile(file: string, content: Uint8Array): Promise<void> {
  const fresh = `${file}.tmp`;
  await writeFile(fresh, content, { flush: true });
  await rename(fresh, file);
  await syncToDisk(path.dirname(file));
}

/** Moves a file that exists out of the way. @returns its new name */
export async function setAside(file: string, what: string, now: Instant): Promise<string> {
  const name = asideName(file, what, now);
  await rename(file, name);
  await syncToDisk(path.dirname(file));
  return name;
}

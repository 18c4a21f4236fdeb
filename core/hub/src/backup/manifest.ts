import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Instant, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import { replaceFile } from "../store/wal.js";
import { isSafePath, namesIn } from "./file-tools.js";
import { BACKUP_VERSION, type BackupInfo, BackupManifest, Verification } from "./types.js";

export const MANIFEST = "backup.json";
export const VERIFIED = "verified.json";
/** A backup that is being made, or whose making was interrupted. */
export const UNFINISHED = ".unfinished-";
/** A trial restore. */
export const TRIAL = ".trial-";

const ID = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z(?:-\d+)?$/;

/** Name of a backup that is made at an instant. */
export const backupId = (at: Instant): string =>
  new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(":", "-");

const invalid = (file: string, why: string): VatioError =>
  new VatioError("E_BACKUP_INVALID", `${file} ${why}. Take another backup.`, { details: { file } });

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VatioError("E_BACKUP_INVALID", `${file} is damaged: it is no JSON. Take another backup.`, { cause });
  }
}

/** A newer form is told before anything else: it may look like anything. */
function assertVersion(file: string, found: unknown): void {
  const { format, version, hub } = (found ?? {}) as {
    format?: unknown;
    version?: unknown;
    hub?: { version?: unknown };
  };
  if (format !== "vatio-backup") throw invalid(file, "does not describe a backup of Vatio");
  if (typeof version === "number" && version > BACKUP_VERSION)
    throw new VatioError(
      "E_BACKUP_NEWER",
      `${file} was written by Vatio ${String(hub?.version)} in form ${version}, and this version reads up to form ${BACKUP_VERSION}. Install that version, or a newer one.`,
      { details: { file, version, known: BACKUP_VERSION } },
    );
}

async function explainAbsence(folder: string): Promise<VatioError> {
  const name = path.basename(folder);
  if (name.startsWith(UNFINISHED))
    return new VatioError("E_BACKUP_INVALID", `${folder} is a backup that was never finished. Take another one.`);
  const inside = (await namesIn(folder)).filter((entry) => ID.test(entry));
  const hint =
    inside.length > 0
      ? `It holds backups: name one of them, such as ${path.join(folder, inside.at(-1) ?? "")}.`
      : "Name the folder that holds backup.json.";
  return new VatioError("E_BACKUP_UNKNOWN", `There is no backup in ${folder}. ${hint}`, { details: { folder } });
}

/**
 * Reads what a backup holds.
 * @throws E_BACKUP_UNKNOWN, E_BACKUP_INVALID, E_BACKUP_NEWER
 */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const file = path.join(folder, MANIFEST);
  let found: unknown;
  try {
    found = await readJson(file);
  } catch (error) {
    if (VatioError.is(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw await explainAbsence(folder).catch(() => invalid(file, "is not there"));
    throw invalid(file, `cannot be read: ${message}`);
  }
  assertVersion(file, found);
  if (!Value.Check(BackupManifest, found)) throw invalid(file, "is damaged: it does not have its form");
  const bad = [...found.readings, ...found.files].find((entry) => !isSafePath(entry.path));
  if (bad) throw invalid(file, `names a file outside of the data folder: ${bad.path}`);
  return found;
}

/** What the last trial restore of a backup found; undefined when there was none. */
export async function readVerification(folder: string): Promise<Verification | undefined> {
  const found = await readJson(path.join(folder, VERIFIED)).catch(() => undefined);
  return Value.Check(Verification, found) ? found : undefined;
}

/** Writes what a trial restore found beside the backup. */
export const writeVerification = (folder: string, found: Verification): Promise<void> =>
  replaceFile(path.join(folder, VERIFIED), Buffer.from(`${JSON.stringify(found, null, 2)}\n`));

const allBytes = ({ databases, readings, files }: BackupManifest): number =>
  [...databases, ...readings, ...files].reduce((sum, { bytes }) => sum + bytes, 0);

/** Rows of readings: those that are sealed and those of open days. */
const allRows = ({ databases, readings }: BackupManifest): number => {
  const tables = Object.entries(databases.find(({ name }) => name === "telemetry.duckdb")?.tables ?? {});
  const open = tables.filter(([name]) => name.startsWith("hot_") || name === "late").map(([, rows]) => rows);
  return [...readings.map(({ rows }) => rows), ...open].reduce((sum, rows) => sum + rows, 0);
};

function stateOf(verified: Verification | undefined): BackupInfo["state"] {
  if (verified === undefined) return "unverified";
  return verified.ok ? "good" : "bad";
}

/** Describes one backup. Never throws: one that cannot be read says why. */
export async function describeBackup(folder: string): Promise<BackupInfo> {
  const id = path.basename(folder);
  try {
    const manifest = await readManifest(folder);
    const verified = await readVerification(folder);
    return {
      id,
      folder,
      state: stateOf(verified),
      madeAt: manifest.madeAt as Instant,
      kind: manifest.kind,
      hubVersion: manifest.hub.version,
      bytes: allBytes(manifest),
      rows: allRows(manifest),
      hasKey: manifest.secretKey.sealed !== undefined,
      missing: manifest.missing,
      problems: verified?.problems ?? [],
      ...(verified ? { verifiedAt: verified.at as Instant } : {}),
    };
  } catch (error) {
    return { id, folder, state: "unreadable", missing: [], problems: [VatioError.from(error).message] };
  }
}

/** The backups of a folder, oldest first. Other folders in it are left alone. */
export async function listBackups(folder: string): Promise<readonly BackupInfo[]> {
  const names = (await namesIn(folder)).filter((name) => ID.test(name));
  return Promise.all(names.map((name) => describeBackup(path.join(folder, name))));
}

import { VatioError } from "@vatio/plugin-api";

/** What DuckDB said when it could not open a file. */
export type OpenFailure =
  /** Entries of the write-ahead log are damaged from a position on. */
  | { readonly kind: "wal"; readonly file: string; readonly position: number }
  /** The write-ahead log cannot be replayed, and DuckDB does not say from where on. */
  | { readonly kind: "replay"; readonly file: string }
  /** Another process holds the file. */
  | { readonly kind: "locked"; readonly by: string | undefined }
  /** A newer DuckDB wrote the file. */
  | { readonly kind: "newer" }
  /** The database file itself is damaged. */
  | { readonly kind: "damaged" }
  /** Rights, a missing folder, a device that cannot be read. */
  | { readonly kind: "other" };

const WAL_FILE = /(?:replaying|in) (?:checkpoint )?WAL file "([^"]+)"/;
const WAL_POSITION = /Corrupt WAL file: entry at byte position (\d+)/;
const HOLDER = /held in (.+?)\. See/;
const DAMAGED =
  /not a valid DuckDB database|Corrupt database file|Could not read enough bytes|Serialization Error|INTERNAL Error|Extension "sqlite/i;

/** Sorts the message of a failed open into what can be done about it. */
export function readOpenFailure(path: string, message: string): OpenFailure {
  if (message.includes("Could not set lock")) return { kind: "locked", by: HOLDER.exec(message)?.[1] };
  if (/version number|newer version of DuckDB/.test(message)) return { kind: "newer" };
  const file = WAL_FILE.exec(message)?.[1];
  const position = WAL_POSITION.exec(message)?.[1];
  if (position !== undefined) return { kind: "wal", file: file ?? `${path}.wal`, position: Number(position) };
  if (file !== undefined || /replaying WAL|WAL replay/i.test(message))
    return { kind: "replay", file: file ?? `${path}.wal` };
  return { kind: DAMAGED.test(message) ? "damaged" : "other" };
}

/** The error for a person who has to do something before the hub can start. */
export function openError(path: string, failure: OpenFailure, cause: unknown): VatioError {
  const details = { path, reason: cause instanceof Error ? cause.message : String(cause) };
  switch (failure.kind) {
    case "locked":
      return new VatioError(
        "E_STORE_LOCKED",
        `${path} is in use by another process${failure.by ? `: ${failure.by}` : ""}. Stop that process, or give this hub a data folder of its own.`,
        { cause, details },
      );
    case "newer":
      return new VatioError(
        "E_STORE_NEWER",
        `${path} was written by a newer version. Install that version again, or restore a backup made by this one.`,
        { cause, details },
      );
    case "wal":
    case "replay":
    case "damaged":
      return new VatioError(
        "E_STORE_DAMAGED",
        `${path} is damaged and was left as it is. Restore it from a backup or from a snapshot beside it, or move it away to begin with an empty one.`,
        { cause, details },
      );
    case "other":
      return new VatioError(
        "E_STORE_UNREADABLE",
        `${path} cannot be opened: ${details.reason}. Check that the folder exists and that the hub may write there.`,
        {
          cause,
          details,
        },
      );
  }
}

/** Whether DuckDB has given up on this instance: only opening the file again helps. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /FATAL Error|database has been invalidated/i.test(error.message);
}

/** Whether a write failed because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /No space left on device|ENOSPC|File too large|disk quota/i.test(error.message);
}

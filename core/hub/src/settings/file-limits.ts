import { VatioError } from "@vatio/plugin-api";

/** How much one private folder may hold. */
export interface FileLimits {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

/** What a private folder holds. */
export interface FileUsage {
  readonly files: number;
  readonly bytes: number;
}

/** Limits of a private folder when nothing else is said. */
export const FILE_LIMITS: FileLimits = { fileBytes: 67_108_864, totalBytes: 1_073_741_824, files: 10_000 };

/** @throws E_FILE_TOO_LARGE */
export function requireSize(path: string, bytes: number, { fileBytes }: FileLimits): void {
  if (bytes <= fileBytes) return;
  const message = `${path} has ${bytes} bytes; a file may have ${fileBytes}. Split it.`;
  throw new VatioError("E_FILE_TOO_LARGE", message, { details: { bytes, limit: fileBytes } });
}

/**
 * What the folder will hold after a change. A change that needs no more room is always taken.
 * @throws E_FILES_FULL
 */
export function requireRoom(path: string, usage: FileUsage, change: FileUsage, limits: FileLimits): FileUsage {
  const next = { files: usage.files + change.files, bytes: usage.bytes + change.bytes };
  const tooMany = change.files > 0 && next.files > limits.files;
  const tooMuch = change.bytes > 0 && next.bytes > limits.totalBytes;
  if (!tooMany && !tooMuch) return next;
  const message = `There is no room for ${path}: ${usage.files} files of ${usage.bytes} bytes are kept, at most ${limits.files} of ${limits.totalBytes}. Delete some.`;
  throw new VatioError("E_FILES_FULL", message, { details: usage });
}

import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { VatioError } from "@vatio/plugin-api";

/** How much may come out of a packed file. */
export interface UnpackLimits {
  readonly bytes: number;
  /** Times the size of the packed file. */
  readonly ratio: number;
}

/** A text of numbers packs to a twentieth at most; a thousandth is what a file of zeros does. */
export const UNPACK_RATIO = 200;

/** A packed file of less than this may be unpacked whatever its ratio. */
const SMALL_BYTES = 16 * 1_048_576;

/** Whether a file begins as one of gzip (RFC 1952 section 2.3.1). */
export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(2);
    await file.read(bytes, 0, 2, 0);
    return bytes[0] === 0x1f && bytes[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/**
 * Puts what is in a gzip file in its place.
 * @throws E_IMPORT_TOO_LARGE when too much comes out; E_IMPORT_UNREADABLE when it is damaged
 */
export async function unpackInPlace(path: string, packedBytes: number, limits: UnpackLimits): Promise<void> {
  const most = Math.min(limits.bytes, Math.max(packedBytes * limits.ratio, SMALL_BYTES));
  const target = `${path}.unpacked`;
  try {
    const file = createWriteStream(target, { mode: 0o600 });
    await pipeline(createReadStream(path), createGunzip(), atMost(most), file);
    await rename(target, path);
  } catch (error) {
    await rm(target, { force: true });
    throw VatioError.is(error) ? error : damaged(error);
  }
}

function damaged(cause: unknown): VatioError {
  const { code } = cause as { code?: unknown };
  if (code === "ENOSPC") return diskFull(cause);
  return new VatioError("E_IMPORT_UNREADABLE", "The gzip file is damaged or not complete. Download it again.", {
    cause,
  });
}

/** The error of a disk that is full. */
export const diskFull = (cause: unknown): VatioError =>
  new VatioError("E_IMPORT_DISK_FULL", "The disk is full: the file could not be kept. Free some space and try again.", {
    cause,
  });

/** The error of a file that is too large. */
export const tooLarge = (bytes: number): VatioError =>
  new VatioError(
    "E_IMPORT_TOO_LARGE",
    `The file is larger than ${Math.floor(bytes / 1_048_576)} MB. Split it, or raise imports.maxMb.`,
    {
      details: { bytes },
    },
  );

function atMost(bytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(tooLarge(bytes));
      else done(null, chunk);
    },
  });
}

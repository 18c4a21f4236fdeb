import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { ImportFile } from "@vatio/plugin-api";
import type { FileHead } from "./format-table.js";

/** Bytes that a format is recognised by. */
const HEAD_BYTES = 65_536;

/** Bytes that a format gets at a time: some milliseconds of work, and then others have their turn. */
const PIECE_BYTES = 16_384;

/** A file on the disk as a format reads it. */
export async function storedFile(
  path: string,
  name: string,
  onProgress: (share: number) => void = () => undefined,
): Promise<ImportFile> {
  const { size } = await stat(path);
  return { name, bytes: size, path, read: () => pieces(path, (bytes) => onProgress(bytes / size)) };
}

async function* pieces(path: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Uint8Array>) {
    yield piece;
    bytes += piece.length;
    onRead(bytes);
  }
}

/** The beginning of a file. */
export async function headOf({ path, name }: ImportFile): Promise<FileHead> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(bytes, 0, HEAD_BYTES, 0);
    return { name, head: bytes.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

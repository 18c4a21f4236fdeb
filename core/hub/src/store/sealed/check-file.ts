import { stat } from "node:fs/promises";
import { hashOf } from "./parquet-file.js";
import type { SealedFile } from "./sealed-file.js";

/** Reads a file whole and compares it with the manifest. @returns what is wrong with it */
export async function checkFile({ file, bytes, hash }: SealedFile): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size !== bytes) return `has ${size} bytes instead of ${bytes}`;
    return (await hashOf(file)) === hash ? undefined : "is damaged";
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return isMissing ? "is missing" : `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

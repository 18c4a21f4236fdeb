import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { ImportFile } from "@vatio/plugin-api";

/** A file in memory, in pieces of some bytes. */
export function fileOf(
  content: string | Uint8Array,
  { name = "file.csv", piece = 65_536, path: at = "" } = {},
): ImportFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    name,
    bytes: bytes.length,
    path: at,
    async *read() {
      for (let from = 0; from < bytes.length; from += piece) yield bytes.subarray(from, from + piece);
    },
  };
}

/** A file on disk, unpacked when it is a gzip file. */
export function fileAt(source: string, piece?: number): ImportFile {
  const raw = readFileSync(source);
  const bytes = source.endsWith(".gz") ? gunzipSync(raw) : raw;
  return fileOf(bytes, { name: path.basename(source).replace(/\.gz$/, ""), path: source, ...(piece ? { piece } : {}) });
}

/** A file with a path of its own, as the hub hands it over. */
export function storedFile(bytes: Uint8Array, name: string): ImportFile {
  const at = path.join(mkdtempSync(path.join(tmpdir(), "vatio-import-")), name);
  writeFileSync(at, bytes);
  return fileOf(bytes, { name, path: at });
}

/** What a format is recognised by. */
export async function headOf(file: ImportFile): Promise<{ readonly name: string; readonly head: Uint8Array }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of file.read()) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= 65_536) break;
  }
  return { name: file.name, head: Buffer.concat(chunks).subarray(0, 65_536) };
}

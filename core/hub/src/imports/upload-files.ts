import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { VatioError } from "@vatio/plugin-api";
import { IN_MEMORY } from "../store/duckdb.js";
import type { UploadPart } from "./types.js";
import { diskFull, tooLarge } from "./unpack.js";

/** The folder of uploaded files: each has a folder of its own, for what a library may put beside it. */
export class UploadFiles {
  readonly #root: string;
  readonly #isOwn: boolean;

  /** `data`: folder of the hub's data; a hub in memory uses the system's folder. */
  constructor(data: string) {
    this.#isOwn = data !== IN_MEMORY;
    this.#root = this.#isOwn ? path.join(data, "imports", "tmp") : tmpdir();
  }

  /** A new, empty place for a file. */
  async create(): Promise<string> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    return path.join(await mkdtemp(path.join(this.#root, "vatio-import-")), "file");
  }

  /**
   * Writes a part at its offset. What fails half-way is taken away again, so that the part can be sent once more.
   * @returns bytes that are there
   */
  async write(file: string, { offset, body }: Pick<UploadPart, "offset" | "body">, most: number): Promise<number> {
    try {
      const target = createWriteStream(file, { flags: offset === 0 ? "w" : "r+", start: offset, mode: 0o600 });
      await pipeline(body, untilTooLarge(offset, most), target);
      return (await stat(file)).size;
    } catch (error) {
      await truncate(file, offset).catch(() => undefined);
      throw asUploadError(error);
    }
  }

  async remove(file: string): Promise<void> {
    await rm(path.dirname(file), { recursive: true, force: true });
  }

  /** Takes away what a hub that was killed left behind. */
  async clear(): Promise<void> {
    if (this.#isOwn) await rm(this.#root, { recursive: true, force: true });
  }
}

function untilTooLarge(offset: number, most: number): Transform {
  let size = offset;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.length;
      if (size > most) done(tooLarge(most));
      else done(null, chunk);
    },
  });
}

function asUploadError(error: unknown): VatioError {
  if (VatioError.is(error)) return error;
  const { code } = error as { code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(error);
  return new VatioError("E_BODY_INVALID", "The file ended before it was complete. Send it again.", { cause: error });
}

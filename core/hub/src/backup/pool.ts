import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { VatioError } from "@vatio/plugin-api";
import { syncToDisk } from "../store/wal.js";
import { copyDurably, hashFile, linkFile, namesIn, sizeOf } from "./file-tools.js";

/** Folder of contents that several backups share. */
export const POOL = "pool";
const NEW = ".new";
const DAMAGED = ".damaged";

/** A content by its hash. `path`: where the file stands in the data folder. */
export interface Content {
  readonly path: string;
  readonly hash: string;
  readonly bytes: number;
}

/** How a file comes into the pool. */
export interface AddOptions {
  /** The content that is expected; another one is refused. */
  readonly expected?: { readonly hash: string; readonly bytes: number };
  /** The file never changes: a second name for it does instead of a copy. */
  readonly isImmutable?: boolean;
}

/** Where a content lies. Files of readings keep their ending, so that any tool opens them. */
const nameOf = ({ path: name, hash }: Pick<Content, "path" | "hash">): string =>
  path.join(hash.slice(0, 2), `${hash}${name.endsWith(".parquet") ? ".parquet" : ""}`);

/** Contents that the backups of one folder share, each once, under the hash of its bytes. A content never changes. */
export class Pool {
  readonly #folder: string;
  readonly #touched = new Set<string>();

  /** @param target the folder of the backups */
  constructor(target: string) {
    this.#folder = path.join(target, POOL);
  }

  fileOf(content: Pick<Content, "path" | "hash">): string {
    return path.join(this.#folder, nameOf(content));
  }

  /** Whether it is there in full length. Its bytes are checked by each trial restore. */
  async has(content: Content): Promise<boolean> {
    const file = this.fileOf(content);
    return (
      (await sizeOf(file)) === content.bytes &&
      (content.bytes > 0 || (await namesIn(path.dirname(file))).includes(path.basename(file)))
    );
  }

  /**
   * Takes a file in, unless its content is there.
   * @throws E_BACKUP_SOURCE when the file does not hold what is expected; what reading and writing throw
   */
  async add(source: string, name: string, { expected, isImmutable = false }: AddOptions = {}): Promise<Content> {
    if (expected && (await this.has({ path: name, ...expected }))) return { path: name, ...expected };
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const fresh = path.join(this.#folder, NEW);
    await rm(fresh, { force: true });
    if (!isImmutable || !(await linkFile(source, fresh))) await copyDurably(source, fresh);
    const content = { path: name, hash: await hashFile(fresh), bytes: await sizeOf(fresh) };
    if (expected && content.hash !== expected.hash) {
      await rm(fresh, { force: true });
      throw new VatioError("E_BACKUP_SOURCE", `${name} does not hold what was written into it: it is damaged.`, {
        details: { file: source },
      });
    }
    await this.#keep(fresh, content);
    return content;
  }

  /** Makes what was added survive a power cut. */
  async sync(): Promise<void> {
    for (const folder of this.#touched) await syncToDisk(folder);
    if (this.#touched.size > 0) await syncToDisk(this.#folder);
    this.#touched.clear();
  }

  /** Moves a content aside that is not what its name says, so that the next backup takes it in again. */
  async setDamagedAside(content: Pick<Content, "path" | "hash">): Promise<void> {
    const file = this.fileOf(content);
    await rename(file, `${file}${DAMAGED}`).catch(() => undefined);
  }

  /** Removes what no backup names. @returns files that went */
  async sweep(kept: Iterable<Pick<Content, "path" | "hash">>): Promise<number> {
    const names = new Set([...kept].map(nameOf));
    let removed = 0;
    for (const folder of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const file of await namesIn(path.join(this.#folder, folder))) {
        if (names.has(path.join(folder, file))) continue;
        await rm(path.join(this.#folder, folder, file), { force: true });
        removed++;
      }
    }
    return removed;
  }

  async #keep(fresh: string, content: Content): Promise<void> {
    const file = this.fileOf(content);
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(fresh, file);
    // Renaming one name of a file onto another name of it does nothing, and leaves both.
    await rm(fresh, { force: true });
    this.#touched.add(folder);
  }
}

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { IN_MEMORY } from "../store/duckdb.js";

/** Folders for files that live as long as one answer. */
export class TempFolders {
  /** Where they are made. */
  readonly root: string;
  readonly #isOwn: boolean;

  /** `data`: folder of the hub's data; a hub in memory uses the system's folder. */
  constructor(data: string) {
    this.#isOwn = data !== IN_MEMORY;
    this.root = this.#isOwn ? path.join(data, "tmp", "export") : tmpdir();
  }

  async create(): Promise<string> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    return mkdtemp(path.join(this.root, "vatio-export-"));
  }

  async remove(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  /** Takes away what a hub that was killed left behind. */
  async clear(): Promise<void> {
    if (this.#isOwn) await rm(this.root, { recursive: true, force: true });
  }
}

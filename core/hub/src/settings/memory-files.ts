import type { FileInfo, Instant, PrivateFiles } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { FILE_LIMITS, type FileLimits, type FileUsage, requireRoom, requireSize } from "./file-limits.js";
import { badPath, pathSegments } from "./file-path.js";

interface StoredFile {
  readonly bytes: Uint8Array;
  readonly modifiedAt: Instant;
}

/** A private folder that is gone with the process: for a hub that keeps nothing. Takes and refuses what one on a disk does. */
export class MemoryFiles implements PrivateFiles {
  readonly #clock: HubClock;
  readonly #limits: FileLimits;
  readonly #files = new Map<string, StoredFile>();

  constructor({ clock, limits }: { readonly clock: HubClock; readonly limits?: Partial<FileLimits> }) {
    this.#clock = clock;
    this.#limits = { ...FILE_LIMITS, ...limits };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    this.#requirePlain(path);
    return this.#files.get(path)?.bytes.slice();
  }

  async write(path: string, data: Uint8Array | string): Promise<void> {
    pathSegments(path);
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data.slice();
    requireSize(path, bytes.length, this.#limits);
    this.#requirePlain(path);
    const old = this.#files.get(path);
    const change = { files: old ? 0 : 1, bytes: bytes.length - (old?.bytes.length ?? 0) };
    requireRoom(path, this.#usage(), change, this.#limits);
    this.#files.set(path, { bytes, modifiedAt: this.#clock.now() });
  }

  async delete(path: string): Promise<boolean> {
    this.#requirePlain(path);
    return this.#files.delete(path);
  }

  async list(folder = ""): Promise<readonly FileInfo[]> {
    if (folder !== "") this.#requireFolders(folder, pathSegments(folder).length);
    return [...this.#files]
      .filter(([path]) => folder === "" || path.startsWith(`${folder}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { bytes, modifiedAt }]) => ({ path, bytes: bytes.length, modifiedAt }));
  }

  #requirePlain(path: string): void {
    this.#requireFolders(path, pathSegments(path).length - 1);
    for (const known of this.#files.keys()) if (known.startsWith(`${path}/`)) throw badPath(path, "it names a folder");
  }

  #requireFolders(path: string, count: number): void {
    const segments = path.split("/");
    for (let depth = 1; depth <= count; depth++) {
      if (this.#files.has(segments.slice(0, depth).join("/"))) throw badPath(path, "a file is on the way");
    }
  }

  #usage(): FileUsage {
    const bytes = [...this.#files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
    return { files: this.#files.size, bytes };
  }
}

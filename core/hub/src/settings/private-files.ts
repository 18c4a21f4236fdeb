import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { FileInfo, Instant, PrivateFiles } from "@vatio/plugin-api";
import { type Random, secretText } from "../random.js";
import { SerialQueue } from "../store/serial-queue.js";
import { FILE_LIMITS, type FileLimits, type FileUsage, requireRoom, requireSize } from "./file-limits.js";
import { badPath, pathSegments, TEMPORARY } from "./file-path.js";

/** What a private folder needs. */
export interface PrivateFilesOptions {
  /** The folder, `<data>/plugin-files/<id>`; made with the first file. */
  readonly folder: string;
  readonly random: Random;
  readonly limits?: Partial<FileLimits>;
}

/** Makes the private folder of one plugin. One such object for each folder: its writes run one after the other. */
export const createPrivateFiles = (options: PrivateFilesOptions): PrivateFiles => new FolderFiles(options);

class FolderFiles implements PrivateFiles {
  readonly #folder: string;
  readonly #random: Random;
  readonly #limits: FileLimits;
  readonly #changes = new SerialQueue();
  /** What the folder holds, counted at the first change. */
  #usage: FileUsage | undefined;

  constructor({ folder, random, limits }: PrivateFilesOptions) {
    this.#folder = folder;
    this.#random = random;
    this.#limits = { ...FILE_LIMITS, ...limits };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = await this.#existing(path);
    if (!file) return undefined;
    // A link put there between the check and the opening is not followed either (POSIX).
    const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(missing);
    if (!handle) return undefined;
    try {
      const data = await handle.readFile();
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    } finally {
      await handle.close();
    }
  }

  async write(path: string, data: Uint8Array | string): Promise<void> {
    const segments = pathSegments(path);
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    requireSize(path, bytes.length, this.#limits);
    await this.#changes.run(() => this.#replace(path, segments, bytes));
  }

  delete(path: string): Promise<boolean> {
    const segments = pathSegments(path);
    return this.#changes.run(async () => {
      const file = await this.#existing(path);
      if (!file) return false;
      const { size } = await lstat(file);
      await unlink(file);
      if (this.#usage) this.#usage = { files: this.#usage.files - 1, bytes: this.#usage.bytes - size };
      await this.#dropEmptyFolders(segments.slice(0, -1));
      return true;
    });
  }

  async list(folder = ""): Promise<readonly FileInfo[]> {
    const segments = folder === "" ? [] : pathSegments(folder);
    for (const depth of segments.keys()) {
      if (!(await folderAt(join(this.#folder, ...segments.slice(0, depth + 1)), folder))) return [];
    }
    const found = await this.#walk(segments);
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #walk(segments: readonly string[]): Promise<FileInfo[]> {
    const entries = (await readdir(join(this.#folder, ...segments), { withFileTypes: true }).catch(missing)) ?? [];
    const found: FileInfo[] = [];
    for (const entry of entries) {
      const inner = [...segments, entry.name];
      if (entry.isDirectory()) found.push(...(await this.#walk(inner)));
      else if (entry.isFile() && !entry.name.startsWith(TEMPORARY)) found.push(...(await this.#info(inner)));
    }
    return found;
  }

  async #info(segments: readonly string[]): Promise<FileInfo[]> {
    const stats = await lstat(join(this.#folder, ...segments)).catch(missing);
    return stats
      ? [{ path: segments.join("/"), bytes: stats.size, modifiedAt: Math.floor(stats.mtimeMs) as Instant }]
      : [];
  }

  /** The file at a path, when there is one and no link leads to it. */
  async #existing(path: string): Promise<string | undefined> {
    const segments = pathSegments(path);
    for (const depth of segments.keys()) {
      if (depth > 0 && !(await folderAt(join(this.#folder, ...segments.slice(0, depth)), path))) return undefined;
    }
    const file = join(this.#folder, ...segments);
    const stats = await lstat(file).catch(missing);
    if (!stats) return undefined;
    requirePlain(stats, path);
    return file;
  }

  async #replace(path: string, segments: readonly string[], bytes: Uint8Array): Promise<void> {
    const old = await this.#sizeOf(path);
    const usage = this.#usage ?? (await this.#measure());
    const change = { files: old === undefined ? 1 : 0, bytes: bytes.length - (old ?? 0) };
    this.#usage = requireRoom(path, usage, change, this.#limits);
    const folder = await this.#makeFolders(path, segments.slice(0, -1));
    const temporary = join(folder, `${TEMPORARY}${secretText(this.#random, 9)}`);
    try {
      await writeDurably(temporary, bytes);
      await rename(temporary, join(folder, segments.at(-1) ?? ""));
    } catch (error) {
      await rm(temporary, { force: true });
      this.#usage = undefined;
      throw error;
    }
    await syncFolder(folder);
  }

  async #sizeOf(path: string): Promise<number | undefined> {
    const file = await this.#existing(path);
    return file === undefined ? undefined : (await lstat(file)).size;
  }

  async #measure(): Promise<FileUsage> {
    const files = await this.#walk([]);
    return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Makes folder by folder, so that no link on the way is followed. */
  async #makeFolders(path: string, segments: readonly string[]): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    let folder = this.#folder;
    for (const segment of segments) {
      folder = join(folder, segment);
      if (!(await folderAt(folder, path))) await mkdir(folder).catch(existing);
    }
    return folder;
  }

  async #dropEmptyFolders(segments: readonly string[]): Promise<void> {
    for (let depth = segments.length; depth > 0; depth--) {
      const dropped = await rmdir(join(this.#folder, ...segments.slice(0, depth))).then(
        () => true,
        () => false,
      );
      if (!dropped) return;
    }
  }
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** Undefined for what is not there. */
function missing(error: unknown): undefined {
  if (["ENOENT", "ENOTDIR"].includes(String(codeOf(error)))) return undefined;
  throw error;
}

function existing(error: unknown): void {
  if (codeOf(error) !== "EEXIST") throw error;
}

function requirePlain(stats: Stats, path: string): void {
  if (stats.isSymbolicLink()) throw badPath(path, "a link is on the way");
  if (!stats.isFile()) throw badPath(path, "it names a folder");
}

/** Whether a folder is there. @throws E_PATH_INVALID for a link or a file in its place */
async function folderAt(folder: string, path: string): Promise<boolean> {
  const stats = await lstat(folder).catch(missing);
  if (!stats) return false;
  if (stats.isSymbolicLink()) throw badPath(path, "a link is on the way");
  if (!stats.isDirectory()) throw badPath(path, "a file is on the way");
  return true;
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename durable. Windows has no such call: NTFS keeps its own journal. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import type { Instant } from "@vatio/plugin-api";
import type { PendingStatement } from "../generation.js";
import { putMeta, readMeta } from "../store-meta.js";
import type { Sql } from "../types.js";
import { fromRow, type SealedFile, type SegmentRow, toRow } from "./sealed-file.js";

const UNLINK_KEY = "segments.unlink";

/** Changes of the manifest that go into one transaction. */
export interface ManifestChange {
  readonly added: readonly SealedFile[];
  /** Files that no longer count. They are taken off the disk later. */
  readonly removed: readonly SealedFile[];
}

const LIST = `SELECT path, kind, from_at, to_at, bytes, hash, generation, import_id, details FROM segments`;

/** Which sealed files count, as table `segments` says. */
export class Manifest {
  /** Folder of the readings. */
  readonly root: string;
  #files: readonly SealedFile[] = [];
  /** Files that do not count any more but may be on the disk still. */
  #unlink: readonly string[] = [];
  readonly #problems = new Map<string, string>();

  constructor(root: string) {
    this.root = root;
  }

  async load(sql: Sql): Promise<void> {
    const rows = await sql.all<SegmentRow>(LIST);
    this.#files = sorted(rows.map((row) => fromRow(this.root, row)));
    this.#unlink = JSON.parse((await readMeta(sql, UNLINK_KEY)) ?? "[]") as string[];
  }

  /** Every file, in order of time. */
  get files(): readonly SealedFile[] {
    return this.#files;
  }

  get rows(): number {
    return this.#files.reduce((sum, { rows }) => sum + rows, 0);
  }

  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get unlink(): readonly string[] {
    return this.#unlink;
  }

  /** Files that cannot be read, with what is wrong. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  find(path: string): SealedFile | undefined {
    return this.#files.find((file) => file.path === path);
  }

  /** Whether the day of an instant is sealed: its rows come to the table of late ones. */
  covers(at: number): boolean {
    return this.#files.some(({ kind, range }) => kind !== "import" && at >= range.from && at < range.to);
  }

  setProblem(path: string, problem: string | undefined): void {
    if (problem === undefined) this.#problems.delete(path);
    else this.#problems.set(path, problem);
  }

  /** The statements of a change, for its transaction. */
  statements({ added, removed }: ManifestChange): PendingStatement[] {
    const unlink = [...new Set([...this.#unlink, ...removed.map(({ path }) => path)])];
    return [
      ...removed.map(({ path }) => ({ sql: "DELETE FROM segments WHERE path = ?", parameters: [path] })),
      ...added.map((file) => ({
        sql: "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        parameters: toRow(file),
      })),
      putMeta(UNLINK_KEY, JSON.stringify(unlink)),
    ];
  }

  /** The statement that says that files went from the disk. */
  unlinkedStatement(paths: readonly string[]): PendingStatement {
    return putMeta(UNLINK_KEY, JSON.stringify(this.#unlink.filter((path) => !paths.includes(path))));
  }

  /** A change was committed. */
  apply({ added, removed }: ManifestChange): void {
    const gone = new Set(removed.map(({ path }) => path));
    this.#files = sorted([...this.#files.filter(({ path }) => !gone.has(path)), ...added]);
    this.#unlink = [...new Set([...this.#unlink, ...gone])];
    for (const path of gone) this.#problems.delete(path);
  }

  unlinked(paths: readonly string[]): void {
    this.#unlink = this.#unlink.filter((path) => !paths.includes(path));
  }

  /** Before this instant everything is sealed, as far as files tell. */
  get sealedUntil(): Instant | undefined {
    const ends = this.#files.filter(({ kind }) => kind !== "import").map(({ range }) => range.to);
    return ends.length === 0 ? undefined : (Math.max(...ends) as Instant);
  }
}

const sorted = (files: readonly SealedFile[]): SealedFile[] =>
  [...files].sort((a, b) => a.range.from - b.range.from || a.path.localeCompare(b.path));

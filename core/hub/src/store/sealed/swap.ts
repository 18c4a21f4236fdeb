import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { VatioError } from "@vatio/plugin-api";
import type { CommitWriter } from "../commit-writer.js";
import type { PendingStatement } from "../generation.js";
import type { HotTables } from "../hot-tables.js";
import type { SerialQueue } from "../serial-queue.js";
import type { SqlConnection } from "../sql-connection.js";
import { syncToDisk } from "../wal.js";
import type { ManifestChange } from "./manifest.js";
import type { SegmentContext } from "./segment-options.js";

/** What a change of the manifest needs of whoever writes. */
export interface SwapOptions {
  readonly context: SegmentContext;
  /** The queue of everything that writes, its connection and its appenders. */
  readonly queue: SerialQueue;
  readonly sql: SqlConnection;
  readonly writer: CommitWriter;
  readonly tables: HotTables;
}

/** Changes which files and tables count: in one transaction, and nothing is unlinked before it is durable. */
export class Swap {
  readonly #options: SwapOptions;

  constructor(options: SwapOptions) {
    this.#options = options;
  }

  /** @returns the bytes that were freed */
  async run(change: ManifestChange, drop: readonly string[]): Promise<number> {
    const { context, tables } = this.#options;
    await context.onStep("swapping");
    await context.sources.change(async () => {
      await this.#commit(change, drop);
      context.manifest.apply(change);
      for (const name of drop) tables.dropped(name);
    });
    await context.onStep("swapped");
    this.#options.writer.wantCheckpoint();
    return this.#unlink(change.removed.map((file) => file.path));
  }

  /** Brings what was changed into the database file itself: the log should hold no changes of the schema for long. */
  async checkpoint(): Promise<void> {
    const { context, queue, writer } = this.#options;
    if (!writer.wantsCheckpoint) return;
    await queue.run(() => writer.checkpoint());
    await context.onStep("checkpointed");
  }

  async #commit(change: ManifestChange, drop: readonly string[]): Promise<void> {
    const statements: PendingStatement[] = [
      ...this.#options.context.manifest.statements(change),
      ...drop.flatMap((name) => [
        { sql: "DELETE FROM overlapping WHERE table_name = ?", parameters: [name] },
        { sql: `DROP TABLE ${name}`, parameters: [] },
      ]),
    ];
    await this.#transaction(statements, drop).catch((error: unknown) => this.#assertDone(change, drop, error));
  }

  #transaction(statements: readonly PendingStatement[], drop: readonly string[]): Promise<void> {
    const { queue, sql, writer } = this.#options;
    return queue.run(async () => {
      writer.release(drop);
      await sql.run("BEGIN");
      try {
        for (const { sql: statement, parameters } of statements) await sql.run(statement, parameters);
        await sql.run("COMMIT");
      } catch (error) {
        await sql.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
  }

  /** A failed commit is in doubt: the database says what became of it. @throws the error, when nothing did */
  async #assertDone({ added, removed }: ManifestChange, drop: readonly string[], error: unknown): Promise<void> {
    const names = await this.#names().catch(() => {
      const reason = error instanceof Error ? error.message : String(error);
      // Whether it counts shows when the database is opened again: neither the files nor the tables may go before.
      throw new VatioError("E_SEGMENT_DOUBTFUL", `It is not known whether sealed files count: ${reason}`, {
        cause: error,
        retryable: true,
      });
    });
    const isThere = (name: string): boolean => names.has(name);
    const isGone = [...removed.map((file) => file.path), ...drop].every((name) => !isThere(name));
    if (!isGone || !added.every((file) => isThere(file.path))) throw error;
  }

  /** Files that count and tables that exist. */
  async #names(): Promise<Set<string>> {
    const { queue, sql } = this.#options;
    const statement = "SELECT path AS name FROM segments UNION ALL SELECT table_name FROM duckdb_tables()";
    const rows = await queue.run(() => sql.all<{ name: string }>(statement));
    return new Set(rows.map(({ name }) => name));
  }

  /** Takes files off the disk that were held when they were replaced. @returns the bytes that were freed */
  async unlinkLeft(): Promise<number> {
    const { manifest } = this.#options.context;
    return this.#unlink(manifest.unlink.filter((name) => !manifest.find(name)));
  }

  /** Takes files off the disk once no query reads them. What is held, or cannot be removed now, goes in a later round or at the next start. */
  async #unlink(names: readonly string[]): Promise<number> {
    const { context, queue, sql } = this.#options;
    if (names.length === 0 || context.sources.isHeld) return 0;
    await context.sources.unused();
    await context.onStep("unlinking");
    const files = names.map((name) => path.join(context.manifest.root, ...name.split("/")));
    const freed = await sizeOf(files);
    for (const file of files) await rm(file, { force: true });
    for (const folder of new Set(files.map((file) => path.dirname(file)))) await syncToDisk(folder);
    await context.onStep("unlinked");
    const { sql: statement, parameters } = context.manifest.unlinkedStatement(names);
    await queue.run(() => sql.run(statement, parameters));
    context.manifest.unlinked(names);
    return freed;
  }
}

/** Bytes of the files that are there. */
async function sizeOf(files: readonly string[]): Promise<number> {
  const sizes = files.map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

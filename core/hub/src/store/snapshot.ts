import { rm } from "node:fs/promises";
import { VatioError } from "@vatio/plugin-api";
import type { DuckDb } from "./duckdb.js";
import { SerialQueue } from "./serial-queue.js";
import type { SqlConnection } from "./sql-connection.js";
import type { SnapshotSource, Sql } from "./types.js";
import { walFiles } from "./wal.js";

/** Name of the copy while it is attached. */
const COPY = "vatio_snapshot";

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Copies of a database, made by its own instance on a connection of their own: a second instance on one file would diverge, and a copy of the
 * bare file would miss what is in the log. The copy is read row by row, so it is compact, and every page of the original was read for it.
 */
export class Snapshots implements SnapshotSource {
  readonly #database: DuckDb;
  readonly #queue = new SerialQueue();
  #running: SqlConnection | undefined;
  #stopped = false;

  constructor(database: DuckDb) {
    this.#database = database;
  }

  snapshot<T>(target: string, measure: (sql: Sql) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#queue.run(() => this.#take(target, measure, signal));
  }

  /** Ends a copy that is being made: the file must not be closed under it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#running?.interrupt();
    await this.#queue.drained();
  }

  async #take<T>(target: string, measure: (sql: Sql) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    this.#assertWanted(signal);
    const connection = await this.#database.connect();
    const interrupt = (): void => connection.interrupt();
    this.#running = connection;
    signal?.addEventListener("abort", interrupt);
    try {
      return await this.#copy(connection, target, async (sql) => {
        this.#assertWanted(signal);
        return measure(sql);
      });
    } catch (error) {
      await discard(connection, target);
      throw snapshotError(target, error);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.#running = undefined;
      connection.close();
    }
  }

  async #copy<T>(sql: SqlConnection, target: string, measure: (sql: Sql) => Promise<T>): Promise<T> {
    const [row] = await sql.all<{ name: string }>("SELECT current_database() AS name");
    await sql.run(`ATTACH ${quoted(target)} AS ${COPY}`);
    // One transaction: the figures are those of the very state that was copied.
    await sql.run("BEGIN");
    await sql.run(`COPY FROM DATABASE ${identifier(row?.name ?? "")} TO ${COPY}`);
    const measured = await measure(sql);
    await sql.run("COMMIT");
    await sql.run(`CHECKPOINT ${COPY}`);
    await sql.run(`DETACH ${COPY}`);
    return measured;
  }

  #assertWanted(signal: AbortSignal | undefined): void {
    if (!this.#stopped && !signal?.aborted) return;
    throw new VatioError(
      "E_SNAPSHOT_FAILED",
      "The copy was given up: the hub is stopping, or opens its database again.",
    );
  }
}

async function discard(connection: SqlConnection, target: string): Promise<void> {
  for (const statement of ["ROLLBACK", `DETACH ${COPY}`]) await connection.run(statement).catch(() => undefined);
  for (const file of [target, ...walFiles(target)]) await rm(file, { force: true }).catch(() => undefined);
}

/** A full disk under the copy invalidates the copy alone: whoever watches the database must not take it for its own failure. */
function snapshotError(target: string, error: unknown): VatioError {
  if (VatioError.is(error) && error.code === "E_SNAPSHOT_FAILED") return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new VatioError(
    "E_SNAPSHOT_FAILED",
    `The database could not be copied to ${target}: ${reason} The database itself is not affected. Look at free space and rights there, and try again.`,
    { cause: error, details: { target } },
  );
}

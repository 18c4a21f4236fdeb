import type { Log } from "@vatio/plugin-api";
import { ChunkWriter } from "./chunk-writer.js";
import type { Generation } from "./generation.js";
import type { HotTables } from "./hot-tables.js";
import { type ColumnKind, RowAppender } from "./row-appender.js";
import type { SqlConnection } from "./sql-connection.js";
import { databaseError } from "./sql-connection.js";
import type { SqlValue } from "./types.js";

/** Appenders of tables of readings that stay open. */
const OPEN_WRITERS = 16;

const SMALL_TABLES = {
  frame_ranges: ["TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT"],
  holding: ["TEXT", "TEXT", "INTEGER", "DOUBLE", "BIGINT", "UTINYINT", "TEXT"],
  inbox: ["BIGINT", "TEXT", "TEXT", "BLOB", "UTINYINT", "BOOLEAN", "BIGINT", "TEXT", "INTEGER", "BOOLEAN"],
} as const satisfies Record<string, readonly ColumnKind[]>;

type SmallTable = keyof typeof SMALL_TABLES;

const SMALL_ROWS: Readonly<Record<SmallTable, (generation: Generation) => SqlValue[][]>> = {
  frame_ranges: ({ frames, lastArrival }) =>
    frames.map((frame) => [frame.device, frame.boot, frame.from, frame.to, lastArrival]),
  holding: ({ held }) =>
    held.map((row) => [
      row.device,
      row.boot,
      row.channel,
      row.since,
      row.arrival,
      row.originCode,
      JSON.stringify(row.values),
    ]),
  inbox: ({ inbox }) =>
    inbox.map((row) => [
      row.id,
      row.plugin,
      row.topic,
      row.payload,
      row.qos,
      row.retained,
      row.at,
      row.client ?? null,
      0,
      false,
    ]),
};

const isCopied = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("other write transactions active");

/** Stores generations on the one connection that writes. The caller runs one call at a time. */
export class CommitWriter {
  readonly #connection: SqlConnection;
  readonly #tables: HotTables;
  readonly #log: Log;
  /** By table, the one used last at the end. */
  readonly #writers = new Map<string, ChunkWriter>();
  readonly #appenders = new Map<SmallTable, RowAppender>();
  #schemaChanged = false;

  constructor(options: { readonly connection: SqlConnection; readonly tables: HotTables; readonly log: Log }) {
    this.#connection = options.connection;
    this.#tables = options.tables;
    this.#log = options.log;
  }

  /** The schema changed since the last checkpoint, which should follow soon: replay of such changes is DuckDB's weak spot. */
  get wantsCheckpoint(): boolean {
    return this.#schemaChanged;
  }

  /** The schema was changed by someone else on the same connection. */
  wantCheckpoint(): void {
    this.#schemaChanged = true;
  }

  /** Lets go of tables that are about to be dropped. */
  release(names: readonly string[]): void {
    for (const name of names) this.#dropWriter(name);
  }

  /** Stores a generation in one transaction. */
  async store(generation: Generation): Promise<void> {
    if (generation.isEmpty) return;
    try {
      await this.#prepare(generation);
      await this.#connection.run("BEGIN");
      this.#append(generation);
      for (const { sql, parameters } of generation.statements) await this.#connection.run(sql, parameters);
      await this.#connection.run("COMMIT");
    } catch (error) {
      this.#dropAppenders();
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      throw databaseError(error);
    }
    for (const [name, buffer] of generation.tables) this.#tables.added(name, buffer);
    this.#trim();
  }

  /** Writes all that is in the log into the file itself. */
  async checkpoint(): Promise<void> {
    this.#schemaChanged = false;
    try {
      await this.#connection.run("CHECKPOINT");
    } catch (error) {
      // While a copy is being made the log cannot be emptied: it is tried again after the next commit.
      if (!isCopied(error)) throw error;
      this.#schemaChanged = true;
    }
  }

  close(): void {
    this.#dropAppenders();
  }

  /** Tables, columns and appenders exist before the transaction: an appender does not survive a change of its table. */
  async #prepare(generation: Generation): Promise<void> {
    for (const [name, buffer] of generation.tables) {
      if (await this.#tables.ensure(this.#connection, name, buffer.metrics.keys())) {
        this.#schemaChanged = true;
        this.#dropWriter(name);
      }
      await this.#openWriter(name);
    }
    for (const table of Object.keys(SMALL_TABLES) as SmallTable[]) {
      if (!this.#appenders.has(table))
        this.#appenders.set(
          table,
          new RowAppender(await this.#connection.raw.createAppender(table), SMALL_TABLES[table]),
        );
    }
  }

  #append(generation: Generation): void {
    for (const [name, buffer] of generation.tables) this.#writers.get(name)?.write(buffer);
    for (const [table, appender] of this.#appenders) {
      const rows = SMALL_ROWS[table](generation);
      if (rows.length > 0) appender.write(rows);
    }
  }

  async #openWriter(name: string): Promise<void> {
    const open = this.#writers.get(name);
    this.#writers.delete(name);
    this.#writers.set(
      name,
      open ?? new ChunkWriter(await this.#connection.raw.createAppender(name), this.#tables.metricsOf(name)),
    );
  }

  #dropWriter(name: string): void {
    const writer = this.#writers.get(name);
    this.#writers.delete(name);
    this.#discard(writer);
  }

  #dropAppenders(): void {
    for (const name of [...this.#writers.keys()]) this.#dropWriter(name);
    for (const appender of this.#appenders.values()) this.#discard(appender);
    this.#appenders.clear();
  }

  #discard(appender: ChunkWriter | RowAppender | undefined): void {
    try {
      appender?.discard();
    } catch (error) {
      this.#log.debug("An appender could not be closed.", {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Closes appenders of days that are not written to any more. */
  #trim(): void {
    for (const name of [...this.#writers.keys()].slice(0, -OPEN_WRITERS)) this.#dropWriter(name);
  }
}

import { type Instant, VatioError } from "@vatio/plugin-api";
import type { ReaderPool } from "./reader-pool.js";
import { resultColumns } from "./result-columns.js";
import { type ColumnKind, RowAppender } from "./row-appender.js";
import type { Manifest } from "./sealed/manifest.js";
import type { SerialQueue } from "./serial-queue.js";
import type { Sources } from "./sources.js";
import type { SqlConnection } from "./sql-connection.js";
import type { Sql, SqlValue } from "./types.js";

/** Rows of a channel that arrived since somebody last looked. */
export interface ChangedSpan {
  /** Number of the channel. */
  readonly channel: number;
  /** Instants of the first and the last of the rows. */
  readonly first: Instant;
  readonly last: Instant;
}

/** Everything that arrived after a row. */
export interface Changes {
  /** Number of the newest row: what arrives after this answer has a higher one. */
  readonly upTo: number;
  readonly spans: readonly ChangedSpan[];
}

/** Writes of one transaction. */
export interface DerivedWriter extends Sql {
  /** Adds rows, all columns of a table in their order: much cheaper than statements. */
  append(table: string, kinds: readonly ColumnKind[], rows: readonly (readonly SqlValue[])[]): Promise<void>;
}

/**
 * The door of what is derived from readings to its own tables in `telemetry.duckdb`: slots, roll-ups, states. Readings themselves are read
 * with `exportRows`.
 */
export interface DerivedStore {
  /** @throws E_STORE_BUSY (retryable) */
  all<T extends object>(statement: string, parameters?: readonly SqlValue[]): Promise<T[]>;
  /** Columns of the answer, in order; NaN for NULL. For numbers only. @throws E_STORE_BUSY (retryable) */
  columns(statement: string): Promise<readonly Float64Array[]>;
  /** All or nothing, between two group commits; durable when it settles. Keep it short: readings wait. @throws E_STORE_* (retryable) */
  transaction<T>(work: (sql: DerivedWriter) => Promise<T>): Promise<T>;
  /** Committed rows with a higher arrival number. @throws E_STORE_BUSY (retryable) */
  changedSince(arrival: number): Promise<Changes>;
}

/** What the door opens on; asked for anew each time, because a store that failed for good is opened again. */
export interface DerivedParts {
  readonly readers: ReaderPool;
  readonly sources: Sources;
  readonly manifest: Manifest;
  /** The queue of everything that writes. */
  readonly queue: SerialQueue;
  /** The connection that writes; only inside the queue. */
  readonly connection: SqlConnection;
  /** @throws E_STORE_* (retryable) when nothing can be stored */
  assertOpen(): Promise<void>;
}

interface ChangedRow {
  readonly channel: number;
  readonly first: number;
  readonly last: number;
  readonly arrival: number;
}

const changedSql = (sources: Sources, arrival: number): string =>
  sources
    .all()
    .filter(({ file }) => file === undefined)
    .map(
      ({ name }) =>
        `SELECT channel, min("at") AS first, max("at") AS last, max(arrival) AS arrival FROM ${name} WHERE arrival > ${arrival} GROUP BY channel`,
    )
    .join(" UNION ALL ");

/** Makes the door. */
export function createDerivedStore(parts: () => DerivedParts): DerivedStore {
  return {
    all: (statement, parameters) => parts().readers.read((connection) => connection.all(statement, parameters)),
    columns: (statement) =>
      parts().readers.read(async (connection) => resultColumns(await connection.execute(statement))),
    transaction: async (work) => {
      const { queue, connection, assertOpen } = parts();
      await assertOpen();
      return queue.run(() => inTransaction(connection, work));
    },
    changedSince: (arrival) => parts().sources.read(() => readChanges(parts(), arrival)),
  };
}

/** Rows that were sealed since are in files, which do not know the arrival of each: all of such a file counts as changed. */
function sealedChanges({ files }: Manifest, arrival: number): ChangedRow[] {
  return files
    .filter(({ kind, newestArrival }) => kind !== "import" && newestArrival > arrival)
    .flatMap(({ channels, newestArrival }) =>
      [...channels].map(([channel, { from, to }]) => ({ channel, first: from, last: to - 1, arrival: newestArrival })),
    );
}

async function readChanges({ readers, sources, manifest }: DerivedParts, arrival: number): Promise<Changes> {
  const statement = changedSql(sources, arrival);
  const hot = statement === "" ? [] : await readers.read((connection) => connection.all<ChangedRow>(statement));
  const rows = [...sealedChanges(manifest, arrival), ...hot];
  const spans = rows.map(({ channel, first, last }) => ({ channel, first: first as Instant, last: last as Instant }));
  return { upTo: rows.reduce((newest, row) => Math.max(newest, row.arrival), arrival), spans };
}

async function inTransaction<T>(connection: SqlConnection, work: (sql: DerivedWriter) => Promise<T>): Promise<T> {
  await connection.run("BEGIN");
  try {
    const result = await work(writerOf(connection));
    await connection.run("COMMIT");
    return result;
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw VatioError.from(error);
  }
}

const writerOf = (connection: SqlConnection): DerivedWriter => ({
  all: (statement, parameters) => connection.all(statement, parameters),
  run: (statement, parameters) => connection.run(statement, parameters),
  append: async (table, kinds, rows) => {
    if (rows.length === 0) return;
    const appender = await connection.raw.createAppender(table);
    try {
      new RowAppender(appender, kinds).write(rows);
    } finally {
      appender.closeSync();
    }
  },
});

import type { DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { QueryGround } from "../store/query-door.js";
import { databaseError, type SqlConnection } from "../store/sql-connection.js";
import { bytesOf, cellOf } from "./cells.js";
import { QueryWatch, tooLarge } from "./query-watch.js";
import { invalid } from "./refusal.js";
import { plainMessage } from "./sql-sandbox.js";
import type { QueryLimits, SqlAnswer, SqlCell, SqlCut } from "./types.js";

/** What a statement is run with. */
export interface RunOptions {
  readonly ground: Pick<QueryGround, "connection" | "spillFolder">;
  readonly limits: QueryLimits;
  readonly clock: HubClock;
  readonly memory: () => number;
  readonly signal: AbortSignal;
}

/**
 * Runs a statement that was checked, and ends it when it costs too much.
 * @throws E_SQL_INVALID, E_SQL_TIMEOUT, E_SQL_TOO_LARGE, E_STORE_FATAL (retryable)
 */
export async function runQuery(statement: string, options: RunOptions): Promise<SqlAnswer> {
  const { ground, limits } = options;
  const { connection, spillFolder } = ground;
  const startedAt = options.clock.monotonic();
  const watch = new QueryWatch({ ...options, spillFolder, interrupt: () => connection.interrupt() });
  try {
    const result = await connection.raw.stream(statement);
    const { rows, cut } = await collect(result, limits, watch);
    const ms = Math.round(options.clock.monotonic() - startedAt);
    return { columns: columnsOf(result), rows, ms, ...(cut ? { cut } : {}) };
  } catch (error) {
    throw watch.verdict ?? failure(error, limits);
  } finally {
    watch.stop();
    await release(connection);
  }
}

const columnsOf = (result: DuckDBResult): SqlAnswer["columns"] =>
  result.deduplicatedColumnNames().map((name, i) => ({ name, type: String(result.columnType(i)) }));

interface Collected {
  readonly rows: readonly (readonly SqlCell[])[];
  readonly cut: SqlCut | undefined;
}

async function collect(result: DuckDBResult, limits: QueryLimits, watch: QueryWatch): Promise<Collected> {
  const rows: SqlCell[][] = [];
  let bytes = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    if (watch.verdict) throw watch.verdict;
    for (let i = 0; i < chunk.rowCount; i++) {
      if (rows.length >= limits.rows) return { rows, cut: "rows" };
      const row = rowOf(chunk, i);
      bytes += row.reduce((sum: number, cell) => sum + bytesOf(cell), 2);
      if (bytes > limits.bytes) return { rows, cut: "bytes" };
      rows.push(row);
    }
  }
  return { rows, cut: undefined };
}

const rowOf = (chunk: DuckDBDataChunk, row: number): SqlCell[] =>
  Array.from({ length: chunk.columnCount }, (_, column) => cellOf(chunk.getColumnVector(column).getItem(row)));

/** A statement that is not read to its end goes on living until the next one begins. */
async function release(connection: SqlConnection): Promise<void> {
  await connection.run("SELECT 1").catch(() => undefined);
}

function failure(error: unknown, limits: QueryLimits): VatioError {
  const known = databaseError(error);
  if (known.code === "E_STORE_FATAL" || known.code === "E_STORE_CLOSED") return known;
  const message = plainMessage(error);
  if (/out of memory|max_temp_directory_size|could not allocate/i.test(message))
    return tooLarge("memory", limits.memory);
  return VatioError.is(error) ? error : invalid(message, error);
}

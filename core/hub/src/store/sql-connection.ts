import {
  BIGINT,
  BLOB,
  BOOLEAN,
  blobValue,
  DOUBLE,
  type DuckDBConnection,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
  type JS,
  SQLNULL,
  VARCHAR,
} from "@duckdb/node-api";
import { VatioError } from "@vatio/plugin-api";
import { isFatal } from "./open-error.js";
import type { Sql, SqlValue } from "./types.js";

/** Integers of the store are milliseconds, counts and numbers of rows: all below 2^53. */
function fromDuck(value: JS): JS {
  if (typeof value === "bigint") return Number(value);
  return Array.isArray(value) ? value.map(fromDuck) : value;
}

function fromDuckRow(row: Record<string, JS>): Record<string, JS> {
  for (const name in row) {
    const value = row[name];
    if (typeof value === "bigint" || Array.isArray(value)) row[name] = fromDuck(value);
  }
  return row;
}

/** Integers go as BIGINT: compared with a DOUBLE, a column of integers would be cast and its zone maps would not help. */
function bound(value: SqlValue): readonly [DuckDBValue, DuckDBType] {
  if (value === null) return [null, SQLNULL];
  if (value instanceof Uint8Array) return [blobValue(value), BLOB];
  switch (typeof value) {
    case "string":
      return [value, VARCHAR];
    case "boolean":
      return [value, BOOLEAN];
    case "bigint":
      return [value, BIGINT];
    default:
      return Number.isSafeInteger(value) ? [BigInt(value), BIGINT] : [value, DOUBLE];
  }
}

/** Beginning of a statement, for whoever reads the error. Parameters may be secrets and stay out. */
const SHOWN_CHARACTERS = 200;

/** What DuckDB threw, as an error of the store. */
export function databaseError(error: unknown, statement = ""): VatioError {
  if (VatioError.is(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const options = { cause: error, details: { statement: statement.slice(0, SHOWN_CHARACTERS) } };
  if (isFatal(error)) {
    const message = `The database has failed for good: ${reason} Restart the hub; what was acknowledged is safe.`;
    return new VatioError("E_STORE_FATAL", message, { ...options, retryable: true });
  }
  return new VatioError("E_SQL_FAILED", `The database refused a statement: ${reason}`, options);
}

/** One connection to a DuckDB file. It takes one statement at a time: whoever shares it queues. */
export class SqlConnection implements Sql {
  /** The driver's own connection, for appenders. */
  readonly raw: DuckDBConnection;
  #closed = false;

  constructor(raw: DuckDBConnection) {
    this.raw = raw;
  }

  async all<T extends object>(statement: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    const result = await this.execute(statement, parameters);
    const rows = await result.getRowObjectsJS();
    return rows.map(fromDuckRow) as T[];
  }

  async run(statement: string, parameters: readonly SqlValue[] = []): Promise<void> {
    await this.execute(statement, parameters);
  }

  /** The driver's own result, for columns without a detour over objects. */
  async execute(statement: string, parameters: readonly SqlValue[] = []): Promise<DuckDBMaterializedResult> {
    if (this.#closed)
      throw new VatioError("E_STORE_CLOSED", "The database is closed. Try again when the hub is back.", {
        retryable: true,
      });
    try {
      if (parameters.length === 0) return await this.raw.run(statement);
      const pairs = parameters.map(bound);
      return await this.raw.run(
        statement,
        pairs.map(([value]) => value),
        pairs.map(([, type]) => type),
      );
    } catch (error) {
      throw databaseError(error, statement);
    }
  }

  /** Ends the statement that runs, from outside; it then throws. */
  interrupt(): void {
    if (!this.#closed) this.raw.interrupt();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.raw.disconnectSync();
  }
}

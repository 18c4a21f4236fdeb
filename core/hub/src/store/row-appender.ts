import type { DuckDBAppender } from "@duckdb/node-api";
import type { SqlValue } from "./types.js";

/** Kinds of columns of the small tables. */
export type ColumnKind = "TEXT" | "BIGINT" | "INTEGER" | "UTINYINT" | "DOUBLE" | "BOOLEAN" | "BLOB";

type Append = (appender: DuckDBAppender, value: never) => void;

const APPEND: Readonly<Record<ColumnKind, Append>> = {
  TEXT: (appender, value: string) => appender.appendVarchar(value),
  BIGINT: (appender, value: number) => appender.appendBigInt(BigInt(value)),
  INTEGER: (appender, value: number) => appender.appendInteger(value),
  UTINYINT: (appender, value: number) => appender.appendUTinyInt(value),
  DOUBLE: (appender, value: number) => appender.appendDouble(value),
  BOOLEAN: (appender, value: boolean) => appender.appendBoolean(value),
  BLOB: (appender, value: Uint8Array) => appender.appendBlob(value),
};

/** Appends single rows to a small table. */
export class RowAppender {
  readonly #appender: DuckDBAppender;
  readonly #kinds: readonly ColumnKind[];

  constructor(appender: DuckDBAppender, kinds: readonly ColumnKind[]) {
    this.#appender = appender;
    this.#kinds = kinds;
  }

  /** Appends rows and hands them to the transaction that is open. */
  write(rows: readonly (readonly SqlValue[])[]): void {
    for (const row of rows) this.#append(row);
    this.#appender.flushSync();
  }

  /** Forgets what was not flushed. */
  discard(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }

  #append(row: readonly SqlValue[]): void {
    for (const [i, kind] of this.#kinds.entries()) {
      const value = row[i] ?? null;
      if (value === null) this.#appender.appendNull();
      else APPEND[kind](this.#appender, value as never);
    }
    this.#appender.endRow();
  }
}

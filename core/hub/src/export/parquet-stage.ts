import { DOUBLE, type DuckDBAppender, DuckDBDataChunk } from "@duckdb/node-api";
import { sqlText } from "../sql/sql-text.js";
import type { SqlConnection } from "../store/sql-connection.js";
import { LocalTimes } from "./local-times.js";
import type { ExportRows, ExportTable } from "./types.js";

/** Rows of a data chunk. */
const CHUNK_ROWS = 2048;
const TABLE = "stage";

type Cells = (number | null)[];

/**
 * Rows on their way into a Parquet file, in the memory of a database of their own. All columns are numbers: texts are the same for many
 * rows and stand once in a list, by their position.
 */
export class ParquetStage {
  readonly #sql: SqlConnection;
  readonly #table: ExportTable;
  readonly #chunk: DuckDBDataChunk;
  /** Values of the text columns that came so far. */
  readonly #subjects = new Map<string, number>();
  readonly #texts: (readonly string[])[] = [];
  #rows = 0;

  constructor(sql: SqlConnection, table: ExportTable) {
    this.#sql = sql;
    this.#table = table;
    this.#chunk = DuckDBDataChunk.create(Array.from({ length: this.#width }, () => DOUBLE));
  }

  /** Rows that wait. */
  get rows(): number {
    return this.#rows;
  }

  /** Numbers that one row takes. */
  get #width(): number {
    return 1 + 2 * this.#table.times.length + this.#table.numbers.length;
  }

  get cells(): number {
    return this.#rows * this.#width;
  }

  async open(): Promise<void> {
    const columns = Array.from({ length: this.#width }, (_, i) => `c${i} DOUBLE`);
    await this.#sql.run(`CREATE OR REPLACE TABLE ${TABLE} (${columns.join(", ")})`);
    this.#rows = 0;
  }

  async add(rows: ExportRows): Promise<void> {
    const appender = await this.#sql.raw.createAppender(TABLE);
    const subject = this.#subjectOf(rows.texts);
    const local = new LocalTimes(rows.zone);
    for (let from = 0; from < rows.count; from += CHUNK_ROWS)
      this.#append(appender, { rows, subject, local, from, to: Math.min(rows.count, from + CHUNK_ROWS) });
    appender.closeSync();
    this.#rows += rows.count;
  }

  /** What a file is made of: named columns in the order in which rows came. */
  select(): string {
    const { times, texts, numbers } = this.#table;
    const columns = [
      ...times.flatMap((name, i) => [
        `epoch_ms(c${1 + 2 * i}::BIGINT)::TIMESTAMPTZ AS "${name}"`,
        `epoch_ms(c${2 + 2 * i}::BIGINT) AS "${name}_local"`,
      ]),
      ...texts.map((name, i) => `${this.#listOf(i)}[c0::BIGINT + 1] AS "${name}"`),
      ...numbers.map(({ name }, i) => `c${1 + 2 * times.length + i} AS "${name}"`),
    ];
    return `SELECT ${columns.join(", ")} FROM ${TABLE}`;
  }

  #listOf(text: number): string {
    return `[${this.#texts.map((values) => sqlText(values[text] ?? "")).join(", ") || "NULL::VARCHAR"}]`;
  }

  #subjectOf(texts: readonly string[]): number {
    const key = JSON.stringify(texts);
    const known = this.#subjects.get(key);
    if (known !== undefined) return known;
    this.#subjects.set(key, this.#texts.length);
    return this.#texts.push(texts) - 1;
  }

  #append(appender: DuckDBAppender, part: Part): void {
    const columns = chunkColumns(part);
    this.#chunk.reset();
    this.#chunk.rowCount = part.to - part.from;
    for (const [i, column] of columns.entries()) this.#chunk.setColumnValues(i, column);
    appender.appendDataChunk(this.#chunk);
  }
}

interface Part {
  readonly rows: ExportRows;
  readonly subject: number;
  readonly local: LocalTimes;
  readonly from: number;
  readonly to: number;
}

function chunkColumns({ rows, subject, local, from, to }: Part): Cells[] {
  const count = to - from;
  const cells = (column: ArrayLike<number> | undefined, change = (value: number): number => value): Cells =>
    Array.from({ length: count }, (_, i) => {
      const value = column?.[from + i];
      return value === undefined || !Number.isFinite(value) ? null : change(value);
    });
  return [
    Array.from({ length: count }, () => subject),
    ...rows.times.flatMap((column) => [cells(column), cells(column, (at) => local.wall(at))]),
    ...rows.numbers.map((column) => cells(column)),
  ];
}

import { createRequire } from "node:module";
import { BIGINT, DOUBLE, type DuckDBAppender, DuckDBDataChunk, INTEGER, UTINYINT } from "@duckdb/node-api";
import type { MetricName } from "@vatio/plugin-api";
import type { RowBuffer } from "./row-buffer.js";

type Vector = object;

/** The part of DuckDB's binding that copies columns as a whole; its public layer sets one value at a time, several times slower. */
interface Binding {
  data_chunk_get_vector(chunk: unknown, column: number): Vector;
  copy_data_to_vector(
    target: Vector,
    targetOffset: number,
    source: ArrayBufferLike,
    sourceOffset: number,
    bytes: number,
  ): void;
  vector_ensure_validity_writable(vector: Vector): void;
  copy_data_to_vector_validity(
    target: Vector,
    targetOffset: number,
    source: ArrayBufferLike,
    sourceOffset: number,
    bytes: number,
  ): void;
}

// It is a dependency of the public package, which therefore finds it wherever it was installed.
const fromHere = createRequire(import.meta.url);
const binding = createRequire(fromHere.resolve("@duckdb/node-api"))("@duckdb/node-bindings") as Binding;

/** Rows of a data chunk. */
const CHUNK_ROWS = 2048;
const FIXED_COLUMNS = 4;
const TWO_32 = 2 ** 32;

/** Appends buffered rows to one table, in the order of its columns: channel, at, arrival, origin, metrics. */
export class ChunkWriter {
  readonly #appender: DuckDBAppender;
  readonly #metrics: readonly MetricName[];
  readonly #chunk: DuckDBDataChunk;
  readonly #integers = new Int32Array(CHUNK_ROWS * 2);
  readonly #validity = new Uint8Array(CHUNK_ROWS / 8);

  constructor(appender: DuckDBAppender, metrics: readonly MetricName[]) {
    this.#appender = appender;
    this.#metrics = metrics;
    this.#chunk = DuckDBDataChunk.create([INTEGER, BIGINT, BIGINT, UTINYINT, ...metrics.map(() => DOUBLE)]);
  }

  /** Appends all rows and hands them to the transaction that is open. */
  write(buffer: RowBuffer): void {
    for (let from = 0; from < buffer.rows; from += CHUNK_ROWS)
      this.#writeChunk(buffer, from, Math.min(CHUNK_ROWS, buffer.rows - from));
    this.#appender.flushSync();
  }

  /** Forgets what was not flushed. */
  discard(): void {
    this.#appender.clear();
    this.#appender.closeSync();
  }

  #writeChunk(buffer: RowBuffer, from: number, rows: number): void {
    this.#chunk.reset();
    this.#chunk.rowCount = rows;
    this.#copy(0, buffer.channel, from, rows);
    this.#copyIntegers(1, buffer.at, from, rows);
    this.#copyIntegers(2, buffer.arrival, from, rows);
    this.#copy(3, buffer.origin, from, rows);
    for (const [i, metric] of this.#metrics.entries())
      this.#copyMetric(FIXED_COLUMNS + i, buffer.metrics.get(metric), from, rows);
    this.#appender.appendDataChunk(this.#chunk);
  }

  #vector(column: number): Vector {
    return binding.data_chunk_get_vector(this.#chunk.chunk, column);
  }

  #copy(column: number, source: Int32Array | Uint8Array | Float64Array, from: number, rows: number): void {
    const width = source.BYTES_PER_ELEMENT;
    binding.copy_data_to_vector(this.#vector(column), 0, source.buffer, source.byteOffset + from * width, rows * width);
  }

  /** As 64-bit integers in two halves, low first: a BigInt for each value would cost more than all the rest. */
  #copyIntegers(column: number, source: Float64Array, from: number, rows: number): void {
    for (let i = 0; i < rows; i++) {
      const value = source[from + i] as number;
      this.#integers[2 * i] = value | 0;
      this.#integers[2 * i + 1] = Math.floor(value / TWO_32);
    }
    this.#copy(column, this.#integers, 0, rows * 2);
  }

  #copyMetric(column: number, source: Float64Array | undefined, from: number, rows: number): void {
    this.#validity.fill(0);
    if (source) {
      for (let i = 0; i < rows; i++)
        if (!Number.isNaN(source[from + i]))
          this.#validity[i >> 3] = (this.#validity[i >> 3] as number) | (1 << (i & 7));
      this.#copy(column, source, from, rows);
    }
    const vector = this.#vector(column);
    binding.vector_ensure_validity_writable(vector);
    binding.copy_data_to_vector_validity(vector, 0, this.#validity.buffer, 0, Math.ceil(rows / 64) * 8);
  }
}

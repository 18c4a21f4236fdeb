import type { MetricName } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import type { CheckedBatch } from "./validate-batch.js";

const FIRST_CAPACITY = 256;

function grown(old: Float64Array, capacity: number, fill?: number): Float64Array<ArrayBuffer> {
  const array = new Float64Array(capacity);
  if (fill !== undefined) array.fill(fill, old.length);
  array.set(old);
  return array;
}

/** Rows of one table that wait for the next group commit, as columns. NaN means absent. */
export class RowBuffer {
  #capacity = FIRST_CAPACITY;
  #rows = 0;
  #channel = new Int32Array(FIRST_CAPACITY);
  #origin = new Uint8Array(FIRST_CAPACITY);
  #at = new Float64Array(FIRST_CAPACITY);
  #arrival = new Float64Array(FIRST_CAPACITY);
  readonly #metrics = new Map<MetricName, Float64Array>();
  /** Newest row of each channel. */
  readonly #lastRow = new Map<number, number>();

  get rows(): number {
    return this.#rows;
  }

  get channel(): Int32Array {
    return this.#channel;
  }

  get origin(): Uint8Array {
    return this.#origin;
  }

  get at(): Float64Array {
    return this.#at;
  }

  get arrival(): Float64Array {
    return this.#arrival;
  }

  get metrics(): ReadonlyMap<MetricName, Float64Array> {
    return this.#metrics;
  }

  /**
   * Appends rows [from, to) of a batch; their arrival numbers rise from `arrival` on. A single row of the channel's newest instant, with
   * values that are not held yet, fills that row up: devices that send one value a message make rows as wide as others.
   */
  append(batch: CheckedBatch, from: number, to: number, arrival: number): void {
    const count = to - from;
    if (count === 1 && this.#fillsUp(batch, from)) return;
    const start = this.#rows;
    this.#reserve(start + count);
    this.#channel.fill(batch.number, start, start + count);
    this.#origin.fill(batch.originCode, start, start + count);
    for (let i = 0; i < count; i++) {
      this.#at[start + i] = batch.at[from + i] as number;
      this.#arrival[start + i] = arrival + i;
    }
    for (let m = 0; m < batch.names.length; m++)
      this.#appendColumn(batch.names[m] as MetricName, batch.values[m] as Float64Array, from, count);
    this.#rows = start + count;
    this.#lastRow.set(batch.number, this.#rows - 1);
  }

  #fillsUp({ number, originCode, at, names, values }: CheckedBatch, from: number): boolean {
    const row = this.#lastRow.get(number);
    if (row === undefined || this.#at[row] !== at[from] || this.#origin[row] !== originCode) return false;
    for (let m = 0; m < names.length; m++) {
      const value = (values[m] as Float64Array)[from] as number;
      if (!Number.isNaN(value)) this.#column(names[m] as MetricName)[row] = value;
    }
    return true;
  }

  #column(name: MetricName): Float64Array {
    return getOrMake(this.#metrics, name, () => new Float64Array(this.#capacity).fill(Number.NaN));
  }

  #appendColumn(name: MetricName, values: Float64Array, from: number, count: number): void {
    const column = this.#column(name);
    const start = this.#rows;
    for (let i = 0; i < count; i++) column[start + i] = values[from + i] as number;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    while (this.#capacity < rows) this.#capacity *= 2;
    this.#at = grown(this.#at, this.#capacity);
    this.#arrival = grown(this.#arrival, this.#capacity);
    const [channel, origin] = [this.#channel, this.#origin];
    this.#channel = new Int32Array(this.#capacity);
    this.#channel.set(channel);
    this.#origin = new Uint8Array(this.#capacity);
    this.#origin.set(origin);
    for (const [name, column] of this.#metrics) this.#metrics.set(name, grown(column, this.#capacity, Number.NaN));
  }
}

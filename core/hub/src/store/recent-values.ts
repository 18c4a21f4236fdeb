import type { MetricName } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import type { CheckedBatch } from "./validate-batch.js";

/** Instants of a channel that are kept at least, once there were so many. */
const KEPT_INSTANTS = 128;
const FIRST_CAPACITY = 8;
const FULL_CAPACITY = 2 * KEPT_INSTANTS;

/** Values of one instant of a channel that the store holds already. */
export interface HeldRow {
  get(metric: MetricName): number | undefined;
  set(metric: MetricName, value: number): void;
}

/** The newest instants of one channel with their values, ascending. */
class ChannelWindow {
  /** From this instant on the window knows every row that the store holds. */
  knownFrom: number;
  /** Newest instant that the store holds. */
  newest: number;
  #size = 0;
  #at: Float64Array = new Float64Array(FIRST_CAPACITY);
  readonly #columns = new Map<MetricName, Float64Array>();

  constructor(newest: number) {
    this.newest = newest;
    this.knownFrom = newest === Number.NEGATIVE_INFINITY ? newest : newest + 1;
  }

  row(at: number): HeldRow | undefined {
    const position = this.#position(at);
    if (this.#at[position] !== at || position >= this.#size) return undefined;
    return {
      get: (metric) => {
        const value = this.#columns.get(metric)?.[position];
        return value === undefined || Number.isNaN(value) ? undefined : value;
      },
      set: (metric, value) => {
        this.#column(metric)[position] = value;
      },
    };
  }

  /** Rows that are all newer than any before. */
  append(batch: CheckedBatch, from: number, to: number): void {
    const first = Math.max(from, to - KEPT_INSTANTS);
    if (first > from) this.#forgetAll((batch.at[first - 1] as number) + 1);
    this.#makeRoom(to - first);
    const start = this.#size;
    for (let i = first; i < to; i++) this.#at[start + i - first] = batch.at[i] as number;
    for (let m = 0; m < batch.names.length; m++) {
      const column = this.#column(batch.names[m] as MetricName);
      const values = batch.values[m] as Float64Array;
      for (let i = first; i < to; i++) column[start + i - first] = values[i] as number;
    }
    this.#size = start + to - first;
    this.newest = batch.at[to - 1] as number;
  }

  /** A new, empty row at any place. Nothing is forgotten for it until `trim`: whoever decides about more rows must still see all. */
  insert(at: number): HeldRow | undefined {
    if (at < this.knownFrom) return undefined;
    if (this.#size === this.#at.length) this.#resize(2 * this.#size);
    const position = this.#position(at);
    this.#at.copyWithin(position + 1, position, this.#size);
    this.#at[position] = at;
    for (const column of this.#columns.values()) {
      column.copyWithin(position + 1, position, this.#size);
      column[position] = Number.NaN;
    }
    this.#size++;
    this.newest = Math.max(this.newest, at);
    return this.row(at);
  }

  /** Forgets the oldest rows when there are too many. */
  trim(): void {
    if (this.#size <= FULL_CAPACITY) return;
    this.#forget(this.#size - KEPT_INSTANTS);
    this.#resize(FULL_CAPACITY);
  }

  /** Index of the first instant that is not before. */
  #position(at: number): number {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#at[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #column(metric: MetricName): Float64Array {
    return getOrMake(this.#columns, metric, () => new Float64Array(this.#at.length).fill(Number.NaN));
  }

  #forgetAll(knownFrom: number): void {
    this.knownFrom = knownFrom;
    this.#size = 0;
    for (const column of this.#columns.values()) column.fill(Number.NaN);
  }

  #makeRoom(count: number): void {
    const wanted = this.#size + count;
    let capacity = this.#at.length;
    while (capacity < wanted && capacity < FULL_CAPACITY) capacity *= 2;
    if (capacity > this.#at.length) this.#resize(capacity);
    if (wanted > this.#at.length) this.#forget(wanted - KEPT_INSTANTS);
  }

  #resize(capacity: number): void {
    const resized = (old: Float64Array, fill: number): Float64Array => {
      const array = new Float64Array(capacity).fill(fill);
      array.set(old.subarray(0, this.#size));
      return array;
    };
    this.#at = resized(this.#at, 0);
    for (const [metric, column] of this.#columns) this.#columns.set(metric, resized(column, Number.NaN));
  }

  #forget(oldest: number): void {
    const count = Math.min(oldest, this.#size);
    this.knownFrom = (this.#at[count - 1] as number) + 1;
    this.#at.copyWithin(0, count, this.#size);
    for (const column of this.#columns.values()) {
      column.copyWithin(0, count, this.#size);
      column.fill(Number.NaN, this.#size - count);
    }
    this.#size -= count;
  }
}

/** What each channel holds of late, so that a redelivered or a differing value is recognised without a query. */
export class RecentValues {
  readonly #windows = new Map<number, ChannelWindow>();

  /** Forgets the rows of a channel, of which the store holds some up to an instant (-Infinity: none). */
  reset(channel: number, newest: number): void {
    if (newest === Number.NEGATIVE_INFINITY) this.#windows.delete(channel);
    else this.#windows.set(channel, new ChannelWindow(newest));
  }

  /** Newest instant that the store holds of a channel. */
  newest(channel: number): number {
    return this.#windows.get(channel)?.newest ?? Number.NEGATIVE_INFINITY;
  }

  /** From this instant on every row of the channel is known here. */
  knownFrom(channel: number): number {
    return this.#windows.get(channel)?.knownFrom ?? Number.NEGATIVE_INFINITY;
  }

  row(channel: number, at: number): HeldRow | undefined {
    return this.#windows.get(channel)?.row(at);
  }

  /** Notes rows that are all newer than any of the channel. */
  append(batch: CheckedBatch, from: number, to: number): void {
    this.#window(batch.number).append(batch, from, to);
  }

  /** Notes a row at an instant that is not there yet. @returns undefined when it is too old to be kept */
  insert(channel: number, at: number): HeldRow | undefined {
    return this.#window(channel).insert(at);
  }

  /** Forgets what is too much; call when a decision is made. */
  trim(channel: number): void {
    this.#windows.get(channel)?.trim();
  }

  #window(channel: number): ChannelWindow {
    return getOrMake(this.#windows, channel, () => new ChannelWindow(Number.NEGATIVE_INFINITY));
  }
}

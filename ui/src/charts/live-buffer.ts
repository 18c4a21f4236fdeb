import type { Column } from "../data/api.js";

const SLOT_MS = 1_000;
/** Instant of a slot that holds nothing. */
const EMPTY = Number.NEGATIVE_INFINITY;

/**
 * The last minutes of several lines, one value per second: readings of different channels come at different instants
 * and share one column of time. Old seconds fall out.
 */
export class LiveBuffer {
  readonly #slots: number;
  readonly #at: Float64Array;
  readonly #columns: readonly Float64Array[];
  #newest = 0;

  constructor({ lines, spanMs }: { readonly lines: number; readonly spanMs: number }) {
    this.#slots = Math.ceil(spanMs / SLOT_MS) + 2;
    this.#at = new Float64Array(this.#slots).fill(EMPTY);
    this.#columns = Array.from({ length: lines }, () => new Float64Array(this.#slots).fill(Number.NaN));
  }

  /** When the newest value was measured; 0 when there is none. */
  get newest(): number {
    return this.#newest;
  }

  push(line: number, at: number, value: number): void {
    const second = Math.floor(at / SLOT_MS);
    const slot = second % this.#slots;
    const start = second * SLOT_MS;
    const known = this.#at[slot] ?? EMPTY;
    if (known > start) return;
    if (known < start) {
      this.#at[slot] = start;
      for (const column of this.#columns) column[slot] = Number.NaN;
    }
    const column = this.#columns[line];
    if (column) column[slot] = value;
    this.#newest = Math.max(this.#newest, at);
  }

  /** The seconds of a range that hold a value of any line, ascending, with the value of each line. */
  read(from: number, to: number): { readonly at: number[]; readonly columns: Column[] } {
    const order = [...this.#at.keys()]
      .filter((slot) => (this.#at[slot] ?? EMPTY) >= from && (this.#at[slot] ?? EMPTY) <= to)
      .sort((a, b) => (this.#at[a] ?? EMPTY) - (this.#at[b] ?? EMPTY));
    const pick = (column: Float64Array): Column =>
      order.map((slot) => {
        const value = column[slot] ?? Number.NaN;
        return Number.isNaN(value) ? null : value;
      });
    return { at: order.map((slot) => this.#at[slot] ?? EMPTY), columns: this.#columns.map(pick) };
  }
}

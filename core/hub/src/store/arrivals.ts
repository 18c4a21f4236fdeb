import type { Generation } from "./generation.js";
import { putMeta, readMeta } from "./store-meta.js";
import type { Sql } from "./types.js";

const KEY = "arrivals.reserved";
/** Numbers that are reserved at a time: a start skips at most so many, of 2^53. */
const BLOCK = 10_000_000;
/** So many before the end of the block, the next one is reserved. */
const RESERVE_EARLY = 1_000_000;

/** Numbers of rows and messages in the order of their arrival: they rise for ever, over restarts as well. */
export class Arrivals {
  #next: number;
  #reserved: number;

  private constructor(next: number) {
    this.#next = next;
    this.#reserved = next;
  }

  /** Continues above everything that any earlier run can have used. */
  static async open(sql: Sql): Promise<Arrivals> {
    return new Arrivals(Number((await readMeta(sql, KEY)) ?? 1));
  }

  /** The last number that was given. */
  get last(): number {
    return this.#next - 1;
  }

  /** Gives numbers to rows of a generation, which also reserves the next block when it is time. @returns the first of them */
  take(count: number, generation: Generation): number {
    const first = this.#next;
    this.#next += count;
    generation.lastArrival = this.#next - 1;
    if (this.#next > this.#reserved - RESERVE_EARLY) this.#reserve(generation);
    return first;
  }

  #reserve(generation: Generation): void {
    const before = this.#reserved;
    this.#reserved = this.#next + BLOCK;
    generation.statements.push(putMeta(KEY, String(this.#reserved)));
    generation.onFailure(() => {
      this.#reserved = before;
    });
  }
}

import { breakGaps } from "../../charts/break-gaps.js";
import { Cadence } from "../../charts/cadence.js";
import { LiveBuffer } from "../../charts/live-buffer.js";
import type { Column, Series } from "../../data/api.js";

/** Distance that is usual as long as nobody knows better: a pause is not called a gap before its pace is known. */
const UNKNOWN_INTERVAL_MS = 60_000;

/** What the lines of a live chart show. */
export interface LivePicture {
  readonly at: readonly number[];
  readonly columns: readonly Column[];
  /** Usual distance between readings. */
  readonly intervalMs: number;
}

/**
 * The last minutes of several lines: what the hub kept, then what arrives. The hub answers with buckets, and a bucket
 * without a reading holds the one that still stands. Such a value draws a line, but only readings tell the pace.
 */
export class LiveTrace {
  readonly #buffer: LiveBuffer;
  readonly #cadence = new Cadence();

  constructor(options: { readonly lines: number; readonly spanMs: number }) {
    this.#buffer = new LiveBuffer(options);
  }

  /** When the newest value was measured; 0 when there is none. */
  get newest(): number {
    return this.#buffer.newest;
  }

  /** How often the first line gets a reading, in milliseconds; undefined until that is seen. */
  get interval(): number | undefined {
    return this.#cadence.interval;
  }

  /** Adds what is stored of a line. */
  fill(line: number, { at, metrics }: Series): void {
    this.#push(line, at, metrics[0]?.avg ?? []);
  }

  /** Adds readings of a line as they arrive. */
  receive(line: number, at: readonly number[], values: Column): void {
    this.#push(line, at, values);
    if (line !== 0) return;
    for (const [index, value] of values.entries()) {
      const instant = at[index];
      if (value !== null && instant !== undefined) this.#cadence.add(instant);
    }
  }

  /** What lies in a range, with a row without values in every gap. */
  read(from: number, to: number): LivePicture {
    const { at, columns } = this.#buffer.read(from, to);
    const intervalMs = this.interval ?? UNKNOWN_INTERVAL_MS;
    return { ...breakGaps(at, columns, intervalMs), intervalMs };
  }

  #push(line: number, at: readonly number[], values: Column): void {
    for (const [index, value] of values.entries()) {
      const instant = at[index];
      if (value !== null && instant !== undefined) this.#buffer.push(line, instant, value);
    }
  }
}

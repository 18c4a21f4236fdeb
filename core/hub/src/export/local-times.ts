import { offsetAt, SLOT_MS } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";

const MINUTE = 60_000;
const pad = (n: number): string => String(n).padStart(2, "0");

/** `+02:00`, `-03:30`, `Z` is written as `+00:00`. */
function offsetText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / MINUTE);
  return `${ms < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

/** Times of a zone for rows that come in order: offsets change on quarters of an hour only, so each quarter asks once. */
export class LocalTimes {
  readonly #zone: string;
  #slot = Number.NaN;
  #offset = 0;
  #text = "";

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** What the clock on the wall shows, in milliseconds as if it were UTC. */
  wall(at: number): number {
    return at + this.#offsetAt(at);
  }

  /** ISO 8601 with the offset: `2026-03-29T03:00:00.000+02:00`. */
  iso(at: number): string {
    return new Date(this.wall(at)).toISOString().replace("Z", this.#text);
  }

  #offsetAt(at: number): number {
    const slot = Math.floor(at / SLOT_MS);
    if (slot !== this.#slot) {
      this.#slot = slot;
      this.#offset = offsetAt(at as Instant, this.#zone);
      this.#text = offsetText(this.#offset);
    }
    return this.#offset;
  }
}

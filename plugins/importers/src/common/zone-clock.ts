import { isZone, offsetAt } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";

/** What a wall-clock time is in instants: none doubtful, one that was skipped, or two. */
export interface LocalInstants {
  /** Ascending; one, or two in the hour that a clock change repeats. */
  readonly instants: readonly number[];
  /** The clock change leaves this time out; the instant is that of the clock before it. */
  readonly skipped: boolean;
}

const FIXED = /^(?:UTC|GMT|Z)?(?:([+-])(\d{1,2})(?::?(\d{2}))?)?$/i;

/** Offset in ms of `UTC`, `Z`, `+10:00`, `UTC-3`; undefined for everything else. */
export function fixedOffset(zone: string): number | undefined {
  const match = FIXED.exec(zone.trim());
  if (!match || zone.trim() === "") return undefined;
  const [, sign = "+", hours = "0", minutes = "0"] = match;
  const span = Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  return Number(hours) > 18 || Number(minutes) > 59 ? undefined : (sign === "-" ? -1 : 1) * span;
}

/** Whether times can be understood in this zone: an IANA name or a fixed offset. */
export const isKnownZone = (zone: string): boolean => fixedOffset(zone) !== undefined || isZone(zone);

/** All clock changes lie on multiples of it, in local time and in UTC. */
const BLOCK = 900_000;
const MAX_BLOCKS = 50_000;
const DAY = 86_400_000;

/** Instants of wall-clock times in a zone, remembered by quarter of an hour. */
export class ZoneClock {
  readonly #zone: string;
  readonly #fixed: number | undefined;
  readonly #blocks = new Map<number, { readonly offsets: readonly number[]; readonly skipped: boolean }>();

  /** @param zone an IANA name or a fixed offset; the caller has checked it with `isKnownZone` */
  constructor(zone: string) {
    this.#zone = zone.trim();
    this.#fixed = fixedOffset(zone);
  }

  /** @param local wall-clock time in ms, as if it were UTC */
  instants(local: number): LocalInstants {
    if (this.#fixed !== undefined) return { instants: [local - this.#fixed], skipped: false };
    const { offsets, skipped } = this.#block(Math.floor(local / BLOCK) * BLOCK);
    return { instants: offsets.map((offset) => local - offset), skipped };
  }

  #block(begin: number): { readonly offsets: readonly number[]; readonly skipped: boolean } {
    let block = this.#blocks.get(begin);
    if (!block) {
      if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear();
      block = this.#find(begin);
      this.#blocks.set(begin, block);
    }
    return block;
  }

  #find(local: number): { readonly offsets: readonly number[]; readonly skipped: boolean } {
    const before = offsetAt((local - DAY) as Instant, this.#zone);
    const after = offsetAt((local + DAY) as Instant, this.#zone);
    const offsets = [...new Set([before, after])].filter(
      (offset) => offsetAt((local - offset) as Instant, this.#zone) === offset,
    );
    if (offsets.length === 0) return { offsets: [before], skipped: true };
    // The larger offset is the earlier instant.
    return { offsets: offsets.sort((a, b) => b - a), skipped: false };
  }
}

/**
 * Tells the two passes of a repeated hour apart by the order of the rows: rising or falling, each row lies beyond the one before it.
 */
export class LocalOrder {
  #last: { readonly at: number; readonly local: number; readonly doubtful: boolean } | undefined;
  #falling = false;

  /** The one of the instants of a wall-clock time that continues the order. */
  choose(local: number, instants: readonly number[]): number {
    const [first = Number.NaN, second = first] = instants;
    const last = this.#last;
    // Within the repeated hour the wall clock goes back by itself.
    if (last && !last.doubtful && local !== last.local) this.#falling = local < last.local;
    const at = last === undefined || second === first ? first : this.#continue(first, second, last.at);
    this.#last = { at, local, doubtful: second !== first };
    return at;
  }

  #continue(first: number, second: number, last: number): number {
    if (this.#falling) return second < last ? second : first;
    return first > last ? first : second;
  }
}

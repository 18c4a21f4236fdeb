import { MAX_REMEMBERED } from "./limits.js";
import { unreadable } from "./unreadable.js";

/** What is known of an instant: nothing, the same values, or others. */
export type Seen = "new" | "repeat" | "conflict";

interface Day {
  /** Offsets within the day in ms, ascending, and a hash of the values of each. */
  offsets: Int32Array;
  hashes: Uint16Array;
  /** What came since, by offset. */
  fresh: Map<number, number>;
}

const DAY_MS = 86_400_000;

/** Entries of a day that are packed when rows go on to another day: small pieces of work, as long as rows are in order. */
const PACK_DAY_AT = 256;

/** Entries that wait, at least, before all are packed; the more there are, the rarer, so that any order costs little. */
const PACK_AT = 100_000;
const SHARE = 8;

const emptyDay = (): Day => ({ offsets: new Int32Array(), hashes: new Uint16Array(), fresh: new Map() });

/** Remembers which instants were told, with what values, in few bytes each; rows may come in any order. */
export class InstantMemory {
  readonly #days = new Map<number, Day>();
  readonly #waiting = new Set<Day>();
  #last: Day | undefined;
  #fresh = 0;
  #size = 0;

  /** Remembers an instant and says whether it was known. Values that differ hash alike in one of 65,536 cases. */
  note(at: number, values: readonly number[]): Seen {
    const number = Math.floor(at / DAY_MS);
    const day = this.#day(number);
    if (day !== this.#last) this.#leave(day);
    const offset = at - number * DAY_MS;
    const hash = hashOf(values);
    const known = day.fresh.get(offset) ?? packed(day, offset);
    if (known !== undefined) return known === hash ? "repeat" : "conflict";
    this.#remember(day, offset, hash);
    return "new";
  }

  #day(number: number): Day {
    let day = this.#days.get(number);
    if (!day) {
      day = emptyDay();
      this.#days.set(number, day);
    }
    return day;
  }

  #leave(next: Day): void {
    const day = this.#last;
    this.#last = next;
    if (!day || day.fresh.size < Math.max(PACK_DAY_AT, day.offsets.length / SHARE)) return;
    this.#fresh -= day.fresh.size;
    this.#waiting.delete(day);
    packDay(day);
  }

  #remember(day: Day, offset: number, hash: number): void {
    day.fresh.set(offset, hash);
    this.#waiting.add(day);
    this.#size += 1;
    this.#fresh += 1;
    if (this.#size > MAX_REMEMBERED) {
      throw unreadable(`The file has more than ${MAX_REMEMBERED} different instants. Split it and import the parts.`);
    }
    if (this.#fresh >= Math.max(PACK_AT, this.#size / SHARE)) this.#pack();
  }

  #pack(): void {
    for (const day of this.#waiting) packDay(day);
    this.#waiting.clear();
    this.#fresh = 0;
  }
}

function packDay(day: Day): void {
  const merged = [...day.fresh];
  for (const [index, offset] of day.offsets.entries()) merged.push([offset, day.hashes[index] ?? 0]);
  merged.sort(([a], [b]) => a - b);
  day.offsets = Int32Array.from(merged, ([offset]) => offset);
  day.hashes = Uint16Array.from(merged, ([, hash]) => hash);
  day.fresh = new Map();
}

function packed({ offsets, hashes }: Day, offset: number): number | undefined {
  let low = 0;
  let high = offsets.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = offsets[middle] ?? 0;
    if (found === offset) return hashes[middle];
    if (found < offset) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

const scratch = new DataView(new ArrayBuffer(8));

/** 16 bits of FNV-1a over the words of the values. */
function hashOf(values: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const value of values) {
    scratch.setFloat64(0, value);
    hash = Math.imul(hash ^ scratch.getInt32(0), 0x01000193);
    hash = Math.imul(hash ^ scratch.getInt32(4), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & 0xffff;
}

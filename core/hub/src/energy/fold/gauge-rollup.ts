import { SLOT_MS } from "@vatio/model";
import { minutes, seconds } from "@vatio/plugin-api";

/** A metric over one slot. */
export interface RollupRow {
  readonly slot: number;
  readonly lowest: number;
  /** Each reading weighs as long as it stood. */
  readonly mean: number;
  readonly highest: number;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  /** Share of the slot for which a reading stood. */
  readonly coverage: number;
}

/** A slot that is not final yet. */
type Entry = [
  lowest: number,
  highest: number,
  first: number,
  last: number,
  rows: number,
  sum: number,
  area: number,
  ms: number,
];

/** JSON. */
export interface GaugeState {
  readonly at: number;
  readonly value: number;
  /** The last spacings of readings, in ms. */
  readonly gaps: readonly number[];
  readonly slots: readonly (readonly [slot: number, ...entry: Entry])[];
}

/** A reading always stands so long, */
const SHORTEST_BRIDGE = seconds(90);
/** and never longer. */
export const LONGEST_BRIDGE = minutes(30);
/** Spacings that are remembered: few, so that what came long ago has no say and a recomputation soon joins what is stored. */
const GAPS = 4;

/**
 * Rolls one metric up by slots, in order of time. A reading stands until the next one, when that comes within twice the longest of the last
 * spacings (but at least 90 s and at most 30 min); else for the shortest of them, and then nothing is known.
 */
export class GaugeRollup {
  readonly #slots = new Map<number, Entry>();
  readonly #gaps: number[];
  #at: number;
  #value: number;

  constructor(at: number, value: number, state?: GaugeState) {
    this.#at = state?.at ?? at;
    this.#value = state?.value ?? value;
    this.#gaps = [...(state?.gaps ?? [])];
    for (const [slot, ...entry] of state?.slots ?? []) this.#slots.set(slot, entry);
    if (!state) this.#note(at, value);
  }

  static resume(state: GaugeState): GaugeRollup {
    return new GaugeRollup(state.at, state.value, state);
  }

  get at(): number {
    return this.#at;
  }

  /** Takes the next reading. @returns the slots that are final now */
  read(at: number, value: number): readonly RollupRow[] {
    this.#stand(this.#standsUntil(at));
    if (this.#gaps.push(Math.min(at - this.#at, LONGEST_BRIDGE)) > GAPS) this.#gaps.shift();
    this.#at = at;
    this.#value = value;
    const closed = this.#close(Math.floor(at / SLOT_MS));
    this.#note(at, value);
    return closed;
  }

  /** No reading came for longer than any stands. @returns the slots, all final now */
  end(): readonly RollupRow[] {
    this.#stand(this.#standsUntil(Number.POSITIVE_INFINITY));
    return this.#close(Number.POSITIVE_INFINITY);
  }

  /** Begin of what is not final. */
  get openFrom(): number {
    return Math.min(...this.#slots.keys());
  }

  state(): GaugeState {
    return {
      at: this.#at,
      value: this.#value,
      gaps: [...this.#gaps],
      slots: [...this.#slots].map(([slot, entry]) => [slot, ...entry]),
    };
  }

  #standsUntil(next: number): number {
    const bridge = Math.min(LONGEST_BRIDGE, Math.max(SHORTEST_BRIDGE, 2 * Math.max(0, ...this.#gaps)));
    if (next - this.#at <= bridge) return next;
    return this.#at + (this.#gaps.length > 0 ? Math.min(SHORTEST_BRIDGE, ...this.#gaps) : 0);
  }

  #stand(until: number): void {
    for (let from = this.#at; from < until; ) {
      const slot = Math.floor(from / SLOT_MS);
      const to = Math.min(until, (slot + 1) * SLOT_MS);
      const value = this.#value;
      const entry = this.#entry(slot, value);
      entry[6] += value * (to - from);
      entry[7] += to - from;
      from = to;
    }
  }

  #note(at: number, value: number): void {
    const entry = this.#entry(Math.floor(at / SLOT_MS), value);
    if (entry[4] === 0) entry[2] = value;
    entry[3] = value;
    entry[4] += 1;
    entry[5] += value;
  }

  #entry(slot: number, value: number): Entry {
    let entry = this.#slots.get(slot);
    if (!entry) {
      entry = [value, value, value, value, 0, 0, 0, 0];
      this.#slots.set(slot, entry);
    }
    if (value < entry[0]) entry[0] = value;
    if (value > entry[1]) entry[1] = value;
    return entry;
  }

  #close(before: number): readonly RollupRow[] {
    if (this.#slots.size === 0) return NONE;
    const rows: RollupRow[] = [];
    for (const [slot, entry] of this.#slots) {
      if (slot >= before) continue;
      rows.push(rowOf(slot, entry));
      this.#slots.delete(slot);
    }
    return rows;
  }
}

const NONE: readonly RollupRow[] = [];

const rowOf = (slot: number, [lowest, highest, first, last, rows, sum, area, ms]: Entry): RollupRow => {
  const mean = ms > 0 ? area / ms : sum / rows;
  return {
    slot,
    lowest,
    // Rounding may push it beyond the extremes.
    mean: Math.min(highest, Math.max(lowest, mean)),
    highest,
    first,
    last,
    rows,
    coverage: Math.min(1, ms / SLOT_MS),
  };
};

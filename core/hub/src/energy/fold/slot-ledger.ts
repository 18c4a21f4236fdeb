import { type EnergyDelta, SLOT_MS } from "@vatio/model";
import { days, Quality } from "@vatio/plugin-api";

/** Energy of one slot of a channel. NaN where nothing is known. */
export interface SlotRow {
  readonly slot: number;
  readonly importWh: number;
  readonly exportWh: number;
  /** Share that was measured, 0 to 1. */
  readonly coverage: number;
  /** Bit set of `Quality`. */
  readonly quality: number;
}

/** What is known of a slot so far: energy and measured milliseconds of both directions, quality. Null: nothing. */
type Entry = [importWh: number | null, exportWh: number | null, importMs: number, exportMs: number, quality: number];

/** Slots that later readings may still change, as JSON. */
export type SlotLedgerState = readonly (readonly [slot: number, ...entry: Entry])[];

/** Energy over a longer span is spread over the end of it: nobody knows anything of years without a reading. */
const LONGEST_SPREAD = days(730);

/** Spreads energy over the slots of its span, evenly, and keeps the slots until they are final. */
export class SlotLedger {
  readonly #entries = new Map<number, Entry>();
  #lastSlot = Number.NaN;
  #last: Entry | undefined;

  constructor(state: SlotLedgerState = []) {
    for (const [slot, ...entry] of state) this.#entries.set(slot, entry);
  }

  /** Books energy. `origin`: more bits of `Quality` for the slots that it touches. */
  add(delta: EnergyDelta, origin: number): void {
    const to = delta.to;
    const from = Math.max(delta.from, to - LONGEST_SPREAD);
    if (from === to) {
      this.#book(Math.floor(from / SLOT_MS), delta, { wh: delta.wh, ms: 0, origin });
      return;
    }
    const last = Math.ceil(to / SLOT_MS) - 1;
    const perMs = delta.wh / (to - from);
    for (let slot = Math.floor(from / SLOT_MS); slot <= last; slot++) {
      const ms = Math.min(to, (slot + 1) * SLOT_MS) - Math.max(from, slot * SLOT_MS);
      const whole = ms === to - from;
      this.#book(slot, delta, { wh: whole ? delta.wh : perMs * ms, ms, origin });
    }
  }

  /** Takes the slots before one out, in order: they are final. */
  close(before: number): SlotRow[] {
    const slots = [...this.#entries.keys()].filter((slot) => slot < before).sort((a, b) => a - b);
    const rows = slots.map((slot) => rowOf(slot, this.#entries.get(slot) as Entry));
    for (const slot of slots) this.#entries.delete(slot);
    this.#last = undefined;
    this.#lastSlot = Number.NaN;
    return rows;
  }

  /** The earliest slot that it holds; Infinity for none. */
  get first(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const slot of this.#entries.keys()) if (slot < first) first = slot;
    return first;
  }

  /** The slots that are not final, in order. */
  rows(): SlotRow[] {
    return this.state().map(([slot, ...entry]) => rowOf(slot, entry));
  }

  state(): SlotLedgerState {
    return [...this.#entries].sort(([a], [b]) => a - b).map(([slot, entry]) => [slot, ...entry]);
  }

  #book(slot: number, delta: EnergyDelta, { wh, ms, origin }: { wh: number; ms: number; origin: number }): void {
    const entry = this.#entryOf(slot);
    const side = delta.direction === "import" ? 0 : 1;
    entry[side] = (entry[side] ?? 0) + wh;
    if (isCovered(delta)) entry[side === 0 ? 2 : 3] += ms;
    entry[4] |= (delta.estimated ? Quality.estimated : Quality.measured) | origin;
  }

  #entryOf(slot: number): Entry {
    if (slot === this.#lastSlot && this.#last) return this.#last;
    const entry = this.#entries.get(slot) ?? [null, null, 0, 0, 0];
    this.#entries.set(slot, entry);
    this.#lastSlot = slot;
    this.#last = entry;
    return entry;
  }
}

/** Integrated power is worked out as an amount, yet somebody looked all the time. */
const isCovered = ({ estimated, reason }: EnergyDelta): boolean => !estimated || reason === "integrated";

const rowOf = (slot: number, [importWh, exportWh, importMs, exportMs, quality]: Entry): SlotRow => ({
  slot,
  importWh: importWh ?? Number.NaN,
  exportWh: exportWh ?? Number.NaN,
  // Both registers tell of the same time.
  coverage: Math.min(1, Math.max(importMs, exportMs) / SLOT_MS),
  quality,
});

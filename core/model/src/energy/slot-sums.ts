import { type Instant, SLOT_MS, type SlotIndex } from "../time/instant.js";
import type { EnergyDelta } from "./types.js";

/** Energy of one 15-minute slot. */
export interface SlotSum {
  readonly slot: SlotIndex;
  /** In Wh; NaN when nothing is known of the direction. */
  readonly importWh: number;
  readonly exportWh: number;
  /** Share of the slot during which something was measured, 0 to 1. Integrated power counts, gaps do not. */
  readonly coverage: number;
  /** The given bits: some of it was measured, some of it was estimated. */
  readonly quality: number;
}

/** Bits that tell where energy comes from, as `Quality` of the plugin contract numbers them. */
export interface SlotQualityBits {
  readonly measured: number;
  readonly estimated: number;
}

interface OpenSlot {
  importWh: number;
  exportWh: number;
  importMs: number;
  exportMs: number;
  quality: number;
}

/** Spreads energy over 15-minute slots, evenly within each delta. The slots of a delta add up to it exactly, but for the last binary digit. */
export class SlotSums {
  readonly #bits: SlotQualityBits;
  readonly #slots = new Map<number, OpenSlot>();

  constructor(bits: SlotQualityBits = { measured: 1, estimated: 2 }) {
    this.#bits = bits;
  }

  /** Slots that hold something. */
  get size(): number {
    return this.#slots.size;
  }

  add(delta: EnergyDelta): void {
    const { from, to, wh } = delta;
    const last = Math.max(Math.floor(from / SLOT_MS), Math.ceil(to / SLOT_MS) - 1);
    let left = wh;
    for (let slot = Math.floor(from / SLOT_MS); slot < last; slot++) {
      const ms = (slot + 1) * SLOT_MS - Math.max(from, slot * SLOT_MS);
      const part = (wh * ms) / (to - from);
      left -= part;
      this.#put(slot, delta, part, ms);
    }
    this.#put(last, delta, Math.max(0, left), to - Math.max(from, last * SLOT_MS));
  }

  /** One slot; undefined when nothing is known of it. */
  get(slot: SlotIndex): SlotSum | undefined {
    const open = this.#slots.get(slot);
    return open && sumOf(slot, open);
  }

  /** Every slot, ascending. */
  all(): SlotSum[] {
    return this.#ascending().map(([slot, open]) => sumOf(slot as SlotIndex, open));
  }

  /** Takes out the slots that end at or before an instant, ascending: with `settledUntil` those that no reading changes any more. */
  drain(until: Instant): SlotSum[] {
    const done = this.#ascending().filter(([slot]) => (slot + 1) * SLOT_MS <= until);
    for (const [slot] of done) this.#slots.delete(slot);
    return done.map(([slot, open]) => sumOf(slot as SlotIndex, open));
  }

  #ascending(): [number, OpenSlot][] {
    return [...this.#slots].sort(([a], [b]) => a - b);
  }

  #put(slot: number, delta: EnergyDelta, wh: number, ms: number): void {
    const open = this.#open(slot);
    const covered = isCovered(delta) ? ms : 0;
    // Power has one sign at a time: whoever looked at it saw both directions.
    const both = delta.reason === "integrated";
    if (delta.direction === "import") open.importWh = Number.isNaN(open.importWh) ? wh : open.importWh + wh;
    else open.exportWh = Number.isNaN(open.exportWh) ? wh : open.exportWh + wh;
    if (both || delta.direction === "import") open.importMs += covered;
    if (both || delta.direction === "export") open.exportMs += covered;
    open.quality |= delta.estimated ? this.#bits.estimated : this.#bits.measured;
  }

  #open(slot: number): OpenSlot {
    const known = this.#slots.get(slot);
    if (known) return known;
    const made = { importWh: Number.NaN, exportWh: Number.NaN, importMs: 0, exportMs: 0, quality: 0 };
    this.#slots.set(slot, made);
    return made;
  }
}

/** Integrated power is estimated as an amount, yet somebody looked all the time. */
const isCovered = ({ estimated, reason }: EnergyDelta): boolean => !estimated || reason === "integrated";

function sumOf(slot: SlotIndex, { importWh, exportWh, importMs, exportMs, quality }: OpenSlot): SlotSum {
  return { slot, importWh, exportWh, coverage: Math.min(1, Math.max(importMs, exportMs) / SLOT_MS), quality };
}

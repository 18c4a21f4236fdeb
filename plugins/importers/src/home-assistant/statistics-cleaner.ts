import type { NoteBook } from "../common/note-book.js";

/** An hour of a metered statistic, in Wh. */
export interface StatisticRow {
  /** Begin of the hour, in ms. */
  readonly at: number;
  /** Length in ms. */
  readonly lengthMs: number;
  /** What it counted so far; NaN: unknown. */
  readonly sum: number;
  /** Register of the meter at the end of the hour; NaN: unknown. */
  readonly state: number;
  /** When the meter began at 0, as it said; NaN: it does not say. */
  readonly lastReset: number;
  /** Energy of the hour, where it is told itself; NaN: unknown. */
  readonly change: number;
  readonly line: number;
}

/** Energy of a span. */
export interface StatisticEnergy {
  readonly at: number;
  readonly lengthMs: number;
  readonly wh: number;
}

/** Amounts that are the same but for rounding, as a share and in Wh. */
const SAME = { share: 0.002, wh: 0.5 };

/** A rise is possible when it is at most so many times the largest one that sum and state agreed on. */
const MARGIN = 3;

/** Before enough rises are known, a circuit carries at most 100 kW. */
const UNKNOWN_W = 100_000;
const ENOUGH = 24;

const HOUR = 3_600_000;

/**
 * Energy by the hour from what Home Assistant keeps: the change of `sum`, compared with the change of the meter's own register (`state`). A
 * restart that took the register for new consumption (`sum` jumps, `state` does not), a dip that was booked as negative energy, and a
 * register that fell to 0 and came back are made good; each is noted.
 */
export class StatisticsCleaner {
  readonly #notes: NoteBook;
  readonly #params: { readonly name: string };
  #last: StatisticRow | undefined;
  /** Energy that was counted although the sum took it back. */
  #debt = 0;
  /** Register before it fell. */
  #fellFrom = Number.NaN;
  #largestW = 0;
  #agreed = 0;

  constructor(notes: NoteBook, name: string) {
    this.#notes = notes;
    this.#params = { name };
  }

  /** Takes the rows in order of time. @returns the energy that the row tells; undefined when it only is a beginning */
  next(given: StatisticRow): StatisticEnergy | undefined {
    const row = { ...given, sum: finite(given.sum), state: finite(given.state), change: finite(given.change) };
    const last = this.#last;
    if (last && row.at <= last.at) return this.#repeated(row, last);
    const energy = this.#energyOf(row, last);
    if (!Number.isNaN(row.sum) || !Number.isNaN(row.change)) this.#last = row;
    return energy;
  }

  #repeated(row: StatisticRow, last: StatisticRow): undefined {
    const same = Object.is(row.sum, last.sum) && Object.is(row.change, last.change);
    this.#note(same ? "importers.note.repeated-row" : "importers.note.conflicting-row", row);
    return undefined;
  }

  #energyOf(row: StatisticRow, last: StatisticRow | undefined): StatisticEnergy | undefined {
    if (Number.isNaN(row.sum)) return this.#told(row);
    if (!last || Number.isNaN(last.sum)) return this.#first(row);
    const at = last.at + last.lengthMs;
    const lengthMs = row.at + row.lengthMs - at;
    if (row.at > at) this.#note("importers.note.gap", row);
    return { at, lengthMs, wh: this.#settled(this.#rise(row, last, lengthMs), lengthMs, row) };
  }

  #told(row: StatisticRow): StatisticEnergy | undefined {
    if (Number.isNaN(row.change)) return void this.#note("importers.note.missing", row);
    return { at: row.at, lengthMs: row.lengthMs, wh: this.#settled(row.change, row.lengthMs, row) };
  }

  /** Home Assistant begins a sum at 0 with the first hour, so its first value is energy of that hour, unless it was put there otherwise. */
  #first(row: StatisticRow): StatisticEnergy | undefined {
    const wh = Number.isNaN(row.change) ? row.sum : row.change;
    if (wh >= 0 && wh <= (UNKNOWN_W * row.lengthMs) / HOUR && wh !== row.state) {
      return { at: row.at, lengthMs: row.lengthMs, wh };
    }
    if (wh !== 0) this.#note("importers.note.first-sum", row);
    return undefined;
  }

  /** What the sum rose, unless the register says otherwise. May be negative. */
  #rise(row: StatisticRow, last: StatisticRow, lengthMs: number): number {
    const sum = row.sum - last.sum;
    const state = row.state - last.state;
    if (Number.isNaN(state)) return this.#possible(sum, lengthMs) ? sum : this.#refused(row);
    if (state < 0) return this.#fallen(sum, row, last);
    const returned = this.#returned(row, sum, lengthMs);
    if (returned !== undefined) return returned;
    if (same(sum, state)) return this.#confirm(sum, lengthMs, row);
    // The meter began again within the hour and is already beyond where it was: it says so, or the amount is an everyday one.
    const restarted = row.lastReset !== last.lastReset && !Number.isNaN(row.lastReset);
    if (sum > state && (restarted || this.#possible(sum, lengthMs))) return sum;
    this.#note("importers.note.phantom-jump", row);
    return state;
  }

  /** The register fell: it began again, and the sum has counted what came after; or it dipped, and the sum took energy back. */
  #fallen(sum: number, row: StatisticRow, last: StatisticRow): number {
    if (Number.isNaN(this.#fellFrom) || last.state > this.#fellFrom) this.#fellFrom = last.state;
    if (sum >= 0) this.#note("importers.note.reset", row);
    return sum;
  }

  /** A register that fell and is back above where it was never fell: only what it rose beyond counts. */
  #returned(row: StatisticRow, sum: number, lengthMs: number): number | undefined {
    const from = this.#fellFrom;
    if (Number.isNaN(from) || row.state < from) return undefined;
    this.#fellFrom = Number.NaN;
    if (this.#debt > 0 || this.#possible(sum, lengthMs)) return undefined;
    this.#note("importers.note.phantom-jump", row);
    return row.state - from;
  }

  #possible(wh: number, lengthMs: number): boolean {
    const limit = this.#agreed >= ENOUGH ? this.#largestW * MARGIN : UNKNOWN_W;
    return (wh * HOUR) / lengthMs <= Math.max(limit, 1_000);
  }

  #refused(row: StatisticRow): number {
    this.#note("importers.note.impossible-rise", row);
    return 0;
  }

  /** Sum and register agree; only what no circuit can carry is doubted: a change of unit, a meter that was replaced. */
  #confirm(wh: number, lengthMs: number, row: StatisticRow): number {
    const watts = (wh * HOUR) / lengthMs;
    if (watts > Math.max(UNKNOWN_W, this.#largestW * MARGIN)) return this.#refused(row);
    this.#largestW = Math.max(this.#largestW, watts);
    if (wh > 0) this.#agreed += 1;
    return wh;
  }

  /**
   * Energy is never negative. What was taken back is taken from the rises that follow when it was energy of this circuit; a larger fall is
   * another meter, or a register that comes back.
   */
  #settled(wh: number, lengthMs: number, row: StatisticRow): number {
    if (wh < 0) {
      this.#note("importers.note.taken-back", row);
      if (this.#possible(-wh, lengthMs)) this.#debt -= wh;
      return 0;
    }
    const counted = Math.max(wh - this.#debt, 0);
    this.#debt -= wh - counted;
    return counted;
  }

  #note(key: string, { line }: StatisticRow): void {
    this.#notes.add(key, { line, params: this.#params });
  }
}

/** No register is beyond it; differences of larger numbers would not be exact either. */
const LARGEST_WH = 1e15;

const finite = (value: number): number => (Math.abs(value) <= LARGEST_WH ? value : Number.NaN);

const same = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(SAME.wh, Math.max(Math.abs(a), Math.abs(b)) * SAME.share);

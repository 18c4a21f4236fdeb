import { localDateOf } from "@vatio/model";
import type { ImportedRows, Instant } from "@vatio/plugin-api";
import { MonthSums } from "./month-sums.js";
import { CoveredSlots } from "./slot-runs.js";
import type { SeriesSummary, SlotRun } from "./types.js";

/** Readings that are further apart have a gap between them. */
const GAP_MS = 3_600_000;

const NONE = new Float64Array();

/** Adds up what a file tells about one circuit. */
export class SeriesSums {
  readonly key: string;
  readonly #name: string;
  readonly #zone: string;
  readonly #months: MonthSums;
  readonly #covered = new CoveredSlots();
  readonly #registers: { at: number; value: number }[] = [
    { at: Number.NaN, value: 0 },
    { at: Number.NaN, value: 0 },
  ];
  #lastAt = Number.NaN;
  #rows = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;
  #importWh = 0;
  #exportWh = 0;

  constructor({ key, name }: ImportedRows["series"], zone: string) {
    this.key = key;
    this.#name = name;
    this.#zone = zone;
    this.#months = new MonthSums(zone);
  }

  add({ at, columns }: ImportedRows): void {
    const { interval_import_wh: taken = NONE, interval_export_wh: given = NONE, interval_s: seconds = NONE } = columns;
    const { energy_import_wh: importRegister = NONE, energy_export_wh: exportRegister = NONE } = columns;
    for (let row = 0; row < at.length; row += 1) {
      const begin = at[row] ?? Number.NaN;
      const lengthMs = orZero(seconds[row]) * 1_000;
      const importWh = orZero(taken[row]) + this.#rise(0, begin, importRegister[row]);
      const exportWh = orZero(given[row]) + this.#rise(1, begin, exportRegister[row]);
      this.#count(begin, lengthMs, importWh, exportWh);
    }
    this.#rows += at.length;
  }

  /** Slots that it tells something about. */
  slots(): readonly SlotRun[] {
    return this.#covered.runs();
  }

  summary(): SeriesSummary {
    const dayOf = (at: number) => localDateOf(at as Instant, this.#zone);
    return {
      key: this.key,
      name: this.#name,
      rows: this.#rows,
      firstDay: dayOf(this.#from),
      lastDay: dayOf(Math.max(this.#from, this.#to - 1)),
      range: { from: this.#from as Instant, to: Math.max(this.#to, this.#from + 1) as Instant },
      importWh: this.#importWh,
      exportWh: this.#exportWh,
      months: this.#months.list(),
    };
  }

  #count(begin: number, lengthMs: number, importWh: number, exportWh: number): void {
    this.#cover(begin, lengthMs);
    this.#from = Math.min(this.#from, begin);
    this.#to = Math.max(this.#to, begin + lengthMs);
    if (importWh === 0 && exportWh === 0) return;
    this.#importWh += importWh;
    this.#exportWh += exportWh;
    this.#months.add(begin, importWh, exportWh);
  }

  /** Readings of an instant tell about the time since the one before. */
  #cover(begin: number, lengthMs: number): void {
    const since = begin - this.#lastAt;
    const near = lengthMs === 0 && since > 0 && since <= GAP_MS;
    this.#covered.add(near ? this.#lastAt : begin, begin + lengthMs);
    this.#lastAt = begin;
  }

  /** A rough figure: what a register rose from row to row. The real one is worked out when it is imported. */
  #rise(which: 0 | 1, at: number, value = Number.NaN): number {
    const last = this.#registers[which];
    if (!last || Number.isNaN(value)) return 0;
    const rise = at > last.at ? Math.max(value - last.value, 0) : 0;
    last.at = at;
    last.value = value;
    return rise;
  }
}

const orZero = (value: number | undefined): number => (value === undefined || Number.isNaN(value) ? 0 : value);

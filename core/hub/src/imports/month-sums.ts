import { addDays, localDateOf, startOfDay } from "@vatio/model";
import type { Instant, LocalDate } from "@vatio/plugin-api";
import type { MonthEnergy } from "./types.js";

interface Month {
  readonly from: number;
  readonly to: number;
  readonly month: string;
  importWh: number;
  exportWh: number;
}

/** Sums energy by the calendar months of a zone. */
export class MonthSums {
  readonly #zone: string;
  readonly #months = new Map<string, Month>();
  #last: Month | undefined;

  constructor(zone: string) {
    this.#zone = zone;
  }

  add(at: number, importWh: number, exportWh: number): void {
    const month = this.#monthOf(at);
    month.importWh += importWh;
    month.exportWh += exportWh;
  }

  /** In order of time. */
  list(): readonly MonthEnergy[] {
    return [...this.#months.values()]
      .sort((a, b) => a.from - b.from)
      .map(({ month, importWh, exportWh }) => ({ month, importWh, exportWh }));
  }

  #monthOf(at: number): Month {
    if (this.#last && at >= this.#last.from && at < this.#last.to) return this.#last;
    const month = localDateOf(at as Instant, this.#zone).slice(0, 7);
    const known = this.#months.get(month) ?? this.#begin(month);
    this.#last = known;
    return known;
  }

  #begin(month: string): Month {
    const first = `${month}-01` as LocalDate;
    const next = `${addDays(first, 31).slice(0, 7)}-01` as LocalDate;
    const [from, to] = [startOfDay(first, this.#zone), startOfDay(next, this.#zone)];
    const made = { from, to, month, importWh: 0, exportWh: 0 };
    this.#months.set(month, made);
    return made;
  }
}

import type { Instant, Range } from "@vatio/plugin-api";
import { dateOf } from "../instant-of.js";

/** What a meter wrote down of one span, mostly a minute: values by the names of the protocol. */
export interface MeterRecord {
  /** Begin of the span. */
  readonly at: Instant;
  /** Length of the span in seconds. */
  readonly periodS: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Records, and how many could not be used, by reason. */
export interface Records {
  readonly records: readonly MeterRecord[];
  readonly dropped: Readonly<Record<string, number>>;
}

/** Longest span of a record: meters write minutes, older ones ten of them. */
const LONGEST_S = 3_600;

/** The length of a span as a device tells it; undefined for what cannot be one. */
export const periodOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= LONGEST_S ? value : undefined;

/** What records are looked at for. */
export interface Wanted {
  readonly range: Range;
  readonly now: Instant;
}

/** Gathers records: those of the range, each instant once, in order of time. */
export class RecordCollector {
  readonly #wanted: Wanted;
  readonly #records = new Map<number, MeterRecord>();
  readonly #dropped: Record<string, number> = {};

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** @param unixSeconds begin of the record; a small number counts since the boot and is no date */
  add(unixSeconds: unknown, periodS: number, values: Readonly<Record<string, number>>): void {
    const at = dateOf(unixSeconds);
    if (at === undefined) this.drop("no-date");
    else if (at + periodS * 1_000 > this.#wanted.now + 1_000) this.drop("future");
    else if (at < this.#wanted.range.from || at >= this.#wanted.range.to) this.drop("not-asked-for");
    else if (this.#records.has(at)) this.drop("repeated");
    else this.#records.set(at, { at, periodS, values });
  }

  drop(reason: string, by = 1): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + by;
  }

  done(): Records {
    return { records: [...this.#records.values()].sort((a, b) => a.at - b.at), dropped: this.#dropped };
  }
}

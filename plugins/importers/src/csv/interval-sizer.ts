/** A row on its way: when it was, and its numbers. */
export interface TableRow {
  /** As written, in ms: begin or end of the interval. */
  readonly at: number;
  /** End of the interval in ms, when the file tells it. */
  readonly end?: number;
  /** As many as there are value columns; NaN: missing. */
  readonly values: readonly number[];
  readonly line: number;
}

/** A row with the length of its interval in ms. */
export interface SizedRow {
  readonly row: TableRow;
  readonly lengthMs: number;
}

const DAY = 86_400_000;

/** A step that is longer than this share of the usual one is a gap. */
const GAP = 1.5;

/**
 * Finds how long the interval of each row is from the rows beside it, in whatever order they come. Intervals of a day or more follow the
 * calendar, so the neighbour that touches it decides; shorter ones are all of one length, so the smaller step does.
 */
export class IntervalSizer {
  readonly #usual: number;
  readonly #atEnd: boolean;
  #before: TableRow | undefined;
  #current: TableRow | undefined;

  constructor({ usualMs, atEnd }: { readonly usualMs: number; readonly atEnd: boolean }) {
    this.#usual = usualMs;
    this.#atEnd = atEnd;
  }

  /** Takes a row, and gives the one before it. */
  push(row: TableRow): SizedRow | undefined {
    const sized = this.#sized(row);
    this.#before = this.#current;
    this.#current = row;
    return sized;
  }

  /** The last row. */
  end(): SizedRow | undefined {
    const sized = this.#sized(undefined);
    this.#current = undefined;
    return sized;
  }

  #sized(next: TableRow | undefined): SizedRow | undefined {
    const row = this.#current;
    if (!row) return undefined;
    const beside = [this.#before, next].filter((other) => other !== undefined);
    const steps = beside.map((other) => other.at - row.at);
    const later = this.#near(steps.filter((step) => step > 0));
    const earlier = this.#near(steps.filter((step) => step < 0).map((step) => -step));
    const [touching, other] = this.#atEnd ? [earlier, later] : [later, earlier];
    return { row, lengthMs: this.#length(touching, other) };
  }

  #near(steps: readonly number[]): number | undefined {
    const step = Math.min(...steps);
    return step <= this.#usual * GAP ? step : undefined;
  }

  #length(touching: number | undefined, other: number | undefined): number {
    if (this.#usual >= DAY || touching === undefined || other === undefined) return touching ?? this.#short(other);
    return Math.min(touching, other);
  }

  #short(other: number | undefined): number {
    return this.#usual < DAY && other !== undefined ? other : this.#usual;
  }
}

/** The most frequent step between rows that follow each other, in ms; undefined with fewer than two instants. */
export function usualStep(instants: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (let index = 1; index < instants.length; index += 1) {
    const step = Math.abs((instants[index] ?? 0) - (instants[index - 1] ?? 0));
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([stepA, a], [stepB, b]) => b - a || stepA - stepB);
  return ordered[0]?.[0];
}

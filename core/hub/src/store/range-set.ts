/** Integers from `from` to below `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A set of integers as spans: sorted, disjoint, not even touching. Samples of a boot mostly come in order, so there are few. */
export class RangeSet {
  readonly #spans: Span[];

  constructor(spans: readonly Span[] = []) {
    this.#spans = [...spans];
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  has(value: number): boolean {
    const span = this.#spans[this.#firstEndingAfter(value)];
    return span !== undefined && span.from <= value;
  }

  /** Whether any integer of a span is in the set. */
  overlaps({ from, to }: Span): boolean {
    const span = this.#spans[this.#firstEndingAfter(from)];
    return from < to && span !== undefined && span.from < to;
  }

  /** Whether every integer of a span is in the set. */
  covers({ from, to }: Span): boolean {
    const span = this.#spans[this.#firstEndingAfter(from)];
    return from >= to || (span !== undefined && span.from <= from && span.to >= to);
  }

  add({ from, to }: Span): void {
    if (from >= to) return;
    const start = this.#firstEndingAfter(from - 1);
    let end = start;
    let [low, high] = [from, to];
    for (let span = this.#spans[end]; span !== undefined && span.from <= to; span = this.#spans[++end]) {
      low = Math.min(low, span.from);
      high = Math.max(high, span.to);
    }
    this.#spans.splice(start, end - start, { from: low, to: high });
  }

  copy(): RangeSet {
    return new RangeSet(this.#spans);
  }

  /** Position of the first span whose end lies above a value. */
  #firstEndingAfter(value: number): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#spans[middle] as Span).to > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

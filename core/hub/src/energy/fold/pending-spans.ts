/** Instants, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Before every reading: whoever works this out begins anew, without what was learnt. */
export const FROM_THE_BEGINNING = -1;
/** After every reading, and a whole number for the database. */
export const TO_THE_END = 9e15;

/** Spans closer than this are worked out together. */
const NEAR_MS = 3_600_000;

/** Spans of one channel that must be worked out again, apart from each other and in order. */
export class PendingSpans {
  #spans: Span[] = [];

  get isEmpty(): boolean {
    return this.#spans.length === 0;
  }

  /** The earliest. */
  get next(): Span | undefined {
    return this.#spans[0];
  }

  list(): readonly Span[] {
    return this.#spans;
  }

  set(spans: readonly Span[]): void {
    this.#spans = [...spans];
  }

  add(span: Span): void {
    const merged: Span[] = [];
    for (const next of [...this.#spans, span].sort((a, b) => a.first - b.first)) {
      const last = merged.at(-1);
      if (last && next.first <= last.last + NEAR_MS)
        merged[merged.length - 1] = { first: last.first, last: Math.max(last.last, next.last) };
      else merged.push(next);
    }
    this.#spans = merged;
  }

  /** Everything before an instant is worked out. */
  done(until: number): void {
    this.#spans = this.#spans.flatMap(({ first, last }) =>
      last < until ? [] : [{ first: Math.max(first, until), last }],
    );
  }
}

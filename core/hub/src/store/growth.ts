import { days, hours, type Instant } from "@vatio/plugin-api";

/** Size of the store at an instant. */
export type SizeSample = readonly [at: Instant, bytes: number];

const SAMPLE_EVERY = hours(1);
const KEPT = days(14);
/** Files grow in steps: a shorter span says nothing about a day. */
const SHORTEST_SPAN = hours(12);
const DAY = days(1);

/** How fast the store grows, from samples of its size over two weeks. */
export class Growth {
  #samples: SizeSample[] = [];

  load(stored: string | undefined): void {
    if (stored !== undefined) this.#samples = JSON.parse(stored) as SizeSample[];
  }

  serialize(): string {
    return JSON.stringify(this.#samples);
  }

  /** Whether it is time for the next sample. */
  isDue(now: Instant): boolean {
    const last = this.#samples.at(-1);
    return !last || now - last[0] >= SAMPLE_EVERY || now < last[0];
  }

  add(now: Instant, bytes: number): void {
    this.#samples = [...this.#samples.filter(([at]) => at <= now && now - at <= KEPT), [now, bytes]];
  }

  /** Days until so many bytes are used up; undefined while the store does not grow or was not watched long enough. */
  daysUntil(freeBytes: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last[0] - first[0] < SHORTEST_SPAN) return undefined;
    const perDay = ((last[1] - first[1]) / (last[0] - first[0])) * DAY;
    return perDay > 0 ? Math.max(0, freeBytes / perDay) : undefined;
  }
}

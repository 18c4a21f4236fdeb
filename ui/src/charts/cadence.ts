/** Readings that are remembered: enough to see through one that is late, few enough to follow a device that hurries. */
const KEPT = 12;

/** How often readings come, learnt from the instants of the newest ones. */
export class Cadence {
  #at: readonly number[] = [];

  /** Takes the instant of a reading; one that comes late or twice tells nothing of the pace. */
  add(at: number): void {
    const newest = this.#at.at(-1);
    if (newest === undefined || at > newest) this.#at = [...this.#at.slice(1 - KEPT), at];
  }

  /** Median of the distances in milliseconds; undefined before the second reading. */
  get interval(): number | undefined {
    const distances = this.#at.slice(1).map((at, index) => at - (this.#at[index] ?? at));
    return distances.sort((a, b) => a - b)[(distances.length - 1) >> 1];
  }
}

/** State of a channel after all of its readings before an instant. */
export interface Checkpoint {
  readonly at: number;
  /** Text of a `ChannelFold`. */
  readonly state: string;
}

/** Hours that are remembered. */
const HOURS = 26;
/** The latest of any instant that are remembered as well. */
const LATEST = 6;
/** Spacing of those in memory. */
export const HOUR_MS = 3_600_000;
/** Spacing of those in the database. */
export const DAY_MS = 86_400_000;

/** The latest checkpoints of a channel, in memory: readings that come a little late need no look at the database. */
export class Checkpoints {
  #all: readonly Checkpoint[] = [];

  /** The latest at or before an instant. */
  before(at: number): Checkpoint | undefined {
    return this.#all.findLast((checkpoint) => checkpoint.at <= at);
  }

  /** The state that is known at exactly this instant. */
  at(at: number): string | undefined {
    return this.#all.find((checkpoint) => checkpoint.at === at)?.state;
  }

  /** Instants after one, in order. */
  after(at: number): readonly number[] {
    return this.#all.flatMap((checkpoint) => (checkpoint.at > at ? [checkpoint.at] : []));
  }

  /** Those after `from` and before `to` are wrong now; these take their place. */
  replace(from: number, to: number, fresh: readonly Checkpoint[]): void {
    const kept = this.#all.filter(({ at }) => at <= from || at >= to);
    const known = new Set(kept.map(({ at }) => at));
    const all = [...kept, ...fresh.filter(({ at }) => !known.has(at))].sort((a, b) => a.at - b.at);
    const newest = all.at(-1)?.at ?? 0;
    this.#all = all.filter(
      ({ at }, i) => i >= all.length - LATEST || (at % HOUR_MS === 0 && at > newest - HOURS * HOUR_MS),
    );
  }

  clear(): void {
    this.#all = [];
  }
}

import type { LastValues, Reading, ReadingsFrame } from "./api.js";
import type { Schedule } from "./frame-scheduler.js";

type Listener = () => void;

/** A clock may run ahead of the hub's by this much; a value from later than that says nothing about which one is newest. */
const AHEAD_MS = 60_000;

/** What the store works with. */
export interface ReadingsStoreOptions {
  readonly schedule: Schedule;
  /** The hub's time. */
  readonly now: () => number;
}

/**
 * The newest value of every metric that the page watches. Writes of one frame become one notification, and only
 * those hear of it who asked for one of the targets.
 */
export class ReadingsStore {
  readonly #last = new Map<string, Map<string, Reading>>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #dirty = new Set<string>();
  readonly #schedule: Schedule;
  readonly #now: () => number;
  #scheduled = false;

  constructor({ schedule, now }: ReadingsStoreOptions) {
    this.#schedule = schedule;
    this.#now = now;
  }

  /** Newest value of a metric, or undefined when there is none yet. */
  get(target: string, metric: string): Reading | undefined {
    return this.#last.get(target)?.get(metric);
  }

  /** Newest instant of any metric. */
  seenAt(target: string): number | undefined {
    const values = this.#last.get(target)?.values();
    return values ? Math.max(...[...values].map(({ at }) => at)) : undefined;
  }

  /** Newest values of a target by metric. */
  all(target: string): ReadonlyMap<string, Reading> {
    return this.#last.get(target) ?? new Map();
  }

  /** Takes a snapshot in. Values that are older than known ones change nothing. */
  putLast(last: LastValues): void {
    for (const [target, metrics] of Object.entries(last)) {
      for (const [metric, reading] of Object.entries(metrics)) this.#put(target, metric, reading);
    }
  }

  /** Takes the newest value of each column of a live frame in. */
  putFrame({ target, at, columns }: Pick<ReadingsFrame, "target" | "at" | "columns">): void {
    for (const [metric, column] of Object.entries(columns)) {
      const index = column.findLastIndex((value) => value !== null);
      const [value, instant] = [column[index], at[index]];
      if (typeof value === "number" && instant !== undefined) this.#put(target, metric, { at: instant, value });
    }
  }

  /** Calls back, once per frame, when a value of one of the targets changed. */
  subscribe(targets: Iterable<string>, listener: Listener): () => void {
    const keys = [...new Set(targets)];
    for (const key of keys) this.#listenersOf(key).add(listener);
    return () => {
      for (const key of keys) this.#listeners.get(key)?.delete(listener);
    };
  }

  #put(target: string, metric: string, reading: Reading): void {
    const metrics = this.#last.get(target) ?? new Map<string, Reading>();
    this.#last.set(target, metrics);
    const known = metrics.get(metric);
    // A device whose clock was wrong once would hold the display for as long as its value lies in the future.
    if (known && known.at > reading.at && known.at <= this.#now() + AHEAD_MS) return;
    metrics.set(metric, reading);
    this.#dirty.add(target);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const called = new Set<Listener>();
    for (const key of this.#dirty) for (const listener of this.#listeners.get(key) ?? []) called.add(listener);
    this.#dirty.clear();
    for (const listener of called) listener();
  }

  #listenersOf(key: string): Set<Listener> {
    const listeners = this.#listeners.get(key) ?? new Set<Listener>();
    this.#listeners.set(key, listeners);
    return listeners;
  }
}

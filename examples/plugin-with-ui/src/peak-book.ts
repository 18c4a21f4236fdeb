import type { Instant, KeyValue, PointId } from "@vatio/plugin-api";

/** The highest power of a point on one day. */
export interface Peak {
  /** Day by the clock of the site: `2026-03-29`. */
  readonly day: string;
  readonly powerW: number;
  readonly at: Instant;
}

const KEY = "peak/";

/** The newest day's peak of every point: in memory, and in the plugin's documents once it is saved. */
export class PeakBook {
  readonly #peaks = new Map<PointId, Peak>();
  readonly #unsaved = new Set<PointId>();
  readonly #kv: KeyValue;

  constructor(kv: KeyValue) {
    this.#kv = kv;
  }

  /** Takes up what an earlier run saved. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#kv.list(KEY)) {
      // Written by `save`, so its shape is known.
      this.#peaks.set(key.slice(KEY.length) as PointId, value as unknown as Peak);
    }
  }

  get(point: PointId): Peak | undefined {
    return this.#peaks.get(point);
  }

  /** Takes a power in watts. @returns the new peak, or undefined when it is none */
  offer(point: PointId, peak: Peak): Peak | undefined {
    const known = this.#peaks.get(point);
    if (known && (known.day > peak.day || (known.day === peak.day && known.powerW >= peak.powerW))) return undefined;
    this.#peaks.set(point, peak);
    this.#unsaved.add(point);
    return peak;
  }

  async forget(point: PointId): Promise<boolean> {
    this.#unsaved.delete(point);
    await this.#kv.delete(KEY + point);
    return this.#peaks.delete(point);
  }

  /** Writes what changed since the last time. */
  async save(): Promise<void> {
    for (const point of [...this.#unsaved]) {
      this.#unsaved.delete(point);
      const peak = this.#peaks.get(point);
      if (peak) await this.#kv.set(KEY + point, { ...peak });
    }
  }
}

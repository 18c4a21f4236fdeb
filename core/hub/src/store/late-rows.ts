import type { MetricName } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import type { HeldRow } from "./recent-values.js";

type Values = Map<MetricName, number>;

/** Rows by channel and instant: what a query found, or what was accepted late and no query finds yet. */
export class LateRows {
  readonly #channels = new Map<number, Map<number, Values>>();
  /** A query that starts from now on finds them. */
  isCommitted = false;

  get(channel: number, at: number): Values | undefined {
    return this.#channels.get(channel)?.get(at);
  }

  /** Notes a value; the first one of an instant stays. */
  put(channel: number, at: number, metric: MetricName, value: number): void {
    const instants = getOrMake(this.#channels, channel, () => new Map<number, Values>());
    const values = getOrMake(instants, at, () => new Map<MetricName, number>());
    if (!values.has(metric)) values.set(metric, value);
  }

  get isEmpty(): boolean {
    return this.#channels.size === 0;
  }
}

/** One instant as several layers know it; new values go to the layer of the commit that will store them. */
export function layeredRow(layers: readonly LateRows[], target: LateRows, channel: number, at: number): HeldRow {
  return {
    get: (metric) => {
      for (const layer of layers) {
        const value = layer.get(channel, at)?.get(metric);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    set: (metric, value) => target.put(channel, at, metric, value),
  };
}

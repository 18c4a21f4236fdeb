import type { Instant, LastValue, LastValues, MetricName } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import type { CheckedBatch } from "./validate-batch.js";

/** Newest value of each metric, by number of the channel. */
export type LastTable = Map<number, Map<MetricName, LastValue>>;

/** Takes a value over when it is not older than the one held. */
function put(table: LastTable, channel: number, metric: MetricName, value: LastValue): void {
  const metrics = getOrMake(table, channel, () => new Map<MetricName, LastValue>());
  const held = metrics.get(metric);
  if (!held || held.at < value.at) metrics.set(metric, value);
}

function merge(target: LastTable, source: LastTable): void {
  for (const [channel, metrics] of source) for (const [metric, value] of metrics) put(target, channel, metric, value);
}

/** The newest row of a batch that has a value of a metric. */
function newestOf(batch: CheckedBatch, column: Float64Array): LastValue | undefined {
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i] as number;
    if (!Number.isNaN(value)) return { at: batch.at[i] as Instant, value };
  }
  return undefined;
}

const newestInstant = (metrics: ReadonlyMap<MetricName, LastValue> | undefined): number => {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { at } of metrics?.values() ?? []) newest = Math.max(newest, at);
  return newest;
};

type Stored = Readonly<Record<string, Readonly<Record<MetricName, readonly [at: number, value: number]>>>>;

/** The newest value of every metric of every channel. Shows rows as soon as they are accepted and forgets them when their commit fails. */
export class LastValueTable {
  readonly #committed: LastTable = new Map();
  readonly #accepted: LastTable = new Map();

  /** Newest values of a channel. */
  get(channel: number): LastValues {
    return Object.fromEntries(this.#accepted.get(channel) ?? []);
  }

  /** Newest instant of a channel that is stored for good; -Infinity when there is none. */
  newestCommitted(channel: number): number {
    return newestInstant(this.#committed.get(channel));
  }

  /** Channels that have a value. */
  channels(): Iterable<number> {
    return this.#committed.keys();
  }

  /** Notes an accepted batch here and in what its group commit will store. */
  accept(batch: CheckedBatch, pending: LastTable): void {
    for (let m = 0; m < batch.names.length; m++) {
      const newest = newestOf(batch, batch.values[m] as Float64Array);
      if (!newest) continue;
      put(this.#accepted, batch.number, batch.names[m] as MetricName, newest);
      put(pending, batch.number, batch.names[m] as MetricName, newest);
    }
  }

  commit(pending: LastTable): void {
    merge(this.#committed, pending);
  }

  /** A commit failed: its channels, and those of what was accepted on top of it, show again what is stored. */
  undo(channels: Iterable<number>): void {
    for (const channel of channels) {
      const stored = this.#committed.get(channel);
      if (stored) this.#accepted.set(channel, new Map(stored));
      else this.#accepted.delete(channel);
    }
  }

  /** Values that were found in the database. */
  load(found: LastTable): void {
    merge(this.#committed, found);
    merge(this.#accepted, found);
  }

  /** What will be stored for good once a pending commit is, as text. */
  serialize(pending: LastTable): string {
    const table: LastTable = new Map();
    merge(table, this.#committed);
    merge(table, pending);
    const entries = [...table].map(([channel, metrics]) => [
      channel,
      Object.fromEntries([...metrics].map(([metric, { at, value }]) => [metric, [at, value]])),
    ]);
    return JSON.stringify(Object.fromEntries(entries) as Stored);
  }

  /** The table that a text holds. */
  static parse(stored: string): LastTable {
    const table: LastTable = new Map();
    for (const [channel, metrics] of Object.entries(JSON.parse(stored) as Stored)) {
      for (const [metric, [at, value]] of Object.entries(metrics))
        put(table, Number(channel), metric, { at: at as Instant, value });
    }
    return table;
  }
}

/** Newest values of a point: of each channel only what it measured while it was assigned. */
export function lastOfPoint(
  parts: readonly { readonly values: LastValues; readonly from: Instant; readonly to: Instant }[],
): LastValues {
  const newest: Record<MetricName, LastValue> = {};
  for (const { values, from, to } of parts) {
    for (const [metric, value] of Object.entries(values)) {
      const held = newest[metric];
      if (value.at >= from && value.at < to && (!held || held.at < value.at)) newest[metric] = value;
    }
  }
  return newest;
}

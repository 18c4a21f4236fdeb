import { type Instant, type LastValue, type LastValues, type MetricName, minutes } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { getOrMake } from "./get-or-make.js";
import { isClockSet } from "./plausible-time.js";
import type { CheckedBatch } from "./validate-batch.js";

/** How far the clock of a device may be ahead of the hub's before its word does not count for what is newest. */
const TRUSTED_AHEAD = minutes(5);

/** The newest value of a metric. */
export interface HeldValue extends LastValue {
  /** For a value from the future: when it arrived, which decides how new it is. Else its own instant does. */
  readonly arrived?: number;
  /** Newest instant of any value so far, where a value from the future had a later one than this. */
  readonly upTo?: number;
}

/** Newest value of each metric, by number of the channel. */
export type LastTable = Map<number, Map<MetricName, HeldValue>>;

const rankOf = ({ arrived, at }: HeldValue): number => arrived ?? at;
const upToOf = ({ upTo, at }: HeldValue): number => upTo ?? at;

const isNewer = (value: HeldValue, held: HeldValue): boolean =>
  rankOf(value) === rankOf(held) ? value.at > held.at : rankOf(value) > rankOf(held);

/** Takes a value over when it is newer than the one held. */
function put(table: LastTable, channel: number, metric: MetricName, value: HeldValue): void {
  const metrics = getOrMake(table, channel, () => new Map<MetricName, HeldValue>());
  const held = metrics.get(metric);
  const newest = held && !isNewer(value, held) ? held : value;
  const upTo = Math.max(upToOf(value), held ? upToOf(held) : Number.NEGATIVE_INFINITY);
  if (newest !== held || upTo > upToOf(held)) metrics.set(metric, upTo > newest.at ? { ...newest, upTo } : newest);
}

function merge(target: LastTable, source: LastTable): void {
  for (const [channel, metrics] of source) for (const [metric, value] of metrics) put(target, channel, metric, value);
}

/** The newest row of a batch that has a value of a metric. */
function newestOf(batch: CheckedBatch, column: Float64Array): HeldValue | undefined {
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i] as number;
    if (!Number.isNaN(value)) return { at: batch.at[i] as Instant, value };
  }
  return undefined;
}

const newestInstant = (metrics: ReadonlyMap<MetricName, HeldValue> | undefined): number => {
  let newest = Number.NEGATIVE_INFINITY;
  for (const held of metrics?.values() ?? []) newest = Math.max(newest, upToOf(held));
  return newest;
};

type Stored = Readonly<
  Record<string, Readonly<Record<MetricName, readonly [at: number, value: number, upTo?: number]>>>
>;

/**
 * The newest value of every metric of every channel. Shows rows as soon as they are accepted and forgets them when their commit fails.
 *
 * A value whose instant lies more than five minutes after the hub's own is as new as its arrival: a device whose clock is ahead goes on
 * being shown, and what arrives once its clock is right takes over at once instead of a day later. Its row keeps the instant it came with.
 */
export class LastValueTable {
  readonly #clock: HubClock;
  readonly #committed: LastTable = new Map();
  readonly #accepted: LastTable = new Map();

  constructor(clock: HubClock) {
    this.#clock = clock;
  }

  /** Newest values of a channel. */
  get(channel: number): LastValues {
    const metrics = [...(this.#accepted.get(channel) ?? [])];
    return Object.fromEntries(metrics.map(([metric, { at, value }]) => [metric, { at, value }]));
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
      const found = newestOf(batch, batch.values[m] as Float64Array);
      if (!found) continue;
      const newest = this.#ranked(found);
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
    for (const metrics of found.values())
      for (const [metric, value] of metrics) metrics.set(metric, this.#ranked(value));
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
      Object.fromEntries([...metrics].map(([metric, held]) => [metric, storedOf(held)])),
    ]);
    return JSON.stringify(Object.fromEntries(entries) as Stored);
  }

  /** The table that a text holds. */
  static parse(stored: string): LastTable {
    const table: LastTable = new Map();
    for (const [channel, metrics] of Object.entries(JSON.parse(stored) as Stored)) {
      for (const [metric, [at, value, upTo]] of Object.entries(metrics))
        put(table, Number(channel), metric, { at: at as Instant, value, ...(upTo === undefined ? {} : { upTo }) });
    }
    return table;
  }

  #ranked(value: HeldValue): HeldValue {
    const now = this.#clock.now();
    return value.at > now + TRUSTED_AHEAD && isClockSet(this.#clock) ? { ...value, arrived: now } : value;
  }
}

const storedOf = ({ at, value, upTo }: HeldValue): readonly number[] =>
  upTo === undefined ? [at, value] : [at, value, upTo];

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

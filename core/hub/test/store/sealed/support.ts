import path from "node:path";
import { type Batch, type ChannelId, type Instant, type MetricName, row } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { createStore, type FixtureOptions, rowsOf, type StoreFixture } from "../support/fixture.js";

/** A spring day, shortly after midnight. */
export const TODAY = Date.UTC(2026, 4, 18) as Instant;
export const DAY = 86_400_000;

/** A store on the disk that seals only when it is told to. */
export function sealingStore(folder: string, options: FixtureOptions = {}): Promise<StoreFixture> {
  return createStore({
    path: path.join(folder, "telemetry.duckdb"),
    clock: new VirtualClock((TODAY + 15 * 60_000) as Instant),
    ...options,
    config: { autoSeal: false, ...options.config },
  });
}

/** Readings at some instants, of which each is its own value as well. */
export function batchOf(
  channel: ChannelId,
  at: readonly number[],
  values: Readonly<Record<MetricName, readonly number[]>>,
): Batch {
  const columns = Object.entries(values).map(([name, column]) => [name, Float64Array.from(column)] as const);
  return { channel, origin: "live", at: Float64Array.from(at), columns: Object.fromEntries(columns) };
}

export const one = (channel: ChannelId, at: number, values: Record<string, number>): Batch =>
  row(channel, at as Instant, values);

/** Everything that a store holds of some channels. */
export async function everything(
  { store }: StoreFixture,
  channels: readonly ChannelId[],
): Promise<Record<string, number>[][]> {
  const found: Record<string, number>[][] = [];
  for (const channel of channels) found.push(await rowsOf(store, channel, 0, TODAY * 2));
  return found;
}

import type { Batch, ChannelId, Instant } from "@vatio/plugin-api";
import {
  IN_MEMORY,
  openTelemetryStore,
  type TelemetryStore,
  type TelemetryStoreOptions,
  type WriteOptions,
} from "../../../src/store/index.js";

/** What was written, as it was handed over. */
export interface WrittenBatch extends WriteOptions {
  readonly batch: Batch;
}

/** A telemetry store and what was asked of it. */
export interface RecordedTelemetry {
  readonly store: TelemetryStore;
  readonly written: WrittenBatch[];
  readonly boots: string[];
  /** Held back until this settles: a slow disk. */
  commit: () => Promise<void>;
  /** Values of a metric that are stored, in the order of their instants. */
  values(channel: ChannelId | string, metric: string): Promise<readonly number[]>;
}

/** The real store on a database in memory, which notes what plugins write. */
export async function openRecordedTelemetry(
  options: Omit<TelemetryStoreOptions, "path" | "config">,
): Promise<RecordedTelemetry> {
  const config = { commitMs: 250, memoryMb: 128, minFreeMb: 0, commitWhenIdle: true };
  const store = await openTelemetryStore({ ...options, path: IN_MEMORY, config });
  const [write, bootedAt] = [store.write.bind(store), store.bootedAt.bind(store)];
  const recorded: RecordedTelemetry = {
    ...{ store, written: [], boots: [], commit: () => Promise.resolve() },
    values: (channel, metric) => valuesOf(store, channel as ChannelId, metric),
  };
  store.write = async (batches, how = {}) => {
    await recorded.commit();
    // Noted as they are now: the store goes on working with the arrays.
    recorded.written.push(...structuredClone(batches.map((batch) => ({ batch, ...how }))));
    return write(batches, how);
  };
  store.bootedAt = (device, boot, at, errorMs) => {
    recorded.boots.push(`${device} ${boot}`);
    return bootedAt(device, boot, at, errorMs);
  };
  return recorded;
}

async function valuesOf(store: TelemetryStore, channel: ChannelId, metric: string): Promise<readonly number[]> {
  await store.flush();
  const values: number[] = [];
  const range = { from: 0 as Instant, to: Date.UTC(2100, 0) as Instant };
  for await (const { columns } of store.exportRows({ targets: [channel], range }))
    values.push(...(columns[metric] ?? []));
  return values;
}

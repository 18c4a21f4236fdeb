import type { Batch, ChannelId, LastValues, PointId, Series } from "@vatio/plugin-api";
import { VatioError } from "@vatio/plugin-api";
import type { PointRegistry } from "../../../src/registry/types.js";
import type { InboxMessage, SeriesQuery, TelemetryStore } from "../../../src/store/types.js";

const disposable = (run: () => void): Disposable => ({ [Symbol.dispose]: run });

/** Readings in memory, as far as HTTP and the live stream ask for them. */
export interface MemoryStore extends TelemetryStore {
  aside: InboxMessage[];
}

/** A telemetry store for tests of the transport. Rows are kept whole; a bucket holds the values that fall into it. */
export function memoryStore(points: () => PointRegistry): MemoryStore {
  const batches: Batch[] = [];
  const last = new Map<string, Record<string, { at: number; value: number }>>();
  const onBatch = new Set<(batch: Batch) => void>();
  const onCommit = new Set<(channels: readonly ChannelId[]) => void>();
  const channelOf = (target: PointId | ChannelId): string => points().channelOf(target as PointId) ?? target;
  const keep = (batch: Batch): void => {
    const values = last.get(batch.channel) ?? {};
    for (const [metric, column] of Object.entries(batch.columns)) {
      for (const [index, value] of column.entries())
        if (!Number.isNaN(value)) values[metric] = { at: batch.at[index] ?? 0, value };
    }
    last.set(batch.channel, values);
    batches.push(batch);
  };
  const store: MemoryStore = {
    aside: [],
    async write(written) {
      for (const batch of written) keep(batch);
      for (const batch of written) for (const listener of onBatch) listener(batch);
      for (const listener of onCommit) listener(written.map(({ channel }) => channel));
      return { accepted: written.reduce((sum, { at }) => sum + at.length, 0), duplicate: 0, rejected: [] };
    },
    bootedAt: async () => undefined,
    last: (target) => (last.get(channelOf(target)) ?? {}) as LastValues,
    async series(query) {
      const unknown = query.metrics.find((metric) => !/_(?:w|v|a|wh)$/.test(metric));
      if (unknown !== undefined) throw new VatioError("E_METRIC_UNKNOWN", `No metric is called ${unknown}.`);
      const channel = channelOf(query.target);
      return query.metrics.map((metric) =>
        bucketed(
          query,
          metric,
          batches.filter((batch) => batch.channel === channel),
        ),
      );
    },
    exportRows: async function* () {},
    onBatch: (listener) => {
      onBatch.add(listener);
      return disposable(() => onBatch.delete(listener));
    },
    onCommit: (listener) => {
      onCommit.add(listener);
      return disposable(() => onCommit.delete(listener));
    },
    inbox: {
      put: async () => undefined,
      read: async () => [],
      remove: async () => undefined,
      crashed: async () => false,
      size: () => ({ messages: 0, bytes: 0 }),
      aside: async () => store.aside,
      dropAside: async (_plugin, id) => {
        store.aside = store.aside.filter((message) => message.id !== id);
      },
    },
    flush: async () => undefined,
    idle: true,
    status: async () => ({ rows: batches.length, bytesOnDisk: 1, freeBytes: 2, pendingRows: 0, repairs: [] }),
    figures: () => ({
      commits: 1,
      commitFailures: 0,
      lastCommitMs: 2,
      longestCommitMs: 3,
      rowsCommitted: batches.length,
      pendingRows: 0,
      waitingWrites: 0,
      queue: 0,
      queries: 0,
      heldRows: 0,
    }),
    close: async () => undefined,
  };
  return store;
}

function bucketed({ range, maxBuckets }: SeriesQuery, metric: string, batches: readonly Batch[]): Series {
  const bucketMs = (range.to - range.from) / maxBuckets;
  const values = Array.from({ length: maxBuckets }, (_unused, index) => {
    const from = range.from + index * bucketMs;
    return batches.flatMap(({ at, columns }) =>
      [...at].flatMap((instant, row) =>
        instant >= from && instant < from + bucketMs ? present(columns[metric]?.[row]) : [],
      ),
    );
  });
  const column = (pick: (entries: readonly number[]) => number): Float64Array =>
    Float64Array.from(values, (entries) => (entries.length === 0 ? Number.NaN : pick(entries)));
  return {
    metric,
    unit: "W",
    bucketMs,
    from: Float64Array.from(values, (_unused, index) => range.from + index * bucketMs),
    min: column((entries) => Math.min(...entries)),
    avg: column((entries) => entries.reduce((sum, entry) => sum + entry, 0) / entries.length),
    max: column((entries) => Math.max(...entries)),
    coverage: Float64Array.from(values, (entries) => (entries.length === 0 ? 0 : 1)),
    quality: Uint8Array.from(values, (entries) => (entries.length === 0 ? 0 : 1)),
  };
}

const present = (value: number | undefined): number[] => (value === undefined || Number.isNaN(value) ? [] : [value]);

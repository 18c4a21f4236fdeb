import {
  type Batch,
  type ChannelId,
  type LastValue,
  type LastValues,
  type PluginId,
  VatioError,
} from "@vatio/plugin-api";
import type { TelemetryStore, WriteOptions } from "../../../src/store/types.js";
import { MemoryInbox } from "../../mqtt/support/memory-inbox.js";

/** What was written. */
export interface WrittenBatch extends WriteOptions {
  readonly batch: Batch;
}

/** A telemetry store without a disk: enough for what plugins do with it. */
export class MemoryTelemetry implements Pick<TelemetryStore, "write" | "bootedAt" | "last" | "series" | "onBatch"> {
  readonly inbox = new MemoryInbox();
  readonly written: WrittenBatch[] = [];
  readonly boots: string[] = [];
  readonly #listeners = new Set<(batch: Batch) => void>();
  /** Held back until this settles: what a commit takes. */
  commit: () => Promise<void> = () => Promise.resolve();

  async write(batches: readonly Batch[], options: WriteOptions = {}) {
    for (const batch of batches) {
      if (options.driver && !batch.channel.startsWith(`${options.driver}:`)) {
        return { accepted: 0, duplicate: 0, rejected: [{ reason: "rejected.not-owner", rows: batch.at.length }] };
      }
      for (const listener of this.#listeners) listener(batch);
    }
    await this.commit();
    this.written.push(...batches.map((batch) => ({ batch, ...options })));
    return { accepted: batches.reduce((sum, { at }) => sum + at.length, 0), duplicate: 0, rejected: [] };
  }

  async bootedAt(device: string, boot: string): Promise<void> {
    this.boots.push(`${device} ${boot}`);
  }

  last(target: string): LastValues {
    const last: Record<string, LastValue> = {};
    for (const { batch } of this.written.filter((entry) => entry.batch.channel === target)) {
      for (const [metric, column] of Object.entries(batch.columns)) {
        last[metric] = { at: batch.at.at(-1) as LastValue["at"], value: column.at(-1) ?? Number.NaN };
      }
    }
    return last;
  }

  async series(): Promise<never> {
    throw new VatioError("E_STORE_BUSY", "Not in this test.", { retryable: true });
  }

  onBatch(listener: (batch: Batch) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Values of a metric in the order in which they were stored. */
  values(channel: ChannelId | string, metric: string): readonly number[] {
    return this.written
      .filter(({ batch }) => batch.channel === channel)
      .flatMap(({ batch }) => [...(batch.columns[metric] ?? [])]);
  }

  /** Which plugins wrote. */
  get drivers(): ReadonlySet<PluginId | undefined> {
    return new Set(this.written.map(({ driver }) => driver));
  }
}

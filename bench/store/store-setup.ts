import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { MetricRegistry } from "@vatio/model";
import type { ChannelId, Log } from "@vatio/plugin-api";
import { systemClock } from "../../core/hub/src/clock.js";
import { CounterTable } from "../../core/hub/src/counters.js";
import { type ChannelNumbers, openTelemetryStore, type TelemetryStore } from "../../core/hub/src/store/index.js";

export const CHANNELS: readonly ChannelId[] = Array.from({ length: 50 }, (_, i) => `bench:meter${i}/main` as ChannelId);

const nothing = (): void => undefined;
const quiet: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const byChannel = new Map(CHANNELS.map((channel, i) => [channel, i + 1]));

const numbers: ChannelNumbers = {
  numberOf: (channel) => byChannel.get(channel),
  channelOf: (number) => CHANNELS[number - 1],
  allocate: async () => undefined,
};

/** A store with the settings of a hub on an SSD, or with another time between commits. */
export function openBenchStore(file: string, commitMs = 250): Promise<TelemetryStore> {
  return openTelemetryStore({
    path: file,
    clock: systemClock,
    counters: new CounterTable(),
    log: quiet,
    metrics: new MetricRegistry(),
    channels: numbers,
    assignments: { assignmentsOf: () => [] },
    config: { commitMs, memoryMb: 512, minFreeMb: 500 },
  });
}

/** Runs with a folder that goes afterwards. */
export async function inBenchFolder<T>(work: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-bench-store-"));
  try {
    return await work(path.join(folder, "telemetry.duckdb"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

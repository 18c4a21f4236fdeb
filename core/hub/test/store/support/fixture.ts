import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MetricRegistry } from "@vatio/model";
import { type ChannelId, type Instant, type Log, type PointId, row } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { onTestFinished } from "vitest";
import { CounterTable } from "../../../src/counters.js";
import { HealthTree } from "../../../src/health.js";
import {
  IN_MEMORY,
  openTelemetryStore,
  type TelemetryStore,
  type TelemetryStoreConfig,
  type TelemetryStoreOptions,
} from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, SECOND } from "./plain.js";

/** A Monday noon. */
export const NOW = Date.UTC(2026, 2, 2, 12) as Instant;

export { MAIN, SECOND };
export const KITCHEN = "01JNKITCHEN000000000000000" as PointId;

/** A new folder, and what removes it. */
export function makeFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "vatio-store-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const { folder, remove } = makeFolder();
  onTestFinished(remove);
  return folder;
}

/** Lines of a log, by level. */
export interface CapturedLog extends Log {
  readonly lines: string[];
}

export function capturedLog(): CapturedLog {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: object) =>
    void lines.push(`${level} ${message} ${fields ? JSON.stringify(fields) : ""}`);
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** A store for one test, with what it was made of. */
export interface StoreFixture {
  readonly store: TelemetryStore;
  readonly clock: VirtualClock;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: CapturedLog;
  readonly metrics: MetricRegistry;
}

export type FixtureOptions = Partial<Omit<TelemetryStoreOptions, "config" | "clock">> & {
  readonly config?: Partial<TelemetryStoreConfig>;
  readonly clock?: VirtualClock;
};

/** Opens a store that commits as soon as it is idle and closes it when the test ends. */
export async function openStore(options: FixtureOptions = {}): Promise<StoreFixture> {
  const fixture = await createStore(options);
  onTestFinished(() => fixture.store.close());
  return fixture;
}

/** Opens a store that commits as soon as it is idle. */
export async function createStore(options: FixtureOptions = {}): Promise<StoreFixture> {
  const clock = options.clock ?? new VirtualClock(NOW);
  const counters = new CounterTable();
  const health = new HealthTree();
  const log = capturedLog();
  const metrics = new MetricRegistry();
  const store = await openTelemetryStore({
    path: IN_MEMORY,
    counters,
    health,
    log,
    metrics,
    channels: numbersOf(MAIN, SECOND),
    assignments: nothingAssigned,
    ...options,
    clock,
    config: { commitMs: 250, memoryMb: 256, minFreeMb: 0, commitWhenIdle: true, ...options.config },
  });
  return { store, clock, counters, health, log, metrics };
}

/** One reading as a batch. */
export const reading = (channel: ChannelId, at: number, values: Record<string, number>) =>
  row(channel, at as Instant, values);

/** Every row of a channel, as the export gives them. */
export async function rowsOf(
  store: TelemetryStore,
  channel: ChannelId,
  from = 0,
  to = NOW * 2,
): Promise<Record<string, number>[]> {
  const rows: Record<string, number>[] = [];
  for await (const { at, columns } of store.exportRows({
    targets: [channel],
    range: { from: from as Instant, to: to as Instant },
  })) {
    at.forEach((instant, i) => {
      const values = Object.entries(columns).flatMap(([name, column]) =>
        Number.isNaN(column[i]) ? [] : [[name, column[i] as number] as const],
      );
      rows.push({ at: instant, ...Object.fromEntries(values) });
    });
  }
  return rows;
}

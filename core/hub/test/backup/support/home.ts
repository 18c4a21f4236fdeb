import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { MetricRegistry } from "@vatio/model";
import { type Batch, type ChannelId, type Instant, milliseconds, row } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { onTestFinished } from "vitest";
import { type CreateBackupOptions, type CreatedBackup, createBackup } from "../../../src/backup/create-backup.js";
import { CounterTable } from "../../../src/counters.js";
import {
  type OpenedState,
  openChannelNumbers,
  openStateDatabase,
  openTelemetryStore,
  type TelemetryStore,
} from "../../../src/store/index.js";
import { nothingAssigned, quietLog } from "../../store/support/plain.js";

export const NOW = Date.UTC(2026, 2, 2, 12) as Instant;
export const MAIN = "meter:a1/main" as ChannelId;
export const SECOND = "meter:b2/main" as ChannelId;

export { quietLog };

/** A folder that goes with the test. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `vatio-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Both databases of a hub on a disk, with the real schemas, and a folder for backups. */
export interface Home {
  readonly data: string;
  readonly target: string;
  readonly clock: VirtualClock;
  readonly state: OpenedState;
  readonly telemetry: TelemetryStore;
  backup(more?: Partial<CreateBackupOptions>): Promise<CreatedBackup>;
  close(): Promise<void>;
}

/** Opens what stands in a data folder, or makes it. */
export async function openHome(data = temporaryFolder("data"), target = temporaryFolder("backups")): Promise<Home> {
  const clock = new VirtualClock(NOW);
  const log = quietLog;
  const state = await openStateDatabase({ path: path.join(data, "state.duckdb"), clock, log });
  const channels = await openChannelNumbers(state, clock);
  const telemetry = await openTelemetryStore({
    path: path.join(data, "telemetry.duckdb"),
    clock,
    counters: new CounterTable(),
    log,
    metrics: new MetricRegistry(),
    channels,
    assignments: nothingAssigned,
    config: { commitMs: milliseconds(5), memoryMb: 128, minFreeMb: 0, commitWhenIdle: true },
  });
  await channels.allocate([MAIN, SECOND]);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= telemetry.close().then(() => state.close()));
  onTestFinished(close);
  const backup = (more: Partial<CreateBackupOptions> = {}): Promise<CreatedBackup> =>
    createBackup({
      target,
      data,
      state,
      telemetry,
      hold: () => telemetry.segments.hold(),
      secretKey: {},
      kind: "manual",
      hubVersion: "1.2.3",
      clock,
      log,
      ...more,
    });
  return { data, target, clock, state, telemetry, close, backup };
}

/** Writes readings of two channels, one a minute, that end now. */
export async function writeReadings({ telemetry, clock }: Home, count = 300): Promise<void> {
  const instantOf = (n: number): Instant => (clock.now() - (count - n) * 60_000) as Instant;
  for (let n = 0; n < count; n++) {
    await telemetry.write([row(MAIN, instantOf(n), { power_w: n, voltage_v: 230 + (n % 7) })]);
    if (n % 3 === 0) await telemetry.write([row(SECOND, instantOf(n), { energy_import_wh: n / 3 })]);
  }
}

/** Seals readings into a file, as an import does. @returns its path in the data folder */
export async function sealReadings({ telemetry, data }: Home, count = 5_000): Promise<string> {
  const at = Float64Array.from({ length: count }, (_, n) => NOW - 40 * 86_400_000 + n * 1_000);
  async function* batches(): AsyncGenerator<Batch> {
    yield { channel: MAIN, origin: "import", at, columns: { power_w: at.map((_, n) => n % 997) } };
  }
  const sealed = await telemetry.segments.addImport("01JNIMPORT0000000000000000", batches());
  return path.join(data, "readings", ...sealed.path.split("/"));
}

/** Runs statements on a database file that nobody has open. */
export async function inFile<T>(file: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(file);
  try {
    const connection = await instance.connect();
    const result = await work(connection);
    connection.closeSync();
    return result;
  } finally {
    instance.closeSync();
  }
}

/** Every row of every reading that a store holds, as text, for comparing two stores. */
export async function readingsOf(telemetry: TelemetryStore): Promise<readonly string[]> {
  const found: string[] = [];
  const range = { from: 0 as Instant, to: (NOW * 2) as Instant };
  for await (const { channel, at, columns } of telemetry.exportRows({ targets: [MAIN, SECOND], range })) {
    const metrics = Object.keys(columns).sort();
    for (let i = 0; i < at.length; i++) {
      const values = metrics.map((metric) => `${metric}=${columns[metric as keyof typeof columns]?.[i]}`);
      found.push([channel, at[i], ...values].join(" "));
    }
  }
  return found;
}

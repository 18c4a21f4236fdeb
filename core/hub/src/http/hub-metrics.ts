import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { StoreFigures } from "../store/types.js";
import type { RouteContext } from "./route-context.js";

let processRegistry: Registry | undefined;

/** Metrics of the process: there is one, however many hubs it runs (tests run many). */
function processMetrics(): Registry {
  if (!processRegistry) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** Content type of the text that {@link metricsText} answers. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Everything for Prometheus, in its text format. */
export const metricsText = (registry: Registry): Promise<string> =>
  Registry.merge([registry, processMetrics()]).metrics();

type Facts = Pick<
  RouteContext,
  "hub" | "counters" | "store" | "mqtt" | "live" | "health" | "devices" | "plugins" | "clock"
>;

/** Adds the metrics of a hub to its registry. They are read when Prometheus asks. */
export function registerHubMetrics(registry: Registry, hub: Facts): void {
  countEvents(registry, hub);
  gaugeStore(registry, hub);
  gaugeStates(registry, hub);
  gauge(registry, "vatio_build_info", "Version of the hub", () => [{ labels: { version: hub.hub.version }, value: 1 }]);
  gauge(registry, "vatio_start_time_seconds", "When the hub started, seconds since the epoch", () => [
    { labels: {}, value: hub.hub.startedAt / 1000 },
  ]);
  gauge(registry, "vatio_live_connections", "Open live streams", () => [{ labels: {}, value: hub.live.connections }]);
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function gauge(registry: Registry, name: string, help: string, read: () => readonly Sample[]): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: LABELS,
    registers: [registry],
    collect() {
      metric.reset();
      for (const { labels, value } of read()) metric.set(labels, value);
    },
  });
}

/** A figure that only rises while the hub runs. */
function counter(registry: Registry, name: string, help: string, read: () => number): void {
  const metric: Counter = new Counter({
    ...{ name, help, registers: [registry] },
    collect() {
      metric.reset();
      metric.inc(read());
    },
  });
}

const LABELS = ["version", "kind", "state", "status", "plugin"];

function countEvents(registry: Registry, { counters }: Facts): void {
  const metric: Counter = new Counter({
    name: "vatio_events_total",
    help: "What was dropped, retried, refused or done, by part of the hub and reason",
    labelNames: ["scope", "name", "reason"],
    registers: [registry],
    collect() {
      metric.reset();
      for (const { count, ...labels } of counters.snapshot()) metric.inc(labels, count);
    },
  });
}

/** What the store knows from memory; counters rise, gauges are as they are now. */
const FIGURES = {
  vatio_store_commits_total: ["Group commits", "commits"],
  vatio_store_commit_failures_total: ["Group commits that failed", "commitFailures"],
  vatio_store_rows_committed_total: ["Readings committed since the start", "rowsCommitted"],
  vatio_store_pending_rows: ["Readings and messages that are not durable yet", "pendingRows"],
  vatio_store_held_rows: ["Readings whose instant is not known yet", "heldRows"],
  vatio_store_waiting_writes: ["Writes that wait for a look-up or for room", "waitingWrites"],
  vatio_store_queries: ["Queries that run or wait", "queries"],
  vatio_store_last_commit_milliseconds: ["Length of the last group commit", "lastCommitMs"],
} as const satisfies Record<string, readonly [string, keyof StoreFigures]>;

function gaugeStore(registry: Registry, { store }: Facts): void {
  for (const [name, [help, figure]] of Object.entries(FIGURES)) {
    const read = (): number => store.figures()[figure];
    if (name.endsWith("_total")) counter(registry, name, help, read);
    else gauge(registry, name, help, () => [{ labels: {}, value: read() }]);
  }
  const disk: Gauge<"kind"> = new Gauge({
    name: "vatio_store_disk_bytes",
    help: "Bytes on the disk: of the store, and free",
    labelNames: ["kind"],
    registers: [registry],
    async collect() {
      const { bytesOnDisk, freeBytes } = await store.status();
      disk.set({ kind: "store" }, bytesOnDisk);
      disk.set({ kind: "free" }, freeBytes);
    },
  });
}

function gaugeStates(registry: Registry, { mqtt, health, devices, plugins }: Facts): void {
  gauge(registry, "vatio_mqtt_connected", "Whether the broker works, or the hub is connected to it", () => [
    { labels: { kind: mqtt.kind }, value: mqtt.status().connected ? 1 : 0 },
  ]);
  gauge(registry, "vatio_mqtt_clients", "Connected MQTT clients", () => [{ labels: {}, value: mqtt.status().clients }]);
  gauge(registry, "vatio_health", "1 for the present health of the hub", () =>
    ["ok", "degraded", "failed"].map((status) => ({ labels: { status }, value: health.status() === status ? 1 : 0 })),
  );
  gauge(registry, "vatio_devices", "Devices by state", () =>
    [...countBy(devices.list(), ({ state }) => state)].map(([state, value]) => ({ labels: { state }, value })),
  );
  gauge(registry, "vatio_plugin_state", "1 for the present state of each plugin", () =>
    plugins.list().map(({ id, state }) => ({ labels: { plugin: id, state }, value: 1 })),
  );
}

function countBy<T>(entries: readonly T[], keyOf: (entry: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(keyOf(entry), (counts.get(keyOf(entry)) ?? 0) + 1);
  return counts;
}

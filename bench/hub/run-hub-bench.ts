import { median, percentile, printFigures, thousands } from "../lib/figures.js";
import { startBenchHub } from "./bench-hub.js";
import { measureLatency } from "./latency.js";
import { runLoad } from "./load-generator.js";
import { measureStartUp } from "./start-up.js";

const METRICS = 6;
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

async function ingest(name: string, rowsPerMessage: number, target: string): Promise<void> {
  const hub = await startBenchHub();
  const result = await runLoad({
    hub,
    connections: 50,
    window: rowsPerMessage === 1 ? 200 : 20,
    rowsPerMessage,
    seconds: 6,
  });
  printFigures(name, [
    { name: "messages a second", value: thousands(result.messagesPerSecond) },
    { name: "rows a second", value: thousands(result.rowsPerSecond), target },
    { name: "samples a second", value: thousands(result.rowsPerSecond * METRICS) },
    { name: "processor cores of the hub", value: result.hubCores.toFixed(2) },
    { name: "processor time a row", value: `${((result.hubCores / result.rowsPerSecond) * 1e6).toFixed(1)} µs` },
    { name: "memory after the run", value: mb(hub.residentBytes()) },
  ]);
  await hub.stop();
}

async function latency(): Promise<void> {
  const hub = await startBenchHub(1);
  const { acknowledged, live } = await measureLatency(hub);
  printFigures("One device, eight messages a second", [
    { name: "publish to WebSocket frame, p50", value: ms(median(live)) },
    { name: "publish to WebSocket frame, p99", value: ms(percentile(live, 0.99)), target: "<= 5 ms" },
    { name: "publish to durable PUBACK, p99", value: ms(percentile(acknowledged, 0.99)), target: "<= 300 ms" },
  ]);
  await hub.stop();
}

/** Measures the whole hub from outside, as a device and as a browser would. */
export async function runHubBench(): Promise<void> {
  await ingest("Durable ingest, JSON, one row a message, QoS 1, PUBACK after commit", 1, ">= 60 k");
  await ingest("Durable ingest, JSON, 60 rows a message, QoS 1, PUBACK after commit", 60, ">= 500 k");
  await latency();
  const { times, idleBytes } = await measureStartUp();
  printFigures("The hub as it is started, with all its plugins", [
    { name: "start to ready, median of 5", value: ms(median(times)), target: "<= 1000 ms" },
    { name: "idle memory after 15 s", value: mb(idleBytes), target: "<= 150 MB" },
  ]);
}

import process from "node:process";
import { MetricRegistry } from "@vatio/model";
import { type DeviceId, type Instant, milliseconds, type PluginId, row } from "@vatio/plugin-api";
import { systemClock } from "../../../src/clock.js";
import { CounterTable } from "../../../src/counters.js";
import { openTelemetryStore } from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, quietLog, SECOND } from "./plain.js";

// Writes until it is killed and prints what was acknowledged. Argument 1: the database, 2: number of the first batch, 3: begin of the samples.
const [file = "", first = "0", begin = "0"] = process.argv.slice(2);
const METRICS = ["power_w", "voltage_v", "current_a", "frequency_hz", "reactive_var", "apparent_va"];
const ROWS = 10;
const AT_ONCE = 4;

const store = await openTelemetryStore({
  path: file,
  clock: systemClock,
  counters: new CounterTable(),
  log: quietLog,
  metrics: new MetricRegistry(),
  channels: numbersOf(MAIN, SECOND),
  assignments: nothingAssigned,
  config: { commitMs: milliseconds(5), memoryMb: 128, minFreeMb: 0 },
});

/** Ten samples with the device's own numbers, as a device sends them again after a crash; a new metric now and then. */
async function writeFrame(n: number): Promise<void> {
  const samples = Float64Array.from({ length: ROWS }, (_, i) => n * ROWS + i);
  const metric = METRICS[Math.floor(n / 40) % METRICS.length] ?? "power_w";
  // What is sent again has its times worked out anew: the numbers decide, not the times.
  const drift = Number(first) % 3;
  const at = samples.map((sample) => Number(begin) + sample * 100 + drift);
  await store.write([{ channel: MAIN, origin: "live", at, columns: { [metric]: samples } }], {
    frame: { device: "meter:a1" as DeviceId, boot: "b", from: n * ROWS },
  });
}

/** A sample with its own time, sent again as it was. */
const writeTimed = (n: number) => store.write([row(SECOND, (Number(begin) + n * 100) as Instant, { power_w: n })]);

const writeMessage = (n: number) =>
  store.inbox.put("away" as PluginId, {
    topic: `t/${n}`,
    payload: new Uint8Array([n & 255]),
    qos: 1,
    retained: false,
    at: systemClock.now(),
  });

async function writeAll(n: number): Promise<void> {
  await Promise.all([writeFrame(n), writeTimed(n), writeMessage(n)]);
  process.stdout.write(`${n}\n`);
}

for (let n = Number(first); ; n += AT_ONCE) {
  await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => writeAll(n + i)));
}

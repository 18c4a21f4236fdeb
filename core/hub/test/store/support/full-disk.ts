import { execFileSync } from "node:child_process";
import process from "node:process";
import { MetricRegistry } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";
import { systemClock } from "../../../src/clock.js";
import { CounterTable } from "../../../src/counters.js";
import { HealthTree } from "../../../src/health.js";
import { openTelemetryStore } from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, quietLog } from "./plain.js";

// Writes on a disk that is full for a while: argument 1 is the file, argument 2 the number of batches, argument 3 what makes room again.
const [file = "", batches = "0", roomAfter = "5"] = process.argv.slice(2);
const counters = new CounterTable();
const health = new HealthTree();
const store = await openTelemetryStore({
  path: file,
  clock: systemClock,
  counters,
  health,
  log: quietLog,
  metrics: new MetricRegistry(),
  channels: numbersOf(MAIN),
  assignments: nothingAssigned,
  config: { commitMs: 1, memoryMb: 128, minFreeMb: 0 },
});

const ROWS = 5_000;
const start = systemClock.now() - 36_000_000;
const codes: Record<string, number> = {};
let failures = 0;
let stored = 0;
for (let n = 0; n < Number(batches); ) {
  const at = Float64Array.from({ length: ROWS }, (_, i) => start + n * ROWS + i);
  const noise = (seed: number): Float64Array => at.map((instant) => ((instant * 2_654_435_761 * seed) % 1_000_003) / 7);
  try {
    await store.write([{ channel: MAIN, origin: "live", at, columns: { power_w: noise(1), voltage_v: noise(2), current_a: noise(3) } }]);
    n++;
    stored += ROWS;
  } catch (error) {
    const { code, retryable } = error as { code: string; retryable: boolean };
    const key = `${code} ${retryable}`;
    codes[key] = (codes[key] ?? 0) + 1;
    if (++failures === Number(roomAfter)) execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited:unlimited"]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
let rows = 0;
for await (const block of store.exportRows({ targets: [MAIN], range: { from: 0 as Instant, to: systemClock.now() } })) rows += block.at.length;
console.log(JSON.stringify({ stored, rows, codes, reopened: counters.get("store", "reopened"), health: health.status() }));
await store.close();

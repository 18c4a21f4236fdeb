import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import process from "node:process";
import { MetricRegistry } from "@vatio/model";
import type { Instant } from "@vatio/plugin-api";
import { systemClock } from "../../../src/clock.js";
import { CounterTable } from "../../../src/counters.js";
import { HealthTree } from "../../../src/health.js";
import { openTelemetryStore } from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, quietLog } from "./plain.js";

// Writes on a disk that is full for a while: argument 1 is the database, argument 2 whether the "log" or the "file" has no room.
const [file = "", what = "log"] = process.argv.slice(2);
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
let batches = 0;
let failures = 0;

/** Largest file that this process may write, in bytes. */
const limit = (bytes: number | "unlimited"): void =>
  void execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`]);

/** Stores a batch, however often it takes. After some failures there is room again. */
async function write(metric: string): Promise<void> {
  const at = Float64Array.from({ length: ROWS }, (_, i) => start + batches * ROWS + i);
  const noise = (seed: number): Float64Array => at.map((instant) => ((instant * 2_654_435_761 * seed) % 1_000_003) / 7);
  for (;;) {
    try {
      const columns = { power_w: noise(1), voltage_v: noise(2), [metric]: noise(3) };
      await store.write([{ channel: MAIN, origin: "live", at: at.slice(), columns }]);
      batches++;
      return;
    } catch (error) {
      const { code, retryable } = error as { code: string; retryable: boolean };
      codes[`${code} ${retryable}`] = (codes[`${code} ${retryable}`] ?? 0) + 1;
      if (++failures === 5) limit("unlimited");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

for (let n = 0; n < 30; n++) await write("current_a");
if (what === "file") {
  // A new column is followed by a checkpoint: the first one makes the file large, the second one finds no room to make it larger.
  await write("apparent_va");
  await store.flush();
  for (let n = 0; n < 10; n++) await write("current_a");
  limit(statSync(file).size);
  await write("reactive_var");
  for (let n = 0; n < 5; n++) await write("current_a");
}
let rows = 0;
for await (const block of store.exportRows({ targets: [MAIN], range: { from: 0 as Instant, to: systemClock.now() } }))
  rows += block.at.length;
const outcome = {
  stored: batches * ROWS,
  rows,
  codes,
  reopened: counters.get("store", "reopened"),
  health: health.status(),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
await store.close();

import process from "node:process";
import { MetricRegistry } from "@vatio/model";
import { type ChannelId, type Instant, milliseconds, row } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { CounterTable } from "../../../src/counters.js";
import { openTelemetryStore } from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, quietLog, SECOND } from "./plain.js";

/*
 * Writes, seals, merges and imports, and dies at a step of that. Prints `stored <channel> <instant> <watts>` for what was acknowledged and
 * `<phase> <step>` for each step. Argument 1: the database, 2: number of the step at which it dies (0: never), 3: rows of a day.
 */
const [file = "", dieAt = "0", rows = "20"] = process.argv.slice(2);
const DAY = 86_400_000;
const TODAY = Date.UTC(2026, 4, 18);
const PER_DAY = Number(rows);

const clock = new VirtualClock((TODAY + 3_600_000) as Instant);
let phase = "start";
let steps = 0;
let extra = 0;

const print = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));

const store = await openTelemetryStore({
  path: file,
  clock,
  counters: new CounterTable(),
  log: quietLog,
  metrics: new MetricRegistry(),
  channels: numbersOf(MAIN, SECOND),
  assignments: nothingAssigned,
  config: { commitMs: milliseconds(1), memoryMb: 128, minFreeMb: 0, commitWhenIdle: true, autoSeal: false },
  onSealStep: async (step) => {
    await print(`${phase} ${step}`);
    if (++steps === Number(dieAt)) {
      process.kill(process.pid, "SIGKILL");
      await new Promise(() => undefined);
    }
    // Readings go on coming meanwhile, late ones too.
    extra++;
    await write(SECOND, clock.now() + extra * 1_000, extra);
    await write(SECOND, TODAY - 2 * DAY + 50_000_000 + extra * 1_000, extra);
  },
});

async function write(channel: ChannelId, at: number, watts: number): Promise<void> {
  await store.write([row(channel, at as Instant, { power_w: watts })]);
  await print(`stored ${channel} ${at} ${watts}`);
}

async function writeDay(from: number): Promise<void> {
  const at = Float64Array.from({ length: PER_DAY }, (_, i) => from + i * 1_000);
  const columns = { power_w: at.map((instant) => (instant / 1_000) % 1_009) };
  await store.write([{ channel: MAIN, origin: "live", at: at.slice(), columns }]);
  for (const edge of [0, PER_DAY - 1]) await print(`stored ${MAIN} ${at[edge]} ${columns.power_w[edge]}`);
}

async function seal(name: string): Promise<void> {
  phase = name;
  const { failures } = await store.segments.seal();
  for (const failure of failures) await print(`failed ${failure}`);
}

for (const day of [3, 2, 1]) await writeDay(TODAY - day * DAY);
await seal("day");
await write(MAIN, TODAY - 3 * DAY + 80_000_000, 7);
await seal("late");
phase = "import";
await store.segments.addImport(
  "old",
  (async function* () {
    yield row(MAIN, (TODAY - 400 * DAY) as Instant, { voltage_v: 120 });
  })(),
);
clock.jumpTo((TODAY + 50 * DAY) as Instant);
await write(MAIN, TODAY - 3 * DAY + 81_000_000, 8);
await seal("month");
phase = "remove";
await store.segments.removeImport("old");
phase = "end";
await store.close();
await print(`steps ${steps}`);

import { statSync } from "node:fs";
import type { Instant } from "@vatio/plugin-api";
import { systemClock } from "../../core/hub/src/clock.js";
import type { TelemetryStore } from "../../core/hub/src/store/index.js";
import { median } from "../lib/figures.js";
import { METER_METRICS, meterColumns } from "./simulated-meter.js";
import { CHANNELS, inBenchFolder, openBenchStore } from "./store-setup.js";

const DAY = 86_400;
const METERS = 10;
const RUNS = 7;

/** What a day of ten meters at one reading a second costs, and how fast it is read. */
export interface DayFigures {
  readonly bytesPerSample: number;
  /** Milliseconds from opening the file to the first answer. */
  readonly openMs: number;
  readonly hourMs: number;
  readonly dayMs: number;
  readonly dayAllMetricsMs: number;
  readonly exportRowsPerSecond: number;
}

async function writeDay(store: TelemetryStore, start: number): Promise<void> {
  for (let from = 0; from < DAY; from += 900) {
    const writes = CHANNELS.slice(0, METERS).map((channel, meter) => {
      const at = Float64Array.from(
        { length: 900 },
        (_, i) => start + (from + i) * 1_000 + ((meter * 37 + i * 13) % 31),
      );
      return store.write([{ channel, origin: "replay", at, columns: meterColumns(meter, from, from + 900) }]);
    });
    await Promise.all(writes);
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return median(times);
}

/** Writes a day, closes the store, opens it and asks. */
export function measureDay(): Promise<DayFigures> {
  return inBenchFolder(async (file) => {
    const today = Math.floor(systemClock.now() / 86_400_000) * 86_400_000;
    const start = today - 86_400_000;
    const first = await openBenchStore(file, 5);
    await writeDay(first, start);
    await first.close();
    const bytesPerSample = statSync(file).size / (DAY * METERS * METER_METRICS.length);

    const target = CHANNELS[3] ?? expectChannel();
    const ask = (store: TelemetryStore, from: number, metrics: readonly string[]) =>
      store.series({ target, metrics, range: { from: from as Instant, to: today as Instant }, maxBuckets: 1_000 });
    const openedAt = performance.now();
    const store = await openBenchStore(file);
    await ask(store, today - 3_600_000, ["power_w"]);
    const openMs = performance.now() - openedAt;
    const hourMs = await timed(() => ask(store, today - 3_600_000, ["power_w"]));
    const dayMs = await timed(() => ask(store, start, ["power_w"]));
    const dayAllMetricsMs = await timed(() => ask(store, start, METER_METRICS));
    const exportStarted = performance.now();
    let rows = 0;
    for await (const block of store.exportRows({
      targets: [target],
      range: { from: start as Instant, to: today as Instant },
    }))
      rows += block.at.length;
    const exportRowsPerSecond = rows / ((performance.now() - exportStarted) / 1_000);
    await store.close();
    return { bytesPerSample, openMs, hourMs, dayMs, dayAllMetricsMs, exportRowsPerSecond };
  });
}

function expectChannel(): never {
  throw new Error("The bench has no channels.");
}

import { MetricRegistry } from "@vatio/model";
import { type Instant, milliseconds } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { CounterTable } from "../../../src/counters.js";
import { openTelemetryStore, type TelemetryStore } from "../../../src/store/index.js";
import { MAIN, nothingAssigned, numbersOf, quietLog, SECOND } from "./plain.js";

/** What a store that died holds. */
export interface Checked {
  /** Watts by channel and instant. */
  readonly before: Readonly<Record<string, number>>;
  /** The same when all that was due had been sealed. */
  readonly after: Readonly<Record<string, number>>;
  readonly files: readonly string[];
  readonly failures: readonly string[];
  readonly problems: readonly unknown[];
}

const DAY = 86_400_000;

async function wattsOf(store: TelemetryStore, to: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const channel of [MAIN, SECOND]) {
    const range = { from: 0 as Instant, to: to as Instant };
    for await (const { at, columns } of store.exportRows({ targets: [channel], metrics: ["power_w"], range }))
      at.forEach((instant, i) => {
        const watts = columns.power_w?.[i];
        if (watts !== undefined && !Number.isNaN(watts)) found[`${channel} ${instant}`] = watts;
      });
  }
  return found;
}

/** Opens a store that died and seals all that is due. */
export async function checkStore(file: string): Promise<Checked> {
  const clock = new VirtualClock((Date.UTC(2026, 4, 18) + 52 * DAY) as Instant);
  const store = await openTelemetryStore({
    path: file,
    clock,
    counters: new CounterTable(),
    log: quietLog,
    metrics: new MetricRegistry(),
    channels: numbersOf(MAIN, SECOND),
    assignments: nothingAssigned,
    config: { commitMs: milliseconds(1), memoryMb: 128, minFreeMb: 0, commitWhenIdle: true, autoSeal: false },
  });
  try {
    const before = await wattsOf(store, clock.now() + DAY);
    const { failures } = await store.segments.seal();
    const after = await wattsOf(store, clock.now() + DAY);
    const problems = await store.segments.verify();
    return { before, after, files: store.segments.list().map(({ path }) => path), failures, problems };
  } finally {
    await store.close();
  }
}

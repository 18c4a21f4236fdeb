import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { type ChannelId, type Instant, type MetricName, milliseconds } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Retention } from "../../../src/store/index.js";
import { MAIN, SECOND, temporaryFolder } from "../support/fixture.js";
import { batchOf, DAY, everything, sealingStore, TODAY } from "./support.js";

const ROWS = 20_000;

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

/** A month with noise of two metrics of a channel, and a little of another one. */
async function filled(retention: Retention) {
  const folder = temporaryFolder();
  const clock = new VirtualClock((TODAY + 15 * 60_000) as Instant);
  const fixture = await sealingStore(folder, { clock, retention, config: { commitMs: milliseconds(1) } });
  onTestFinished(() => fixture.store.close());
  const at = Array.from({ length: ROWS }, (_, i) => TODAY - DAY + i * 1_000);
  const noise = (seed: number): number[] => at.map((_, i) => (i * 2_654_435_761 * seed) % 2_003);
  await fixture.store.write([batchOf(MAIN, at, { power_w: noise(1), energy_import_wh: at.map((_, i) => i) })]);
  await fixture.store.write([batchOf(SECOND, at.slice(0, 3), { power_w: [1, 2, 3] })]);
  await fixture.store.segments.seal();
  const sizeAfter = async (day: number): Promise<number> => {
    clock.jumpTo((TODAY + day * DAY) as Instant);
    expect((await fixture.store.segments.seal()).failures).toEqual([]);
    return bytesOf(path.join(folder, "readings"));
  };
  return { ...fixture, sizeAfter };
}

const gauges = (channel: ChannelId, metric: MetricName) => (channel === MAIN && metric === "power_w" ? 90 : undefined);

describe("retention", () => {
  it("takes what reached its age out of the month, and the disk is free again", async () => {
    const fixture = await filled({ daysOf: gauges });
    // The month is over on the 31st of May: it becomes one file on the 5th of July.
    const merged = await fixture.sizeAfter(50);
    expect(fixture.store.segments.list()).toMatchObject([{ kind: "month", metrics: ["energy_import_wh", "power_w"] }]);
    expect(await fixture.sizeAfter(14 + 89)).toBe(merged);
    const smaller = await fixture.sizeAfter(14 + 91);
    expect(smaller).toBeLessThan(merged / 2);
    const [main, second] = await everything(fixture, [MAIN, SECOND]);
    expect(main).toHaveLength(ROWS);
    expect(main?.[1]).toEqual({ at: TODAY - DAY + 1_000, energy_import_wh: 1 });
    expect(second).toHaveLength(3);
    // Once is enough.
    const { generation } = fixture.store.segments.list()[0] ?? {};
    await fixture.sizeAfter(14 + 95);
    expect(fixture.store.segments.list()).toMatchObject([{ generation }]);
  });

  it("drops the file of which nothing is kept", async () => {
    const fixture = await filled({ daysOf: () => 60 });
    expect(await fixture.sizeAfter(50)).toBeGreaterThan(0);
    expect(await fixture.sizeAfter(80)).toBe(0);
    expect(fixture.store.segments.list()).toEqual([]);
    expect(await everything(fixture, [MAIN, SECOND])).toEqual([[], []]);
  });

  it("keeps everything for ever unless it is told otherwise", async () => {
    const fixture = await filled({ daysOf: () => undefined });
    const merged = await fixture.sizeAfter(50);
    expect(await fixture.sizeAfter(5_000)).toBe(merged);
  });
});

import path from "node:path";
import type { Batch, ChannelId, Instant } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { describe, expect, it } from "vitest";
import { Growth } from "../../src/store/growth.js";
import { MAIN, NOW, openStore, reading, rowsOf, SECOND, temporaryFolder } from "./support/fixture.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("a start", () => {
  it("knows the newest value of every metric, however long ago it was", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await openStore({ path: file });
    await first.store.write([
      reading(MAIN, NOW - 60 * DAY, { temperature_c: 20 }),
      reading(SECOND, NOW - 3 * DAY, { power_w: 7 }),
    ]);
    await first.store.write([
      reading(MAIN, NOW - DAY, { power_w: 1, voltage_v: 230 }),
      reading(MAIN, NOW, { power_w: 2 }),
    ]);
    const last = [first.store.last(MAIN), first.store.last(SECOND)];
    await first.store.close();
    const { store } = await openStore({ path: file });
    expect([store.last(MAIN), store.last(SECOND)]).toEqual(last);
    expect(last[0]).toEqual({
      temperature_c: { at: NOW - 60 * DAY, value: 20 },
      voltage_v: { at: NOW - DAY, value: 230 },
      power_w: { at: NOW, value: 2 },
    });
    expect((await store.status()).rows).toBe(4);
  });

  it("finds newer values than it last saved, without a good end", async () => {
    const folder = temporaryFolder();
    const { cpSync } = await import("node:fs");
    const { store, clock } = await openStore({ path: path.join(folder, "a", "t.duckdb") });
    await store.write([reading(MAIN, NOW - 5, { power_w: 1, voltage_v: 229 })]);
    clock.jumpTo((NOW + 6 * 60_000) as Instant);
    await store.write([reading(MAIN, NOW - 4, { power_w: 2 })]);
    await store.write([reading(MAIN, NOW - 3, { power_w: 3, current_a: 1 })]);
    await store.flush();
    cpSync(path.join(folder, "a"), path.join(folder, "b"), { recursive: true });
    const copy = await openStore({ path: path.join(folder, "b", "t.duckdb") });
    expect(copy.store.last(MAIN)).toEqual(store.last(MAIN));
    expect(await copy.store.write([reading(MAIN, NOW - 3, { power_w: 3 })])).toMatchObject({ duplicate: 1 });
  });

  it("goes on numbering arrivals where no earlier run can have been", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    for (const value of [1, 2, 3]) {
      const { store } = await openStore({ path: file });
      // Each run's value comes second: the first one stays.
      await store.write([reading(MAIN, NOW, { power_w: value }), reading(MAIN, NOW + value, { power_w: value })]);
      await store.close();
    }
    const { store } = await openStore({ path: file });
    expect((await rowsOf(store, MAIN)).map((row) => row.power_w)).toEqual([1, 1, 2, 3]);
  });
});

describe("an export", () => {
  it("streams everything in blocks, in order, with the metrics that are asked for", async () => {
    const { store } = await openStore();
    const count = 50_000;
    const at = Float64Array.from({ length: count }, (_, i) => NOW - 20 * HOUR + i * 1_000);
    const batch: Batch = {
      channel: MAIN,
      origin: "live",
      at,
      columns: { power_w: at.map((_, i) => i), voltage_v: at.map((_, i) => (i % 3 === 0 ? Number.NaN : 230)) },
    };
    await store.write([batch]);
    await store.write([reading(SECOND, NOW, { power_w: 5 })]);
    const blocks: { channel: ChannelId; rows: number }[] = [];
    let next = 0;
    const range = { from: 0 as Instant, to: (NOW + 1) as Instant };
    for await (const block of store.exportRows({ targets: [MAIN, SECOND], metrics: ["power_w"], range })) {
      blocks.push({ channel: block.channel, rows: block.at.length });
      expect(Object.keys(block.columns)).toEqual(["power_w"]);
      if (block.channel !== MAIN) continue;
      for (const value of block.columns.power_w ?? []) expect(value).toBe(next++);
    }
    expect(next).toBe(count);
    expect(blocks.length).toBeGreaterThan(3);
    expect(blocks.at(-1)).toEqual({ channel: SECOND, rows: 1 });
  });

  it.each([
    [{ from: 5, to: 5 }, ["power_w"], "E_RANGE_INVALID"],
    [{ from: 0, to: 5 }, ["flux"], "E_METRIC_UNKNOWN"],
  ])("of %o %o is refused", async (range, metrics, code) => {
    const { store } = await openStore();
    const drain = async (): Promise<void> => {
      for await (const _ of store.exportRows({ targets: [MAIN], metrics, range: range as never })) expect.fail();
    };
    await expect(drain()).rejects.toMatchObject({ code });
  });
});

describe("growth", () => {
  it("says how many days are left, once it was watched for half a day", () => {
    const growth = new Growth();
    const clock = new VirtualClock(NOW);
    for (let hour = 0; hour <= 24; hour++) {
      if (hour === 11) expect(growth.daysUntil(1e9)).toBeUndefined();
      const now = (clock.now() + hour * HOUR) as Instant;
      expect(growth.isDue(now)).toBe(true);
      growth.add(now, 1_000_000 + hour * 1_000);
      expect(growth.isDue(now)).toBe(false);
    }
    expect(growth.daysUntil(240_000)).toBeCloseTo(10, 6);
    expect(growth.daysUntil(-5)).toBe(0);
    const copy = new Growth();
    copy.load(growth.serialize());
    expect(copy.daysUntil(240_000)).toBeCloseTo(10, 6);
  });

  it("has no answer while nothing grows, and forgets what is older than two weeks or was stamped by a wrong clock", () => {
    const growth = new Growth();
    growth.add((NOW + 300 * DAY) as Instant, 5);
    growth.add(NOW, 1_000);
    growth.add((NOW + DAY) as Instant, 900);
    expect(growth.daysUntil(100)).toBeUndefined();
    growth.add((NOW + 16 * DAY) as Instant, 2_000);
    growth.add((NOW + 17 * DAY) as Instant, 3_000);
    expect(growth.daysUntil(10_000)).toBeCloseTo(10, 6);
  });
});

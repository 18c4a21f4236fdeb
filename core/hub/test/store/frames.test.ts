import path from "node:path";
import type { Batch, DeviceId, Frame, Instant, PluginId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, rowsOf, SECOND, temporaryFolder } from "./support/fixture.js";

const DEVICE = "meter:a1" as DeviceId;
const METER = { driver: "meter" as PluginId };

/** Sample n is at second n of the boot and has the value n. */
function samples(from: number, count: number, timebase: "utc" | "since-boot", start = 0): Batch {
  const n = Array.from({ length: count }, (_, i) => from + i);
  return {
    channel: MAIN,
    origin: "live",
    timebase,
    at: Float64Array.from(n, (sample) => start + sample * 1_000),
    columns: { power_w: Float64Array.from(n) },
  };
}

const frame = (from: number, boot = "b1"): Frame => ({ device: DEVICE, boot, from });

describe("a frame", () => {
  it("decides duplicates by the device's own numbers, even when times were worked out anew", async () => {
    const { store } = await openStore();
    const start = NOW - 100_000;
    expect(await store.write([samples(0, 10, "utc", start)], { frame: frame(0) })).toMatchObject({
      accepted: 10,
      duplicate: 0,
    });
    expect(await store.write([samples(5, 10, "utc", start + 37)], { frame: frame(5) })).toMatchObject({
      accepted: 5,
      duplicate: 5,
    });
    expect(await store.write([samples(0, 5, "utc", start)], { frame: frame(0, "b2") })).toMatchObject({
      accepted: 0,
      duplicate: 5,
    });
    expect((await rowsOf(store, MAIN)).map((row) => row.power_w)).toEqual(Array.from({ length: 15 }, (_, n) => n));
  });

  it("is one numbering for all its batches", async () => {
    const { store } = await openStore();
    const b = { ...samples(0, 2, "utc", NOW - 10_000), channel: "meter:a1/second" as never };
    await store.write([samples(0, 3, "utc", NOW - 10_000), b], { frame: frame(0) });
    expect(await store.write([samples(0, 4, "utc", NOW - 10_001)], { frame: frame(0) })).toMatchObject({
      accepted: 1,
      duplicate: 3,
    });
  });

  it("belongs to the device of its channels", async () => {
    const { store } = await openStore();
    const foreign = { ...samples(0, 1, "utc", NOW), channel: SECOND };
    expect((await store.write([foreign], { frame: frame(0) })).rejected).toEqual([
      { reason: "rejected.not-owner", rows: 1 },
    ]);
    expect(await store.write([samples(0, 1, "utc", NOW)], { frame: frame(0), ...METER })).toMatchObject({
      accepted: 1,
    });
  });

  it.each([
    ["", 0],
    ["a\nb", 0],
    ["x".repeat(129), 0],
    ["b", -1],
    ["b", 0.5],
    ["b", Number.NaN],
  ])("is refused with the boot %j and the sample %d", async (boot, from) => {
    const { store } = await openStore();
    await expect(store.write([samples(0, 1, "utc", NOW)], { frame: frame(from, boot) })).rejects.toMatchObject({
      code: "E_FRAME_INVALID",
    });
  });

  it("is remembered over a restart", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await openStore({ path: file });
    await first.store.write([samples(0, 10, "utc", NOW - 50_000)], { frame: frame(0) });
    await first.store.write([samples(20, 10, "utc", NOW - 50_000)], { frame: frame(20) });
    await first.store.close();
    const { store } = await openStore({ path: file });
    expect(await store.write([samples(5, 20, "utc", NOW - 50_003)], { frame: frame(5) })).toMatchObject({
      accepted: 10,
      duplicate: 10,
    });
  });

  it("in any order, cut in any way, redelivered at will, brings each sample once", async () => {
    const cut = fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 1, max: 25 }), fc.nat(50)), {
      minLength: 1,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(cut, fc.boolean(), async (cuts, isSinceBoot) => {
        const { store } = await openStore();
        const base = isSinceBoot ? "since-boot" : "utc";
        if (isSinceBoot) await store.bootedAt(DEVICE, "b1", (NOW - 500_000) as Instant, 20);
        const start = isSinceBoot ? 0 : NOW - 500_000;
        // Times drift by some milliseconds between deliveries, as estimates do.
        const writes = cuts.map(([from, count, drift]) =>
          store.write([samples(from, count, base, start + (drift % 5))], { frame: frame(from) }),
        );
        const written = await Promise.all(writes);
        const sent = new Set(cuts.flatMap(([from, count]) => Array.from({ length: count }, (_, i) => from + i)));
        expect(written.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(sent.size);
        expect((await rowsOf(store, MAIN)).map((row) => row.power_w).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
          [...sent].sort((a, b) => a - b),
        );
        await store.close();
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe("rows since boot", () => {
  it("wait for the begin of the boot, over a restart as well, and then have their instants", async () => {
    const file = path.join(temporaryFolder(), "t.duckdb");
    const first = await openStore({ path: file });
    expect(await first.store.write([samples(0, 5, "since-boot")], { frame: frame(0) })).toMatchObject({ accepted: 5 });
    expect(await first.store.write([samples(0, 5, "since-boot")], { frame: frame(0) })).toMatchObject({
      accepted: 0,
      duplicate: 5,
    });
    expect(first.store.last(MAIN)).toEqual({});
    await first.store.close();
    const { store } = await openStore({ path: file });
    expect(store.figures().heldRows).toBe(5);
    const boot = (NOW - 60_000) as Instant;
    await store.bootedAt(DEVICE, "b1", boot, 15);
    expect(await rowsOf(store, MAIN)).toEqual([0, 1, 2, 3, 4].map((n) => ({ at: boot + n * 1_000, power_w: n })));
    expect(store.figures().heldRows).toBe(0);
    expect(store.last(MAIN).power_w).toEqual({ at: boot + 4_000, value: 4 });
    await store.write([samples(5, 1, "since-boot")], { frame: frame(5) });
    expect(await rowsOf(store, MAIN)).toHaveLength(6);
  });

  it("of another boot go on waiting", async () => {
    const { store } = await openStore();
    await store.write([samples(0, 5, "since-boot")], { frame: frame(0, "b2") });
    await store.bootedAt(DEVICE, "b1", (NOW - 60_000) as Instant, 15);
    expect(store.figures().heldRows).toBe(5);
  });

  it("follow a more exact begin, and not a less exact one", async () => {
    const { store } = await openStore();
    for (const [at, error] of [
      [NOW - 60_000, 100],
      [NOW - 59_000, 500],
      [NOW - 59_900, 10],
    ] as const)
      await store.bootedAt(DEVICE, "b1", at as Instant, error);
    await store.write([samples(1, 1, "since-boot")], { frame: frame(1) });
    expect((await rowsOf(store, MAIN))[0]?.at).toBe(NOW - 58_900);
  });

  it("are refused without a frame, and when there are too many", async () => {
    const { store } = await openStore({ config: { heldRows: 20 } });
    expect((await store.write([samples(0, 2, "since-boot")])).rejected).toEqual([
      { reason: "rejected.no-boot", rows: 2 },
    ]);
    const written = await store.write([samples(0, 30, "since-boot")], { frame: frame(0) });
    expect(written).toEqual({ accepted: 20, duplicate: 0, rejected: [{ reason: "rejected.holding-full", rows: 10 }] });
  });

  it.each([
    [0, 1],
    [NOW, -1],
    [Number.NaN, 1],
    [NOW, Number.NaN],
  ])("do not believe that a boot began at %d ± %d", async (at, error) => {
    const { store } = await openStore();
    await expect(store.bootedAt(DEVICE, "b1", at as Instant, error)).rejects.toMatchObject({ code: "E_BOOT_INVALID" });
  });
});

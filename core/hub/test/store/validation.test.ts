import type { Batch, ChannelId, Instant, PluginId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAIN, NOW, openStore, reading, rowsOf, SECOND } from "./support/fixture.js";

const DAY = 86_400_000;
const { NaN: absent } = Number;

const batch = (
  at: readonly number[],
  columns: Record<string, readonly number[]>,
  channel: ChannelId = MAIN,
): Batch => ({
  channel,
  origin: "live",
  at: Float64Array.from(at),
  columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, Float64Array.from(column)])),
});

describe("rows that cannot be right", () => {
  it.each<[string, Batch, number, Record<string, number>]>([
    [
      "an unknown channel",
      batch([NOW], { power_w: [1] }, "meter:x/main" as ChannelId),
      0,
      { "rejected.unknown-channel": 1 },
    ],
    [
      "an unknown metric",
      batch([NOW, NOW + 1], { flux: [1, absent], power_w: [2, 3] }),
      2,
      { "rejected.unknown-metric": 1 },
    ],
    [
      "a metric called like a column",
      batch([NOW], { arrival: [1], channel: [1], at: [1], origin: [1] }),
      0,
      { "rejected.unknown-metric": 1 },
    ],
    [
      "an infinite value",
      batch([NOW, NOW + 1], { power_w: [Number.POSITIVE_INFINITY, 3] }),
      1,
      { "rejected.not-finite": 1 },
    ],
    [
      "a value out of range",
      batch([NOW, NOW + 1], { humidity_pct: [101, 50], frequency_hz: [50, -1] }),
      2,
      { "rejected.out-of-range": 2 },
    ],
    [
      "two values of a row out of range",
      batch([NOW], { humidity_pct: [101], frequency_hz: [-1] }),
      0,
      { "rejected.out-of-range": 1 },
    ],
    ["no value at all", batch([NOW, NOW + 1], { power_w: [absent, 3] }), 1, { "rejected.empty": 1 }],
    ["a time before 2020", batch([Date.UTC(2019, 11, 31), NOW], { power_w: [1, 2] }), 1, { "rejected.bad-time": 1 }],
    ["a time more than a day ahead", batch([NOW, NOW + DAY], { power_w: [1, 2] }), 1, { "rejected.bad-time": 1 }],
    ["no time", batch([absent, NOW], { power_w: [1, 2] }), 1, { "rejected.bad-time": 1 }],
    ["an infinite time", batch([NOW, Number.POSITIVE_INFINITY], { power_w: [1, 2] }), 1, { "rejected.bad-time": 1 }],
    ["times that fall", batch([NOW, NOW - 1, NOW + 1], { power_w: [1, 2, 3] }), 2, { "rejected.not-ascending": 1 }],
    ["nothing", batch([], { power_w: [] }), 0, {}],
  ])("are counted, and the others stored: %s", async (_name, given, accepted, rejected) => {
    const { store, counters } = await openStore();
    const written = await store.write([given]);
    expect(written.accepted).toBe(accepted);
    expect(Object.fromEntries(written.rejected.map(({ reason, rows }) => [reason, rows]))).toEqual(rejected);
    for (const [reason, rows] of Object.entries(rejected))
      expect(counters.get("store", "rows-kept-out", reason)).toBe(rows);
    expect(await rowsOf(store, given.channel)).toHaveLength(accepted);
  });

  it("are those of another driver's channel", async () => {
    const { store } = await openStore();
    const asOther = await store.write([reading(MAIN, NOW, { power_w: 1 })], { driver: "shelly" as PluginId });
    expect(asOther).toEqual({ accepted: 0, duplicate: 0, rejected: [{ reason: "rejected.not-owner", rows: 1 }] });
    expect((await store.write([reading(MAIN, NOW, { power_w: 1 })], { driver: "meter" as PluginId })).accepted).toBe(1);
  });

  it("are those that an owner check refuses", async () => {
    const { store } = await openStore({ owns: (driver, channel) => driver === "x" && channel === SECOND });
    const driver = "x" as PluginId;
    expect(
      (await store.write([reading(MAIN, NOW, { power_w: 1 }), reading(SECOND, NOW, { power_w: 1 })], { driver }))
        .accepted,
    ).toBe(1);
  });

  it.each<[string, Batch]>([
    ["columns of two lengths", batch([NOW], { power_w: [1, 2] })],
    ["columns that are not typed", { ...batch([NOW], {}), columns: { power_w: [1] as never } }],
    ["times that are not typed", { ...batch([NOW], {}), at: [NOW] as never }],
    ["an unknown origin", { ...batch([NOW], { power_w: [1] }), origin: "guess" as never }],
  ])("make the write fail when they are a plugin's mistake: %s", async (_name, given) => {
    const { store } = await openStore();
    await expect(store.write([given])).rejects.toMatchObject({ code: "E_BATCH_INVALID", retryable: false });
  });

  it("never stop the store, whatever they are", async () => {
    const { store } = await openStore();
    const number = fc.oneof(
      fc.double(),
      fc.constantFrom(NOW, NOW + 0.4, -0, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE, 8.64e15),
    );
    const names = fc.constantFrom(
      "power_w",
      "energy_import_wh",
      "at",
      "channel",
      'x"; DROP TABLE late; --',
      "__proto__",
      "constructor",
      "",
    );
    const given = fc
      .array(number, { maxLength: 8 })
      .chain((at) =>
        fc
          .dictionary(names, fc.array(number, { minLength: at.length, maxLength: at.length }), { maxKeys: 4 })
          .map((columns) => batch(at, columns)),
      );
    await fc.assert(
      fc.asyncProperty(given, async (one) => {
        const rows = one.at.length;
        const { accepted, duplicate } = await store.write([one]);
        expect(accepted + duplicate).toBeLessThanOrEqual(rows);
      }),
      { numRuns: 300 },
    );
    for (const { at, ...values } of await rowsOf(store, MAIN)) {
      expect(Number.isSafeInteger(at)).toBe(true);
      for (const value of Object.values(values)) expect(Number.isFinite(value)).toBe(true);
    }
  }, 30_000);
});

describe("times", () => {
  it("are whole milliseconds", async () => {
    const { store } = await openStore();
    await store.write([batch([NOW + 0.4, NOW + 0.6, NOW + 1.4], { power_w: [1, 2, 3] })]);
    expect(await rowsOf(store, MAIN)).toEqual([
      { at: NOW, power_w: 1 },
      { at: NOW + 1, power_w: 2 },
    ]);
  });

  it("may be old: the day gets no table then, and is found all the same", async () => {
    const { store } = await openStore();
    const at = NOW - 400 * DAY;
    await store.write([reading(MAIN, at, { power_w: 1 })]);
    await store.write([reading(MAIN, NOW, { power_w: 2 })]);
    expect(await store.write([reading(MAIN, at, { power_w: 1 })])).toMatchObject({ duplicate: 1 });
    expect((await rowsOf(store, MAIN)).map((row) => row.at)).toEqual([at, NOW]);
  });
});

describe("a machine that does not know the time", () => {
  it("keeps what it stamped until it does", async () => {
    const clock = new VirtualClock(60_000 as Instant);
    const { store } = await openStore({ clock });
    const timed = Date.UTC(2026, 1, 1);
    expect((await store.write([reading(MAIN, clock.now(), { power_w: 1 })])).accepted).toBe(1);
    clock.jumpTo((clock.now() + 5_000) as Instant);
    // A device that knows the time itself.
    expect((await store.write([reading(SECOND, timed, { power_w: 7 })])).accepted).toBe(1);
    expect((await store.write([batch([clock.now() - 1_000, clock.now()], { power_w: [2, 3] })])).accepted).toBe(2);
    expect(store.figures().heldRows).toBe(3);
    expect(await rowsOf(store, MAIN)).toEqual([]);
    expect(await rowsOf(store, SECOND)).toHaveLength(1);
  });

  it("gives them their instants as soon as it does", async () => {
    // The virtual clock's monotonic time follows a jump; this one does not, as a real one.
    class SetClock extends VirtualClock {
      #offset = 0;
      override now(): Instant {
        return (super.now() + this.#offset) as Instant;
      }
      set(now: number): void {
        this.#offset = now - super.now();
      }
    }
    const clock = new SetClock(60_000 as Instant);
    const { store } = await openStore({ clock });
    await store.write([reading(MAIN, clock.now(), { power_w: 1 })]);
    clock.jumpTo((clock.now() + 10_000) as Instant);
    await store.write([reading(MAIN, clock.now(), { power_w: 2 })]);
    clock.set(NOW);
    await store.write([reading(MAIN, NOW + 1, { power_w: 3 })]);
    await expect
      .poll(() => rowsOf(store, MAIN))
      .toEqual([
        { at: NOW - 10_000, power_w: 1 },
        { at: NOW, power_w: 2 },
        { at: NOW + 1, power_w: 3 },
      ]);
    expect(store.figures().heldRows).toBe(0);
  });
});

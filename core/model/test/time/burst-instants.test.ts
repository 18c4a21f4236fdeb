import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BurstInstants } from "../../src/time/burst-instants.js";
import { type Instant, instant, milliseconds, seconds } from "../../src/time/instant.js";

interface Step {
  readonly metric: string;
  readonly value: number;
  readonly gap: number;
}

const WINDOW = seconds(5);
const metric = fc.constantFrom("voltage_v", "current_a", "power_w", "energy_import_wh");
const step = fc.record({ metric, value: fc.integer({ min: 0, max: 3 }), gap: fc.integer({ min: 0, max: 7_000 }) });

function replay(steps: readonly Step[], window = WINDOW) {
  const bursts = new BurstInstants({ window });
  let now = 1_000_000;
  return steps.map(({ metric: name, value, gap }) => {
    now += gap;
    const at = bursts.instantFor({ device: "d", metric: name, value, at: instant(now) });
    return { metric: name, value, arrival: now, at: at as Instant };
  });
}

describe("the instants of bursts", () => {
  it("gives the seven values of a burst the arrival of the first", () => {
    const steps = ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({ metric: name, value: 1, gap: 200 }));
    expect(new Set(replay(steps).map(({ at }) => at)).size).toBe(1);
    expect(replay(steps)[0]?.at).toBe(1_000_200);
  });

  it("begins anew with a metric that comes again, and when the window has passed", () => {
    const steps = [
      { metric: "a", value: 1, gap: 0 },
      { metric: "b", value: 1, gap: 100 },
      { metric: "a", value: 2, gap: 100 },
      { metric: "b", value: 2, gap: 100 },
      { metric: "c", value: 1, gap: 4_900 },
    ];
    expect(replay(steps).map(({ at }) => at - 1_000_000)).toEqual([0, 0, 200, 200, 5_200]);
  });

  it.each([
    ["an equal value of QoS 0 within a second", { value: 1, gap: 999 }, 1_000],
    ["an equal value of QoS 0 later", { value: 1, gap: 1_000 }, 2_000],
    ["another value of QoS 0", { value: 2, gap: 10 }, 1_010],
    ["an equal value of QoS 1, which was acknowledged", { value: 1, gap: 10, qos: 1 as const }, 1_010],
    [
      "an equal value of QoS 1 that is marked as sent before",
      { value: 1, gap: 10, qos: 1 as const, redelivered: true },
      1_000,
    ],
  ])("gives %s its instant", (_what, { gap, ...second }, expected) => {
    const bursts = new BurstInstants({ window: WINDOW });
    const first = { device: "d", metric: "a", value: 1, at: instant(1_000) };
    bursts.instantFor(first);
    expect(bursts.instantFor({ ...first, ...second, at: instant(1_000 + gap) })).toBe(expected);
  });

  it("keeps devices apart", () => {
    const bursts = new BurstInstants({ window: WINDOW });
    const arrive = (device: string, at: number) =>
      bursts.instantFor({ device, metric: "a", value: at, at: instant(at) });
    expect([arrive("x", 1), arrive("y", 2), arrive("x", 9)]).toEqual([1, 2, 9]);
  });

  it("does not depend on the order within a burst", () => {
    const names = ["tension", "corriente", "fp", "frecuencia", "potencia_prom", "consumo", "energy_raw"];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names, { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 7, maxLength: 7 }),
        fc.integer({ min: 2, max: 4 }),
        (order, gaps, count) => {
          const burst = (n: number): Step[] =>
            order.map((name, i) => ({ metric: name, value: n, gap: i === 0 ? 120_000 : (gaps[i] ?? 0) }));
          const rows = replay(Array.from({ length: count }, (_, n) => burst(n)).flat());
          const instants = Array.from({ length: count }, (_, n) => rows.filter(({ value }) => value === n));
          for (const row of instants) expect(new Set(row.map(({ at }) => at)).size).toBe(1);
          expect(new Set(rows.map(({ at }) => at)).size).toBe(count);
        },
      ),
    );
  });

  it.each([5_000, 0])("loses nothing and never merges two values of a metric, window %i ms", (window) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const held = new Map<string, number>();
        for (const { metric: name, value, at, arrival } of replay(steps, milliseconds(window))) {
          const key = `${name}@${at}`;
          expect(held.get(key) ?? value).toBe(value);
          held.set(key, value);
          expect(at - arrival).toBeLessThanOrEqual(60_000);
          expect(arrival - at).toBeLessThanOrEqual(window);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives each value of one millisecond an instant of its own, up to a minute ahead, and then none", () => {
    const steps = Array.from({ length: 60_500 }, (_, i) => ({ metric: "a", value: i, gap: 0 }));
    const instants = replay(steps, milliseconds(0)).map(({ at }) => at);
    expect(new Set(instants.filter((at) => at !== undefined)).size).toBe(60_001);
    expect(instants.slice(60_001).every((at) => at === undefined)).toBe(true);
  });

  it("goes on after the clock was set back", () => {
    const bursts = new BurstInstants({ window: WINDOW });
    const arrive = (value: number, at: number) =>
      bursts.instantFor({ device: "d", metric: "a", value, at: instant(at) });
    expect([arrive(1, 9_000_000), arrive(2, 5_000_000), arrive(3, 5_000_000)]).toEqual([9e6, 5e6, 5e6 + 1]);
  });

  it("remembers a bounded number of devices", () => {
    const bursts = new BurstInstants({ window: WINDOW });
    for (let i = 0; i < 20_000; i++) bursts.instantFor({ device: `flood-${i}`, metric: "a", value: 1, at: instant(i) });
    expect(bursts.size).toBe(5_000);
  });
});

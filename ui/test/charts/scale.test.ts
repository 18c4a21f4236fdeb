import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { niceRange, steadyRange, tickDecimals, ticksOf } from "../../src/charts/scale.js";

const value = fc.double({ min: -1e7, max: 1e7, noNaN: true });

describe("niceRange", () => {
  it.each([
    [0, 2_210, true, [0, 1_000, 2_000, 3_000]],
    [-4, 2_000, true, [0, 500, 1_000, 1_500, 2_000]],
    [-900, 4_100, true, [-2_000, 0, 2_000, 4_000, 6_000]],
    [126.9, 127.6, false, [125, 126, 127, 128, 129, 130]],
  ])("of %d to %d, from zero %s", (min, max, fromZero, ticks) => {
    const range = niceRange(min, max, { fromZero, leastSpan: 4 });
    expect(ticksOf(range)).toEqual(ticks);
  });

  it("holds every value between its limits, with 2 to 8 ticks", () => {
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, fromZero) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const range = niceRange(min, max, { fromZero, leastSpan: 0.1 });
        // What no eye can see may stand out: a billionth of a step, and below zero the noise of a meter.
        const slack = Math.max(range.step * 1e-8, Math.abs(max) * 0.04);
        expect(range.min).toBeLessThanOrEqual(min + slack);
        expect(range.max).toBeGreaterThanOrEqual(max - slack);
        expect(ticksOf(range).length).toBeGreaterThanOrEqual(2);
        expect(ticksOf(range).length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it("shows something without any value", () => {
    expect(niceRange(Number.NaN, Number.NaN, { fromZero: true, leastSpan: 1 })).toEqual({ min: 0, max: 1, step: 0.5 });
  });
});

describe("steadyRange", () => {
  const wide = { min: 0, max: 4_000, step: 1_000 };
  it("keeps the limits while the values fill half of them", () => {
    expect(steadyRange({ min: 0, max: 2_000, step: 500 }, wide)).toBe(wide);
    expect(steadyRange({ min: 0, max: 1_000, step: 500 }, wide).max).toBe(1_000);
    expect(steadyRange({ min: 0, max: 5_000, step: 1_000 }, wide).max).toBe(5_000);
  });
});

describe("tickDecimals", () => {
  it.each([
    [1_000, 0],
    [1, 0],
    [0.5, 1],
    [0.25, 2],
    [2.5, 1],
    [0.02, 2],
  ])("of a step of %d are %i", (step, decimals) => {
    expect(tickDecimals(step)).toBe(decimals);
  });
});

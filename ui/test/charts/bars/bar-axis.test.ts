import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barAxis, barTicks, usualTop } from "../../../src/charts/bars/bar-axis.js";

const usual = [28, 30, 25, 27, 31, 26, 24, 29];

describe("usualTop", () => {
  it("leaves out one bar that stands far above all others", () => {
    expect(usualTop([...usual, 62.5])).toBe(31);
    expect(usualTop([...usual, 1e9])).toBe(31);
  });

  it("keeps a high bar that others come near to", () => {
    expect(usualTop([...usual, 45])).toBe(45);
  });

  it("calls nothing unusual among few bars", () => {
    expect(usualTop([1, 1, 100])).toBe(100);
    expect(usualTop([])).toBe(0);
  });

  it("breaks several off when there are many bars, but never a crowd", () => {
    const days = Array.from({ length: 60 }, (_, index) => 20 + (index % 7));
    expect(usualTop([...days, 90, 95])).toBe(26);
    expect(usualTop([...days, ...Array.from({ length: 20 }, () => 95)])).toBe(95);
  });
});

describe("barAxis", () => {
  it("has a limit only where a bar is broken off", () => {
    expect(barAxis(usual, [0]).limit).toBe(Number.POSITIVE_INFINITY);
    const { limit, max } = barAxis([...usual, 62.5], [0]);
    expect(limit).toBe(max);
    expect(max).toBeLessThan(62.5);
  });

  it("leaves little room below zero for what little goes out", () => {
    const { min, step } = barAxis(usual, [-4]);
    expect(min).toBeLessThanOrEqual(-4);
    expect(min).toBeGreaterThan(-step);
  });

  it("holds every bar that is not broken off", () => {
    const values = fc.array(fc.double({ min: 0.001, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (tops, outs) => {
        const { min, max, limit } = barAxis(
          tops,
          outs.map((out) => -out),
        );
        for (const top of tops) expect(top <= max * 1.000_001 || limit === max).toBe(true);
        for (const out of outs) expect(-out).toBeGreaterThanOrEqual(min * 1.000_001);
      }),
    );
  });
});

describe("barTicks", () => {
  it("counts from zero, both ways", () => {
    expect(barTicks({ min: -21, max: 40, step: 10 })).toEqual([-20, -10, 0, 10, 20, 30, 40]);
  });

  it("takes half a step where there is no room for a whole one", () => {
    expect(barTicks({ min: -6, max: 20, step: 10 })).toEqual([-5, 0, 10, 20]);
    expect(barTicks({ min: -2, max: 20, step: 10 })).toEqual([0, 10, 20]);
  });
});

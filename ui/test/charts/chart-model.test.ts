import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChartModel,
  coverageOf,
  expectedInterval,
  gapZones,
  lonePoints,
  markGaps,
  nextValue,
} from "../../src/charts/chart-model.js";

const at = (...seconds: number[]): number[] => seconds.map((second) => second * 1_000);

const model = (
  instants: readonly number[],
  values: readonly (number | null)[],
  more: Partial<ChartModel> = {},
): ChartModel => ({
  at: instants,
  lines: [{ key: "a", label: "a", color: "--brand", values }],
  unit: "W",
  from: instants[0] ?? 0,
  to: (instants.at(-1) ?? 0) + 1_000,
  bucketMs: 1_000,
  fromZero: true,
  now: Number.MAX_SAFE_INTEGER,
  ...more,
});

const columns = fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null }), { maxLength: 60 });

describe("expectedInterval", () => {
  it("is the usual distance between values, not between buckets", () => {
    const instants = at(...Array.from({ length: 13 }, (_, index) => index * 5));
    const everyMinute = instants.map((instant) => (instant % 60_000 === 0 ? 1 : null));
    expect(expectedInterval(instants, everyMinute, 5_000)).toBe(60_000);
  });

  it("is a bucket when there are fewer than two values", () => {
    expect(expectedInterval(at(0, 1), [null, 1], 1_000)).toBe(1_000);
  });
});

describe("markGaps", () => {
  it("bridges what lies between two readings of a slow meter and keeps a long silence", () => {
    const instants = at(...Array.from({ length: 40 }, (_, index) => index));
    const values = instants.map((_, index) => (index % 4 === 0 && (index < 12 || index > 30) ? index : null));
    const marked = markGaps(instants, values, 1_000);
    expect(marked.slice(0, 9)).toEqual([0, undefined, undefined, undefined, 4, undefined, undefined, undefined, 8]);
    expect(marked[20]).toBeNull();
  });

  it("changes no value and never makes one up", () => {
    fc.assert(
      fc.property(columns, (values) => {
        const instants = values.map((_, index) => index * 1_000);
        const marked = markGaps(instants, values, 1_000);
        expect(marked).toHaveLength(values.length);
        for (const [index, value] of values.entries())
          if (value !== null) expect(marked[index]).toBe(value);
          else expect(typeof marked[index]).not.toBe("number");
      }),
    );
  });

  it("never bridges before the first or after the last value", () => {
    fc.assert(
      fc.property(columns, (values) => {
        const marked = markGaps(
          values.map((_, index) => index * 1_000),
          values,
          1_000,
        );
        const first = values.findIndex((value) => value !== null);
        const last = values.findLastIndex((value) => value !== null);
        for (const [index, value] of marked.entries())
          if (first < 0 || index < first || index > last) expect(value).toBeNull();
      }),
    );
  });
});

describe("gapZones", () => {
  it("covers a silence between two values", () => {
    const instants = at(0, 1, 2, 3, 10, 11, 12);
    expect(gapZones(model(instants, [1, 1, 1, 1, 1, 1, 1]))).toEqual([{ from: 4_000, to: 10_000 }]);
  });

  it("covers the time before the first value, and ends at now", () => {
    const zones = gapZones(model(at(20, 21, 22), [1, 1, 1], { from: 0, to: 60_000, now: 40_000 }));
    expect(zones).toEqual([
      { from: 0, to: 20_000 },
      { from: 23_000, to: 40_000 },
    ]);
  });

  it("is everything that has passed when there is no value at all", () => {
    expect(gapZones(model([], [], { from: 0, to: 60_000, now: 30_000 }))).toEqual([{ from: 0, to: 30_000 }]);
    expect(gapZones(model(at(0, 1), [null, null], { from: 0, to: 60_000, now: 30_000 }))).toEqual([
      { from: 0, to: 30_000 },
    ]);
  });

  it("does not let a comparison fill a gap", () => {
    const instants = at(0, 1, 2, 3, 10, 11);
    const both = model(instants, [1, 1, 1, 1, 1, 1]);
    const [line] = both.lines;
    const dashed = { key: "b", label: "b", color: "--ink-2" as const, dashed: true, values: instants.map(() => 5) };
    expect(gapZones({ ...both, lines: line ? [line, dashed] : [] })).toEqual([{ from: 4_000, to: 10_000 }]);
  });

  it("are in order, apart, within the range, and free of values", () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 0, max: 70 }), (values, nowSecond) => {
        const instants = values.map((_, index) => index * 1_000);
        const shown = model(instants, values, { from: 0, to: 60_000, now: nowSecond * 1_000 });
        let end = 0;
        for (const zone of gapZones(shown)) {
          expect(zone.from).toBeGreaterThanOrEqual(end);
          expect(zone.to).toBeLessThanOrEqual(Math.min(60_000, shown.now));
          expect(zone.to).toBeGreaterThan(zone.from);
          end = zone.to;
          for (const [index, value] of values.entries())
            if (value !== null) expect(index * 1_000 > zone.from && index * 1_000 < zone.to).toBe(false);
        }
      }),
    );
  });
});

describe("lonePoints", () => {
  it("finds values that no line can show", () => {
    expect(lonePoints([null, 5, null, 1, 2, null, undefined, 7, undefined, null])).toEqual([1, 7]);
    expect(lonePoints([5])).toEqual([0]);
    expect(lonePoints([5, undefined, 6])).toEqual([]);
  });
});

describe("nextValue", () => {
  const { lines } = model(at(0, 1, 2, 3), [1, null, null, 4]);
  it("skips gaps and stays at the ends", () => {
    expect(nextValue(lines, 0, 1)).toBe(3);
    expect(nextValue(lines, 3, 1)).toBe(3);
    expect(nextValue(lines, 3, -1)).toBe(0);
  });
});

describe("coverageOf", () => {
  it("counts only what has passed", () => {
    const instants = at(...Array.from({ length: 50 }, (_, index) => index));
    const half = model(
      instants,
      instants.map((_, index) => (index < 25 ? 1 : null)),
      { to: 100_000, now: 50_000 },
    );
    expect(coverageOf(half)).toBeCloseTo(0.5, 2);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BarModel, bucketState, runsOf, stacksOf, totalOf } from "../../../src/charts/bars/bar-model.js";

const HOUR = 3_600_000;

const model = (
  values: Readonly<Record<string, readonly (number | null)[]>>,
  more: Partial<BarModel> = {},
): BarModel => {
  const length = Object.values(values)[0]?.length ?? 0;
  return {
    edges: Array.from({ length: length + 1 }, (_, index) => index * HOUR),
    series: Object.entries(values).map(([key, column]) => ({
      key,
      label: key,
      color: "--brand",
      values: column,
      ...(key === "out" ? { below: true } : {}),
    })),
    unit: "Wh",
    now: length * HOUR,
    ...more,
  };
};

describe("bucketState", () => {
  const now = 3.5 * HOUR;
  it.each([
    ["whole", 0, [1, 1, 1, 1, null], undefined],
    ["partial", 3, [1, 1, 1, 1, null], undefined],
    ["future", 4, [1, 1, 1, 1, null], undefined],
    ["gap", 1, [1, null, 1, 1, null], undefined],
    ["before", 0, [null, 1, 1, 1, null], HOUR],
    ["gap", 0, [null, 1, 1, 1, null], HOUR / 2],
    ["gap", 3, [1, 1, 1, null, null], undefined],
  ] as const)("%s", (state, index, values, since) => {
    expect(bucketState(model({ a: values }, { now, since }), index)).toBe(state);
  });

  it("knows a zero from nothing", () => {
    expect(bucketState(model({ a: [0, 1] }), 0)).toBe("whole");
  });
});

describe("stacksOf", () => {
  it("stacks up from zero, and down what goes out", () => {
    const [stack] = stacksOf(model({ solar: [2], grid: [3], out: [1] }));
    expect(stack?.segments.map(({ series, from, to }) => [series.key, from, to])).toEqual([
      ["solar", 0, 2],
      ["grid", 2, 5],
      ["out", 0, -1],
    ]);
    expect([stack?.top, stack?.bottom]).toEqual([5, -1]);
  });

  it("leaves out what the reader hid, and what is nothing", () => {
    const [stack] = stacksOf(model({ solar: [2], grid: [0], other: [4] }), new Set(["solar"]));
    expect(stack?.segments.map(({ series }) => series.key)).toEqual(["other"]);
    expect(stack?.top).toBe(4);
  });

  it("has no bar where nothing is known", () => {
    expect(stacksOf(model({ a: [null, 1] }))[0]).toMatchObject({ state: "gap", segments: [], top: 0 });
  });

  it("is as high as all of its parts together", () => {
    const column = fc.array(fc.option(fc.integer({ min: 0, max: 1e6 }), { nil: null }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(column, column, column, (a, b, out) => {
        for (const [index, { top, bottom, segments }] of stacksOf(model({ a, b, out })).entries()) {
          expect(top).toBeCloseTo((a[index] ?? 0) + (b[index] ?? 0), 6);
          expect(bottom).toBeCloseTo(-(out[index] ?? 0), 6);
          for (const { from, to } of segments) expect(Math.abs(to)).toBeGreaterThan(Math.abs(from));
        }
      }),
    );
  });
});

describe("runsOf", () => {
  it("joins neighbours only", () => {
    expect(runsOf(["gap", "gap", "whole", "gap", "future"], "gap")).toEqual([
      { first: 0, last: 1 },
      { first: 3, last: 3 },
    ]);
    expect(runsOf(["whole"], "gap")).toEqual([]);
  });
});

describe("totalOf", () => {
  it("is unknown where nothing is known, and 0 where that was measured", () => {
    expect(totalOf([null, null])).toBeUndefined();
    expect(totalOf([0, null])).toBe(0);
    expect(totalOf([1, null, 2, 4], 3)).toBe(3);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPause } from "../../../src/controllers/refresh-controller.js";
import type { Balance } from "../../../src/pages/now/balance.js";
import { SPARK_MS, sparkValues, withRows } from "../../../src/pages/now/live-tail.js";
import type { PowerHistory } from "../../../src/pages/now/power-history.js";

const NOW = 1_795_000_000_000;
const BUCKET = 20_000;

/** Stored buckets that end at `NOW`, oldest first. */
const stored = (values: readonly (number | null)[]): PowerHistory => ({
  at: values.map((_, index) => NOW - (values.length - index) * BUCKET),
  bucketMs: BUCKET,
  consumption: values,
});

describe("the small line beside the power", () => {
  it("is empty before there are two values", () => {
    expect(sparkValues(undefined, [], NOW)).toEqual([]);
    expect(sparkValues(undefined, [{ at: NOW, value: 5 }], NOW)).toEqual([]);
  });

  it("begins with what arrives, without anything stored", () => {
    const trail = [0, 1, 2, 3].map((second) => ({ at: NOW - 3_000 + second * 1_000, value: second * 10 }));
    expect(sparkValues(undefined, trail, NOW)).toEqual([0, 10, 20, 30]);
  });

  it("spans only what is known, and ends with the newest value", () => {
    const values = sparkValues(stored([null, null, 100, 100, 100]), [{ at: NOW, value: 400 }], NOW);
    expect(values[0]).toBe(100);
    expect(values.at(-1)).toBe(400);
    expect(values).not.toContain(null);
  });

  it("shows a silence as a gap", () => {
    const silence = Array.from({ length: 20 }, () => null);
    const values = sparkValues(stored([100, 100, 100, ...silence, 100, 100, 100]), [], NOW);
    expect(values).toContain(null);
  });

  it("never leaves the range of what was measured", () => {
    const reading = fc.option(fc.integer({ min: -5_000, max: 5_000 }), { nil: null });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 90 }), (column) => {
        const known = column.filter((value) => value !== null);
        for (const value of sparkValues(stored(column), [], NOW)) {
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(Math.min(...known) - 1e-6);
          expect(value).toBeLessThanOrEqual(Math.max(...known) + 1e-6);
        }
      }),
    );
  });

  it("forgets what is older than half an hour", () => {
    const values = sparkValues(
      undefined,
      [
        { at: NOW - SPARK_MS - 1, value: 9_000 },
        { at: NOW - 1_000, value: 1 },
        { at: NOW, value: 2 },
      ],
      NOW,
    );
    expect(values).toEqual([1, 2]);
  });
});

describe("the newest row of a chart", () => {
  const balance: Balance = {
    consumption: 1_500,
    grid: 700,
    generation: 900,
    storage: 100,
    hasGridMeter: true,
    onlyMeter: undefined,
    sources: [
      { kind: "generation", watts: 900 },
      { kind: "grid", watts: 700 },
    ],
    loads: [],
    untracked: 0,
    outlets: [{ kind: "charging", watts: 100 }],
    excess: 0,
    silent: [],
    at: NOW,
  };

  it("stands between the past and the empty future", () => {
    const history: PowerHistory = {
      at: [NOW - 2 * BUCKET, NOW - BUCKET, NOW + BUCKET],
      bucketMs: BUCKET,
      consumption: [1, 2, null],
      grid: [1, 2, null],
      generation: [0, 0, null],
      storage: [0, 0, null],
    };
    expect(withRows(history, [{ at: NOW, balance }])).toEqual({
      at: [NOW - 2 * BUCKET, NOW - BUCKET, NOW, NOW + BUCKET],
      bucketMs: BUCKET,
      consumption: [1, 2, 1_500, null],
      grid: [1, 2, 700, null],
      generation: [0, 0, 900, null],
      storage: [0, 0, 100, null],
    });
  });

  it("comes with all that arrived after the newest bucket, where buckets are short", () => {
    const history = stored([1, 2]);
    const rows = [NOW - BUCKET, NOW + 2_000, NOW + 4_000].map((at) => ({ at, balance }));
    expect(withRows(history, rows).consumption).toEqual([1, 2, 1_500, 1_500]);
  });

  it("stands in for a long bucket that is not over yet", () => {
    const coarse = { ...stored([1, 2]), bucketMs: 300_000, at: [NOW - 400_000, NOW - 100_000] };
    const rows = [NOW - 2_000, NOW].map((at) => ({ at, balance }));
    expect(withRows(coarse, rows)).toMatchObject({ at: [NOW - 400_000, NOW], consumption: [1, 1_500] });
  });

  it("is left out while nobody knows any power", () => {
    const history = stored([1, 2]);
    const unknown = { consumption: undefined, grid: undefined, generation: undefined, storage: undefined };
    expect(withRows(history, [{ at: NOW, balance: { ...balance, ...unknown } }])).toBe(history);
  });

  it("ends the lines that are not known, and only those", () => {
    const history: PowerHistory = { ...stored([1, 2]), grid: [1, 2], generation: [0, 0] };
    const silent = { ...balance, consumption: undefined, generation: undefined };
    expect(withRows(history, [{ at: NOW, balance: silent }])).toMatchObject({
      at: [NOW - 2 * BUCKET, NOW - BUCKET, NOW],
      consumption: [1, 2, null],
      grid: [1, 2, 700],
      generation: [0, 0, null],
    });
    const coarse = { ...history, bucketMs: 300_000, at: [NOW - 400_000, NOW - 100_000] };
    expect(withRows(coarse, [{ at: NOW, balance: silent }]).consumption).toEqual([1, 2, null]);
  });
});

describe("the pause between two questions", () => {
  it("is short while the past is filled in, then grows to a minute", () => {
    expect(nextPause(60_000, { known: 200, before: 20 })).toBe(4_000);
    expect(nextPause(4_000, { known: 201, before: 200 })).toBe(8_000);
    expect(nextPause(60_000, { known: 201, before: 200 })).toBe(60_000);
  });
});

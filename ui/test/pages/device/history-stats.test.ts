import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Series } from "../../../src/data/api.js";
import { statsOf } from "../../../src/pages/device/history-stats.js";
import { series } from "../../support/points.js";

const later = Number.MAX_SAFE_INTEGER;

/** A value that stands for a while; null while nobody measures. */
interface Stretch {
  readonly ms: number;
  readonly value: number | null;
}

const stretches = fc.array(
  fc.record({
    ms: fc.integer({ min: 1, max: 40_000 }),
    value: fc.option(fc.integer({ min: -5_000, max: 5_000 }), { nil: null, freq: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Time and time-weighted sum of what was measured between two instants. */
function measured(parts: readonly Stretch[], from: number, to: number): { covered: number; sum: number } {
  let [at, covered, sum] = [0, 0, 0];
  for (const { ms, value } of parts) {
    const length = Math.max(0, Math.min(at + ms, to) - Math.max(at, from));
    at += ms;
    if (value === null) continue;
    covered += length;
    sum += value * length;
  }
  return { covered, sum };
}

/** What the hub answers: buckets on a grid of their own, of which the range cuts the first and the last one short. */
function bucketed(parts: readonly Stretch[], { from, to }: { from: number; to: number }, bucketMs: number): Series {
  const start = Math.floor(from / bucketMs) * bucketMs;
  const at = Array.from({ length: Math.ceil((to - start) / bucketMs) }, (_, index) => start + index * bucketMs);
  const buckets = at.map((first) => {
    const [begin, end] = [Math.max(first, from), Math.min(first + bucketMs, to)];
    const { covered, sum } = measured(parts, begin, end);
    return { avg: covered > 0 ? sum / covered : null, share: covered / (end - begin) };
  });
  const avg = buckets.map((bucket) => bucket.avg);
  return { ...series("p", avg, { coverage: buckets.map(({ share }) => share) }), from, to, bucketMs, at };
}

describe("statsOf", () => {
  it("weighs the mean by how much a bucket knows", () => {
    const stats = statsOf(series("p", [100, 400], { coverage: [1, 0.5] }), "gauge", later);
    expect(stats.average).toBeCloseTo(200, 6);
    expect(stats.coverage).toBeCloseTo(0.75, 6);
  });

  it("weighs a bucket that the range cuts short by the time that is left of it", () => {
    const cut = { ...series("p", [2, 8, 8]), from: 900, to: 2_100 };
    const stats = statsOf(cut, "gauge", later);
    expect(stats.average).toBeCloseTo((2 * 100 + 8 * 1_100) / 1_200, 9);
    expect(stats.coverage).toBe(1);
  });

  it("averages any range to the time-weighted mean of what was measured", () => {
    fc.assert(
      fc.property(
        stretches,
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 50, max: 30_000 }),
        (parts, from, length, bucketMs) => {
          const range = { from, to: from + length };
          const { covered, sum } = measured(parts, range.from, range.to);
          const stats = statsOf(bucketed(parts, range, Math.max(bucketMs, length / 200)), "gauge", later);
          expect(stats.coverage).toBeCloseTo(covered / length, 6);
          if (covered === 0) expect(stats.average).toBeUndefined();
          else expect(stats.average).toBeCloseTo(sum / covered, 5);
        },
      ),
    );
  });

  it("knows the value of a reading that covers no time", () => {
    expect(statsOf(series("p", [null, 7], { coverage: [0, 0] }), "gauge", later)).toMatchObject({
      average: 7,
      coverage: 0,
    });
  });

  it("counts of the bucket that is not over yet only what has passed", () => {
    const open = series("p", [1, 1], { coverage: [1, 0.25] });
    expect(statsOf(open, "gauge", 1_250).coverage).toBe(1);
  });

  it("finds the highest and lowest between the averages, with their time", () => {
    const stats = statsOf(
      series("p", [100, null, 300], { min: [20, null, 250], max: [150, null, 6_420] }),
      "gauge",
      later,
    );
    expect(stats.most).toEqual({ value: 6_420, at: 2_000 });
    expect(stats.least).toEqual({ value: 20, at: 0 });
  });

  it("counts what a register rose, and nothing for a reset", () => {
    const stats = statsOf(
      series("p", [110, 130, 20, 40], { min: [100, 120, 0, 30], max: [120, 140, 30, 50] }),
      "counter",
      later,
    );
    expect(stats.rise).toBe(40 + 30 + 20);
    expect(stats.average).toBeUndefined();
  });

  it("turns a state into a share of time", () => {
    expect(statsOf(series("p", [1, 0, 0, 1]), "state", later).onShare).toBe(0.5);
  });

  it("does not hold the future against the readings", () => {
    expect(statsOf(series("p", [1, 1, null, null]), "gauge", 2_000).coverage).toBe(1);
  });

  it("says nothing about nothing", () => {
    expect(statsOf(series("p", []), "gauge", later)).toEqual({ coverage: 0 });
    expect(statsOf(series("p", [null, null]), "gauge", later)).toEqual({ coverage: 0 });
  });
});

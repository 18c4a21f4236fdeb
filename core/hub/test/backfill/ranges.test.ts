import type { Range } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, contains, hull, minutesOf, subtract, toSet, union } from "../../src/backfill/ranges.js";

const range = (from: number, to: number): Range => ({ from, to }) as Range;
const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]) => range(from, from + length)),
  { maxLength: 12 },
);
const points = (set: readonly Range[]): number[] =>
  Array.from({ length: 90 }, (_, at) => at).filter((at) => set.some(({ from, to }) => from <= at && at < to));
const isSet = (set: readonly Range[]): boolean =>
  set.every(({ from, to }, i) => from < to && (i === 0 || (set[i - 1]?.to ?? 0) < from));

describe("sets of instants", () => {
  it("hold what went into them, once and in order", () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const set = toSet(given);
        expect(isSet(set)).toBe(true);
        expect(points(set)).toEqual(points(given));
      }),
    );
  });

  it("join and part as sets do", () => {
    fc.assert(
      fc.property(ranges, ranges, (one, other) => {
        const [a, b] = [toSet(one), toSet(other)];
        expect(points(union(a, b))).toEqual([...new Set([...points(a), ...points(b)])].sort((x, y) => x - y));
        const left = subtract(a, b);
        expect(isSet(left)).toBe(true);
        expect(points(left)).toEqual(points(a).filter((at) => !points(b).includes(at)));
      }),
    );
  });

  it("answer what is in them", () => {
    fc.assert(
      fc.property(ranges, fc.nat(90), fc.nat(30), (given, at, length) => {
        const set = toSet(given);
        expect(contains(set, at)).toBe(points(set).includes(at));
        expect(points(clip(set, range(at, at + length)))).toEqual(
          points(set).filter((p) => p >= at && p < at + length),
        );
      }),
    );
  });

  it("have a length and bounds", () => {
    const set = toSet([range(0, 60_000), range(180_000, 300_000)]);
    expect(minutesOf(set)).toBe(3);
    expect(hull(set)).toEqual(range(0, 300_000));
    expect(hull([])).toBeUndefined();
  });
});

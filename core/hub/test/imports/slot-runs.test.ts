import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CoveredSlots,
  hullOf,
  intersectRuns,
  slotCount,
  subtractRuns,
  unionRuns,
} from "../../src/imports/slot-runs.js";
import type { SlotRun } from "../../src/imports/types.js";

const SLOT = 900_000;

const anyRuns = fc
  .array(fc.tuple(fc.nat(60), fc.nat(8)), { maxLength: 12 })
  .map((pairs) => pairs.map(([from, length]): SlotRun => ({ from, to: from + length })));

const slotsOf = (runs: readonly SlotRun[]): Set<number> =>
  new Set(runs.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)));

/** In order, apart from each other, none empty. */
const isTidy = (runs: readonly SlotRun[]): boolean =>
  runs.every(({ from, to }, i) => from < to && (i === 0 || (runs[i - 1]?.to ?? 0) <= from));

describe("runs of slots", () => {
  it("behave as sets of slots", () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, (a, b) => {
        const [left, right] = [unionRuns(a), unionRuns(b)];
        const [inLeft, inRight] = [slotsOf(left), slotsOf(right)];
        const rest = subtractRuns(left, right);
        const both = intersectRuns(left, right);
        expect([left, rest, both].every(isTidy)).toBe(true);
        expect(inLeft).toEqual(slotsOf(a));
        expect(slotsOf(rest)).toEqual(new Set([...inLeft].filter((slot) => !inRight.has(slot))));
        expect(slotsOf(both)).toEqual(new Set([...inLeft].filter((slot) => inRight.has(slot))));
        expect(slotCount(rest) + slotCount(both)).toBe(inLeft.size);
      }),
      { numRuns: 2_000 },
    );
  });

  it("may be without an end", () => {
    const open = [{ from: 5, to: Number.POSITIVE_INFINITY }];
    expect(
      subtractRuns(open, [
        { from: 0, to: 6 },
        { from: 8, to: 9 },
      ]),
    ).toEqual([
      { from: 6, to: 8 },
      { from: 9, to: Number.POSITIVE_INFINITY },
    ]);
  });

  it("have a hull", () => {
    expect(hullOf([])).toBeUndefined();
    expect(
      hullOf([
        { from: 1, to: 2 },
        { from: 7, to: 9 },
      ]),
    ).toEqual({ from: 1, to: 9 });
  });
});

describe("covered slots", () => {
  it("are those that spans touch, in whatever order", () => {
    const span = fc.tuple(fc.nat(50 * SLOT), fc.nat(3 * SLOT));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 40 }), (spans) => {
        const covered = new CoveredSlots();
        for (const [from, length] of spans) covered.add(from, from + length);
        const runs = covered.runs();
        const touched = spans.flatMap(([from, length]) => {
          const first = Math.floor(from / SLOT);
          const end = Math.max(Math.ceil((from + length) / SLOT), first + 1);
          return Array.from({ length: end - first }, (_, i) => first + i);
        });
        return isTidy(runs) && slotCount(runs) === new Set(touched).size;
      }),
      { numRuns: 1_000 },
    );
  });

  it("of many scattered spans are brought in order on the way", () => {
    const covered = new CoveredSlots();
    for (let i = 0; i < 30_000; i += 1)
      covered.add(((i * 7_919) % 40_009) * 2 * SLOT, (((i * 7_919) % 40_009) * 2 + 1) * SLOT);
    expect(slotCount(covered.runs())).toBe(30_000);
  });
});

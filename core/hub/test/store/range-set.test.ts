import fc from "fast-check";
import { expect, it } from "vitest";
import { RangeSet } from "../../src/store/range-set.js";

const span = fc.tuple(fc.nat(60), fc.nat(12)).map(([from, length]) => ({ from, to: from + length }));

it("holds exactly the integers of the spans that were added, sorted and merged", () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 25 }), span, (spans, asked) => {
      const set = new RangeSet();
      const model = new Set<number>();
      for (const { from, to } of spans) {
        set.add({ from, to });
        for (let n = from; n < to; n++) model.add(n);
      }
      for (let n = 0; n < 80; n++) expect(set.has(n)).toBe(model.has(n));
      const integers = Array.from({ length: asked.to - asked.from }, (_, i) => asked.from + i);
      expect(set.overlaps(asked)).toBe(integers.some((n) => model.has(n)));
      expect(set.covers(asked)).toBe(integers.every((n) => model.has(n)));
      const found = set.spans;
      for (const [i, { from, to }] of found.entries()) {
        expect(from).toBeLessThan(to);
        expect(from).toBeGreaterThan(found[i - 1]?.to ?? -1);
      }
    }),
    { numRuns: 500 },
  );
});

it("is copied by value", () => {
  const set = new RangeSet();
  set.add({ from: 0, to: 5 });
  const copy = set.copy();
  copy.add({ from: 7, to: 9 });
  expect([set.spans.length, copy.spans.length]).toEqual([1, 2]);
});

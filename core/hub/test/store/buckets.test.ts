import type { Instant } from "@vatio/plugin-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bucketsFor } from "../../src/store/buckets.js";

it("are aligned, cover the range, and are as many as may be", () => {
  fc.assert(
    fc.property(
      fc.nat(4_000_000_000_000),
      fc.integer({ min: 1, max: 4_000_000_000_000 }),
      fc.integer({ min: 1, max: 2_000 }),
      (from, length, most) => {
        const range = { from: from as Instant, to: (from + length) as Instant };
        const { ms, from: first, count } = bucketsFor(range, most);
        expect(count).toBeLessThanOrEqual(most);
        expect(first % ms).toBe(0);
        expect(first).toBeLessThanOrEqual(range.from);
        expect(first + ms).toBeGreaterThan(range.from);
        expect(first + count * ms).toBeGreaterThanOrEqual(range.to);
        expect(first + (count - 1) * ms).toBeLessThan(range.to);
      },
    ),
    { numRuns: 500 },
  );
});

it.each([
  [3_600_000, 1_000, 5_000],
  [86_400_000, 1_000, 120_000],
  [86_400_000, 24, 3_600_000],
  [30 * 86_400_000, 30, 86_400_000],
  [5, 1_000, 1],
])("a range of %d ms in at most %d has buckets of %d ms", (length, most, ms) => {
  const from = 1_767_225_600_000 as Instant;
  expect(bucketsFor({ from, to: (from + length) as Instant }, most).ms).toBe(ms);
});

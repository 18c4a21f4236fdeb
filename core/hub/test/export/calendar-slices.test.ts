import { localDateOf, startOfDay } from "@vatio/model";
import type { Instant, Range } from "@vatio/plugin-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { calendarSlices } from "../../src/export/calendar-slices.js";

const zones = fc.constantFrom("Europe/Madrid", "America/Mexico_City", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
const ranges = fc
  .tuple(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2030, 0) }), fc.integer({ min: 1, max: 800 * 86_400_000 }))
  .map(([from, length]): Range => ({ from: from as Instant, to: (from + length) as Instant }));

it.each(["slot", "hour", "day", "month"] as const)("slices of %s follow each other and end at midnight", (bucket) => {
  fc.assert(
    fc.property(ranges, zones, (range, zone) => {
      const slices = [...calendarSlices(range, bucket, zone)];
      expect(slices[0]?.from).toBe(range.from);
      expect(slices.at(-1)?.to).toBe(range.to);
      for (const [i, { from, to }] of slices.entries()) {
        expect(to).toBeGreaterThan(from);
        const next = slices[i + 1];
        if (!next) continue;
        expect(next.from).toBe(to);
        expect(startOfDay(localDateOf(to, zone), zone)).toBe(to);
      }
    }),
    { numRuns: 50 },
  );
});

it("slices of days are years, so that no month is cut", () => {
  const range = { from: Date.UTC(2024, 5, 1) as Instant, to: Date.UTC(2026, 1, 1) as Instant };
  expect([...calendarSlices(range, "day", "Europe/Madrid")].map(({ to }) => new Date(to).toISOString())).toEqual([
    "2024-12-31T23:00:00.000Z",
    "2025-12-31T23:00:00.000Z",
    "2026-02-01T00:00:00.000Z",
  ]);
});

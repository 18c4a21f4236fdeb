import { instant, type PointId } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeakBook } from "../src/peak-book.js";
import { memoryDocuments } from "./support/memory-documents.js";

const POINT = "01JQ0000000000000000000000" as PointId;

const readings = fc.array(
  fc.record({
    day: fc.constantFrom("2026-03-28", "2026-03-29", "2026-03-30"),
    powerW: fc.double({ min: 0, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 40 },
);

describe("the book of peaks", () => {
  it("holds the maximum of the newest day, in whatever order readings come, also after a restart", async () => {
    await fc.assert(
      fc.asyncProperty(readings, async (given) => {
        const documents = memoryDocuments();
        const book = new PeakBook(documents);
        for (const { day, powerW } of given) book.offer(POINT, { day, powerW, at: instant(1) });
        const newest = given
          .map(({ day }) => day)
          .sort()
          .at(-1);
        const highest = Math.max(...given.filter(({ day }) => day === newest).map(({ powerW }) => powerW));
        expect(book.get(POINT)).toMatchObject({ day: newest, powerW: highest });
        await book.save();
        const later = new PeakBook(documents);
        await later.load();
        expect(later.get(POINT)).toEqual(book.get(POINT));
      }),
      { numRuns: 50 },
    );
  });

  it("forgets for good", async () => {
    const documents = memoryDocuments();
    const book = new PeakBook(documents);
    book.offer(POINT, { day: "2026-03-28", powerW: 5, at: instant(1) });
    expect(await book.forget(POINT)).toBe(true);
    expect(await book.forget(POINT)).toBe(false);
    await book.save();
    expect(await documents.list("")).toEqual([]);
  });
});

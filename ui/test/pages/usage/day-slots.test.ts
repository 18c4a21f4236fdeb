import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  between,
  movedWindow,
  peakOf,
  pickedEnergy,
  slotAt,
  windowAround,
} from "../../../src/pages/usage/day-slots.js";

const times = Array.from(
  { length: 96 },
  (_, slot) => `${String(slot >> 2).padStart(2, "0")}:${String((slot & 3) * 15).padStart(2, "0")}`,
);

describe("the window of a day", () => {
  it("stays within the day, whole", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 150 }),
        fc.constantFrom(92, 94, 96, 98, 100),
        fc.integer({ min: -300, max: 300 }),
        (middle, count, by) => {
          for (const range of [
            windowAround(middle, 24, count),
            movedWindow(windowAround(middle, 24, count), by, count),
          ]) {
            expect(range.first).toBeGreaterThanOrEqual(0);
            expect(range.end).toBeLessThanOrEqual(count);
            expect(range.end - range.first).toBe(24);
          }
        },
      ),
    );
  });

  it("moves by whole slots", () => {
    expect(movedWindow({ first: 10, end: 34 }, 1, 96)).toEqual({ first: 11, end: 35 });
    expect(movedWindow({ first: 10, end: 34 }, -200, 96)).toEqual({ first: 0, end: 24 });
  });

  it("is the whole day where the day is short", () => {
    expect(windowAround(5, 24, 8)).toEqual({ first: 0, end: 8 });
  });
});

describe("what is picked", () => {
  it("may be drawn in both directions", () => {
    expect(between(58, 56)).toEqual({ first: 56, end: 59 });
    expect(between(5, 5)).toEqual({ first: 5, end: 6 });
  });

  it("is typed as times; midnight ends the day", () => {
    expect([slotAt(times, "14:15"), slotAt(times, "14:15", true), slotAt(times, "14:10")]).toEqual([57, 57, undefined]);
    expect([slotAt(times, "00:00"), slotAt(times, "00:00", true)]).toEqual([0, 96]);
  });

  it("tells its energy and what is missing of it", () => {
    expect(pickedEnergy([1, null, 3, 4], { first: 0, end: 3 })).toEqual({ slots: 3, wh: 4, missing: 1 });
  });

  it("begins where most was used", () => {
    expect(peakOf([null, 2, 5, 1])).toBe(2);
    expect(peakOf([null, 0])).toBeUndefined();
  });
});

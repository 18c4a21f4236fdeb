import type { Instant, Range } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findGaps, GAP_MS, rhythmOf } from "../../src/backfill/find-gaps.js";
import { nextNight } from "../../src/backfill/night.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const window = { from: 0, to: 6 * HOUR } as Range;
const every = (step: number, from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
const lasting = (at: readonly number[], ms = 0) => ({ at, lasts: at.map(() => ms) });

describe("gaps of a channel", () => {
  it("are the whole window without a single reading", () => {
    expect(findGaps(lasting([]), window)).toEqual([window]);
  });

  it.each([
    ["five minutes are none", 5 * MINUTE, []],
    ["six minutes are one", 6 * MINUTE, [{ from: HOUR, to: HOUR + 6 * MINUTE }]],
  ])("%s", (_, length, expected) => {
    const at = [...every(10_000, 0, HOUR), ...every(10_000, HOUR + length, 6 * HOUR)];
    expect(findGaps(lasting(at), window)).toEqual(expected);
  });

  it("begin and end with whole minutes, and never where a reading is", () => {
    const at = [...every(10_000, 0, HOUR + 25_000), ...every(10_000, 3 * HOUR + 35_000, 6 * HOUR)];
    expect(findGaps(lasting(at), window)).toEqual([{ from: HOUR + MINUTE, to: 3 * HOUR }]);
  });

  it("of a device that tells something every half hour are longer", () => {
    const at = [...every(30 * MINUTE, 0, 4 * HOUR), 5.75 * HOUR];
    expect(rhythmOf(lasting(at).at)).toBeUndefined();
    const often = [...every(20 * MINUTE, 0, 4 * HOUR), 5.9 * HOUR];
    expect(findGaps(lasting(often), window)).toEqual([{ from: 3 * HOUR + 41 * MINUTE, to: 5.9 * HOUR }]);
    expect(findGaps(lasting(every(20 * MINUTE, 0, 6 * HOUR)), window)).toEqual([]);
  });

  it("are filled by the energy of intervals as long as they last", () => {
    expect(findGaps(lasting(every(600_000, 0, 6 * HOUR), 600_000), window)).toEqual([]);
  });

  it("are found to the minute beside what came from the device's memory", () => {
    const at = [...every(MINUTE, 0, HOUR), ...every(MINUTE, HOUR + 2 * MINUTE, 6 * HOUR)];
    const lasts = at.map((each) => (each < HOUR ? 60_000 : 0));
    expect(findGaps({ at, lasts }, window)).toEqual([{ from: HOUR, to: HOUR + 2 * MINUTE }]);
  });

  it("are what lies between the minutes with readings, whatever these are", () => {
    const lasts = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: HOUR }));
    const reading = fc.tuple(fc.integer({ min: -HOUR, max: 7 * HOUR }), lasts);
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), (given) => {
        const sorted = [...given].sort(([a], [b]) => a - b);
        const filled = { at: sorted.map(([at]) => at), lasts: sorted.map(([, ms]) => ms) };
        const gaps = findGaps(filled, window);
        for (const { from, to } of gaps) {
          expect(from % MINUTE).toBe(0);
          if (given.every(([, ms]) => ms === 0)) expect(to - from).toBeGreaterThan(GAP_MS);
          expect(from).toBeGreaterThanOrEqual(window.from);
          expect(to).toBeLessThanOrEqual(window.to);
          for (const at of filled.at) expect(at >= from && at < to).toBe(false);
        }
      }),
    );
  });
});

describe("the night", () => {
  it.each([
    ["Europe/Madrid", "2026-11-14T12:00:00Z", "2026-11-15T02:30:00Z"],
    ["Europe/Madrid", "2026-11-15T02:30:00Z", "2026-11-16T02:30:00Z"],
    ["Europe/Madrid", "2026-03-28T23:30:00Z", "2026-03-29T01:30:00Z"],
    ["Europe/Madrid", "2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"],
    ["America/Mexico_City", "2026-11-14T12:00:00Z", "2026-11-15T09:30:00Z"],
    ["Asia/Kathmandu", "2026-11-14T12:00:00Z", "2026-11-14T21:45:00Z"],
    ["Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T16:30:00Z"],
  ])("in %s after %s is at %s", (zone, after, expected) => {
    expect(new Date(nextNight(Date.parse(after) as Instant, zone)).toISOString()).toBe(expected.replace("Z", ".000Z"));
  });
});

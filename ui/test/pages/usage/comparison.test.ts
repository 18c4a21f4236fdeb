import { bucketEdges, dayRange, type LocalDate } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignedTo, changeOf, finerBucket } from "../../../src/pages/usage/comparison.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const days = (from: number, count: number): number[] =>
  Array.from({ length: count + 1 }, (_, index) => from + index * DAY);
const hoursOf = (day: string, zone: string): number[] => [
  ...bucketEdges(dayRange(day as LocalDate, zone), "hour", zone),
];

describe("alignedTo", () => {
  it("lays months upon each other by the number of the day", () => {
    const by = { bucket: "day", zone: "UTC" } as const;
    expect(alignedTo(days(0, 3), { edges: days(-9 * DAY, 4), values: [1, 2, 3, 4] }, by)).toEqual([1, 2, 3]);
    expect(alignedTo(days(0, 3), { edges: days(-9 * DAY, 2), values: [1, 2] }, by)).toEqual([1, 2, null]);
  });

  it("keeps the hours of the clock together over a day of 23 and one of 25 hours", () => {
    const zone = "Europe/Madrid";
    const by = { bucket: "hour", zone } as const;
    const usual = hoursOf("2026-03-28", zone);
    const short = hoursOf("2026-03-29", zone);
    const long = hoursOf("2026-10-25", zone);
    const clock = usual.slice(1).map((_, hour) => hour);
    expect(alignedTo(short, { edges: usual, values: clock }, by)).toEqual(clock.filter((hour) => hour !== 2));
    const onLong = alignedTo(long, { edges: usual, values: clock }, by);
    expect(onLong).toHaveLength(25);
    expect(onLong.slice(1, 5)).toEqual([1, 2, 2, 3]);
    const shortValues = short.slice(1).map((_, index) => index);
    expect(alignedTo(usual, { edges: short, values: shortValues }, by).slice(1, 4)).toEqual([1, null, 2]);
  });
});

describe("changeOf", () => {
  const edges = days(0, 4);
  const before = { edges: days(-4 * DAY, 4), values: [10, 10, 10, 10] };

  it("compares a range that is over as a whole", () => {
    expect(changeOf({ edges, values: [11, 11, 11, 11], now: 4 * DAY }, before, undefined)).toEqual({
      before: 40,
      share: expect.closeTo(0.1, 9),
    });
  });

  it("compares a running range with the same part, of the running day as much as has passed", () => {
    const finer = {
      edges: Array.from({ length: 25 }, (_, hour) => -2 * DAY + hour * HOUR),
      values: Array.from({ length: 24 }, () => 10 / 24),
    };
    const change = changeOf({ edges, values: [10, 10, 5, null], now: 2 * DAY + 12 * HOUR }, before, finer);
    expect(change?.before).toBeCloseTo(25, 9);
    expect(change?.share).toBeCloseTo(0, 9);
  });

  it("does not count what lies after the end of a shorter month", () => {
    const longer = { edges: days(-5 * DAY, 5), values: [10, 10, 10, 10, 10] };
    expect(changeOf({ edges, values: [5, 5, null, null], now: 2 * DAY }, longer, undefined)?.before).toBe(20);
  });

  it("compares nothing where too much is missing", () => {
    const poor = { ...before, values: [10, null, null, 10] };
    expect(changeOf({ edges, values: [11, 11, 11, 11], now: 4 * DAY }, poor, undefined)).toEqual({
      before: 20,
      share: undefined,
    });
    expect(changeOf({ edges, values: [null, null, 1, 11], now: 4 * DAY }, before, undefined)?.share).toBeUndefined();
    expect(
      changeOf(
        { edges, values: [11, 11, 11, 11], now: 4 * DAY },
        { ...before, values: [null, null, null, null] },
        undefined,
      ),
    ).toBeUndefined();
  });

  it("never says more of the other time than that holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 * DAY }),
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 4, maxLength: 4 }),
        (now, values) => {
          const running = Math.min(3, Math.floor(now / DAY));
          const finer = {
            edges: [-4 * DAY + running * DAY, -4 * DAY + (running + 1) * DAY],
            values: [values[running] ?? 0],
          };
          const change = changeOf({ edges, values: [1, 1, 1, 1], now }, { ...before, values }, finer);
          expect(change?.before ?? 0).toBeLessThanOrEqual(values.reduce((sum, value) => sum + value, 0) + 1e-6);
        },
      ),
    );
  });

  it("asks for parts that are fine enough", () => {
    expect((["hour", "day", "week", "month"] as const).map(finerBucket)).toEqual(["slot", "slot", "hour", "day"]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BillingCycle,
  bucketEdges,
  type CalendarBucket,
  countDays,
  dayNumberAt,
  dayNumberOf,
  dayRange,
  daysInMonth,
  type Instant,
  instantFromIso,
  type LocalDate,
  localDateOf,
  localDateOfDay,
  localTime,
  offsetAt,
  periodOf,
  precedingRange,
  type Range,
  SLOT_MS,
  shiftPeriod,
  startOfDay,
  startOfDayNumber,
  toIso,
} from "../../src/index.js";
import { zoneOffsets } from "../../src/time/zone-offsets.js";

const HOUR = 3_600_000;
const ZONES = [
  "Europe/Madrid",
  "America/Mexico_City",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "America/Santiago",
  "America/St_Johns",
  "Pacific/Apia",
  "UTC",
];

const day = (date: string, zone: string): Range => dayRange(date as LocalDate, zone);
const lengths = (edges: Float64Array): number[] =>
  [...edges.slice(1)].map((edge, i) => edge - (edges[i] ?? Number.NaN));
const local = (iso: string, zone: string): Instant => {
  const naive = instantFromIso(`${iso}Z`);
  return (naive - offsetAt((naive - offsetAt(naive, zone)) as Instant, zone)) as Instant;
};

describe("hours of a day", () => {
  it.each([
    ["Europe/Madrid", "2026-03-29", 23, 92],
    ["Europe/Madrid", "2026-10-25", 25, 100],
    ["America/Mexico_City", "2022-04-03", 23, 92],
    ["America/Mexico_City", "2022-10-30", 25, 100],
    ["America/Mexico_City", "2023-04-02", 24, 96],
    ["Australia/Adelaide", "2026-04-05", 25, 100],
    ["Australia/Adelaide", "2026-10-04", 23, 92],
    ["Asia/Kathmandu", "2026-03-29", 24, 96],
    ["Africa/Casablanca", "2026-02-15", 25, 100],
    ["America/Santiago", "2026-09-06", 23, 92],
  ])("%s %s has %d full hours and %d slots", (zone, date, hours, slots) => {
    expect(lengths(bucketEdges(day(date, zone), "hour", zone))).toEqual(Array.from({ length: hours }, () => HOUR));
    expect(bucketEdges(day(date, zone), "slot", zone)).toHaveLength(slots + 1);
  });

  it("are 30 minutes short or long where the clock moves by half an hour", () => {
    const zone = "Australia/Lord_Howe";
    const spring = lengths(bucketEdges(day("2026-10-04", zone), "hour", zone));
    expect([spring.length, spring.filter((ms) => ms !== HOUR)]).toEqual([24, [HOUR / 2]]);
    const autumn = lengths(bucketEdges(day("2026-04-05", zone), "hour", zone));
    expect([autumn.length, autumn.filter((ms) => ms !== HOUR)]).toEqual([24, [1.5 * HOUR]]);
  });

  it("begin at :15 of UTC in Kathmandu", () => {
    const edges = bucketEdges(day("2026-01-01", "Asia/Kathmandu"), "hour", "Asia/Kathmandu");
    expect(toIso(edges[1] as Instant)).toBe("2025-12-31T19:15:00.000Z");
  });
});

describe("the period of an instant", () => {
  it.each<[string, string, "hour" | "day" | "week" | "month" | "year", string, string]>([
    ["Europe/Madrid", "2026-03-29T12:00", "week", "2026-03-23T00:00", "2026-03-30T00:00"],
    ["Europe/Madrid", "2026-01-01T00:00", "week", "2025-12-29T00:00", "2026-01-05T00:00"],
    ["America/Mexico_City", "2026-02-28T23:59", "month", "2026-02-01T00:00", "2026-03-01T00:00"],
    ["Australia/Adelaide", "2026-12-31T23:59", "year", "2026-01-01T00:00", "2027-01-01T00:00"],
    ["Asia/Kathmandu", "2026-05-05T05:30", "hour", "2026-05-05T05:00", "2026-05-05T06:00"],
    ["Australia/Lord_Howe", "1969-12-31T12:00", "month", "1969-12-01T00:00", "1970-01-01T00:00"],
  ])("%s %s %s", (zone, at, period, from, to) => {
    expect(periodOf(local(at, zone), period, zone)).toEqual({ from: local(from, zone), to: local(to, zone) });
  });

  const MADRID = "Europe/Madrid";
  it.each<[string, BillingCycle, string, string, string]>([
    ["from the 17th", { firstDay: 17, months: 1 }, "2026-03-16T23:59", "2026-02-17", "2026-03-17"],
    ["from the 17th", { firstDay: 17, months: 1 }, "2026-03-17T00:00", "2026-03-17", "2026-04-17"],
    ["from the 31st", { firstDay: 31, months: 1 }, "2026-02-28T00:00", "2026-02-28", "2026-03-31"],
    ["from the 31st", { firstDay: 31, months: 1 }, "2026-02-27T00:00", "2026-01-31", "2026-02-28"],
    ["from the 31st, leap", { firstDay: 31, months: 1 }, "2028-02-29T00:00", "2028-02-29", "2028-03-31"],
    ["two months, odd", { firstDay: 17, months: 2 }, "2026-04-20T00:00", "2026-03-17", "2026-05-17"],
    ["two months, even", { firstDay: 17, months: 2, anchorMonth: 2 }, "2026-04-20T00:00", "2026-04-17", "2026-06-17"],
    [
      "a year from October",
      { firstDay: 1, months: 12, anchorMonth: 10 },
      "2026-03-01T00:00",
      "2025-10-01",
      "2026-10-01",
    ],
    ["nonsense is a month", { firstDay: 0, months: Number.NaN }, "2026-03-05T00:00", "2026-03-01", "2026-04-01"],
  ])("billing cycle: %s", (_, cycle, at, from, to) => {
    expect(periodOf(local(at, MADRID), "cycle", MADRID, cycle)).toEqual({
      from: startOfDay(from as LocalDate, MADRID),
      to: startOfDay(to as LocalDate, MADRID),
    });
  });
});

describe("moved ranges", () => {
  const zone = "Europe/Madrid";
  const where = { zone };
  const between = (from: string, to: string): Range => ({
    from: startOfDay(from as LocalDate, zone),
    to: startOfDay(to as LocalDate, zone),
  });

  it.each<[string, "day" | "week" | "month" | "year", number, [string, string], [string, string]]>([
    ["the previous month", "month", -1, ["2026-03-01", "2026-04-01"], ["2026-02-01", "2026-03-01"]],
    ["the next day, over a clock change", "day", 1, ["2026-03-28", "2026-03-29"], ["2026-03-29", "2026-03-30"]],
    ["the same month last year", "year", -1, ["2024-02-01", "2024-03-01"], ["2023-02-01", "2023-03-01"]],
    ["the same days last year", "year", -1, ["2026-05-05", "2026-05-09"], ["2025-05-05", "2025-05-09"]],
    ["52 weeks ago", "week", -52, ["2026-05-04", "2026-05-11"], ["2025-05-05", "2025-05-12"]],
    ["a year", "year", -1, ["2026-01-01", "2027-01-01"], ["2025-01-01", "2026-01-01"]],
    ["leap day", "year", -1, ["2024-02-29", "2024-03-01"], ["2023-02-28", "2023-03-01"]],
  ])("%s", (_, period, by, range, moved) => {
    expect(shiftPeriod(between(...range), period, by, where)).toEqual(between(...moved));
  });

  it("moves billing cycles", () => {
    const cycle = { firstDay: 31, months: 1 };
    const march = between("2026-02-28", "2026-03-31");
    expect(shiftPeriod(march, "cycle", -1, { zone, cycle })).toEqual(between("2026-01-31", "2026-02-28"));
    expect(shiftPeriod(march, "cycle", -12, { zone, cycle })).toEqual(between("2025-02-28", "2025-03-31"));
  });

  it("keeps the time of day, and never makes a range empty", () => {
    const morning = { from: local("2026-03-29T06:00", zone), to: local("2026-03-29T09:00", zone) };
    expect(shiftPeriod(morning, "day", -1, where)).toEqual({
      from: local("2026-03-28T06:00", zone),
      to: local("2026-03-28T09:00", zone),
    });
    const short = shiftPeriod(between("2026-03-30", "2026-03-31"), "month", -1, where);
    expect(short.to - short.from).toBe(24 * HOUR);
  });

  it("finds the range right before", () => {
    expect(precedingRange(between("2026-03-28", "2026-03-31"), zone)).toEqual(between("2026-03-25", "2026-03-28"));
    expect(precedingRange({ from: 5_000 as Instant, to: 8_000 as Instant }, zone)).toEqual({ from: 2_000, to: 5_000 });
  });

  it("counts days", () => {
    expect(countDays(between("2026-03-01", "2026-04-01"), zone)).toBe(31);
    expect([daysInMonth(2026, 2), daysInMonth(2028, 2), daysInMonth(2026, 12)]).toEqual([28, 29, 31]);
    expect(localDateOfDay(dayNumberOf("2026-03-29" as LocalDate))).toBe("2026-03-29");
  });
});

const anyInstant = fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2036, 0, 1) }).map((ms) => ms as Instant);
const anyZone = fc.constantFrom(...ZONES);

describe("any range of any zone", () => {
  const anyRange = fc
    .tuple(anyInstant, fc.integer({ min: 1, max: 400 * 24 * HOUR }))
    .map(([from, ms]): Range => ({ from, to: (from + ms) as Instant }));
  const buckets = fc.constantFrom<CalendarBucket>("slot", "hour", "day", "week", "month", "year", "cycle");
  const cycle = { firstDay: 31, months: 2 };

  it("is partitioned by edges that are boundaries of the clock on the wall", () => {
    fc.assert(
      fc.property(anyRange, buckets, anyZone, (range, bucket, zone) => {
        const edges = bucketEdges(range, bucket, zone, cycle);
        expect(edges[0]).toBe(range.from);
        expect(edges.at(-1)).toBe(range.to);
        expect(lengths(edges).every((ms) => ms > 0)).toBe(true);
        for (const edge of [...edges.slice(1, -1)].slice(0, 30)) expectBoundary(edge as Instant, bucket, zone);
      }),
      { numRuns: 150 },
    );
  });

  it("has periods that hold their instant and meet", () => {
    const periods = fc.constantFrom("hour", "day", "week", "month", "year", "cycle");
    fc.assert(
      fc.property(anyInstant, periods, anyZone, (at, period, zone) => {
        const range = periodOf(at, period, zone, cycle);
        expect(range.from).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(range.to);
        expect(bucketEdges(range, period, zone, cycle)).toEqual(Float64Array.of(range.from, range.to));
        if (period !== "hour") expect(shiftPeriod(range, period, 0, { zone, cycle })).toEqual(range);
      }),
    );
  });

  it("has days as the zone module has them, and offsets as Intl has them", () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (at, zone) => {
        expect(zoneOffsets(zone).at(at)).toBe(offsetAt(at, zone));
        const date = localDateOf(at, zone);
        expect(dayNumberAt(at, zone)).toBe(dayNumberOf(date));
        expect(startOfDayNumber(dayNumberOf(date), zone)).toBe(startOfDay(date, zone));
      }),
      { numRuns: 300 },
    );
  });

  it("sums slots to days, months and years alike", () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (at, zone) => {
        const year = periodOf(at, "year", zone);
        const slots = lengths(bucketEdges(year, "slot", zone)).length;
        for (const bucket of ["hour", "day", "week", "month"] as const) {
          const sum = lengths(bucketEdges(year, bucket, zone)).reduce((total, ms) => total + ms / SLOT_MS, 0);
          expect(sum).toBe(slots);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("has edges even when it is empty", () => {
    expect([...bucketEdges({ from: 5 as Instant, to: 5 as Instant }, "day", "UTC")]).toEqual([5]);
  });
});

/** The instant is a boundary, and the one right before it belongs to the bucket before. */
function expectBoundary(edge: Instant, bucket: CalendarBucket, zone: string): void {
  if (bucket === "slot") {
    expect(edge % SLOT_MS).toBe(0);
    return;
  }
  const now = localTime(edge, zone);
  const justBefore = localTime((edge - 1) as Instant, zone);
  if (bucket === "hour") {
    expect(now.minute === 0 || now.hour !== justBefore.hour).toBe(true);
    return;
  }
  expect(now.day).not.toBe(justBefore.day);
  if (bucket === "month") expect(now.month).not.toBe(justBefore.month);
  if (bucket === "year") expect(now.year).not.toBe(justBefore.year);
  if (bucket === "week") expect((dayNumberAt(edge, zone) + 3) % 7).toBe(0);
}

describe("zones that do the unusual", () => {
  it("leaves out a day that never was", () => {
    const zone = "Pacific/Apia";
    const range = {
      from: startOfDay("2011-12-29" as LocalDate, zone),
      to: startOfDay("2012-01-01" as LocalDate, zone),
    };
    expect(lengths(bucketEdges(range, "day", zone))).toEqual([24 * HOUR, 24 * HOUR]);
  });

  it("says which zone it does not know", () => {
    expect(() => periodOf(0 as Instant, "day", "Europe/Nowhere")).toThrow(RangeError);
  });
});

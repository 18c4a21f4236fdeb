import type { LocalDate } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysBetween, isDay, periodDates, shiftDates } from "../../../src/pages/usage/periods.js";
import {
  bucketOf,
  comparedDates,
  customDates,
  hasLater,
  moveDates,
  parseView,
  type RangeName,
  spanOf,
  type UsageView,
  viewQuery,
} from "../../../src/pages/usage/usage-view.js";

const today = "2026-11-21" as LocalDate;
const context = { today, weekStart: 1, compare: "prev" } as const;
const day = (text: string): LocalDate => text as LocalDate;
const dates = (from: string, until: string) => ({ from: day(from), until: day(until) });
const parse = (text: string): UsageView => parseView(new URLSearchParams(text), context);

describe("parseView", () => {
  it("is this month by source without any query", () => {
    expect(parse("")).toEqual({
      range: "month",
      dates: dates("2026-11-01", "2026-12-01"),
      grouping: "source",
      view: "chart",
      compare: "prev",
      fine: false,
    });
  });

  it.each([
    ["r=day&at=2026-11-12", "day", "2026-11-12", "2026-11-13"],
    ["r=week&at=2026-11-12", "week", "2026-11-09", "2026-11-16"],
    ["r=year", "year", "2026-01-01", "2027-01-01"],
    ["r=month&at=2024-02-29", "month", "2024-02-01", "2024-03-01"],
    ["r=2026-11-03..2026-11-05", "custom", "2026-11-03", "2026-11-06"],
    ["r=2026-11-05..2026-11-03", "month", "2026-11-01", "2026-12-01"],
    ["r=1900-01-01..2026-11-03", "month", "2026-11-01", "2026-12-01"],
    ["r=<script>&at=2026-02-31", "month", "2026-11-01", "2026-12-01"],
    ["r=day&at=2099-01-01", "day", "2026-11-21", "2026-11-22"],
    ["at=2026-10-05", "month", "2026-10-01", "2026-11-01"],
  ])("%s", (query, range, from, until) => {
    expect(parse(query)).toMatchObject({ range, dates: dates(from, until) });
  });

  it("begins weeks on the day of the region", () => {
    const { dates: week } = parseView(new URLSearchParams("r=week&at=2026-11-21"), { ...context, weekStart: 7 });
    expect(week).toEqual(dates("2026-11-15", "2026-11-22"));
  });

  it("reads what it wrote", () => {
    const view = fc.record({
      range: fc.constantFrom<Exclude<RangeName, "custom">>("day", "week", "month", "year"),
      back: fc.integer({ min: 0, max: 900 }),
      grouping: fc.constantFrom("source" as const, "device" as const),
      view: fc.constantFrom("chart" as const, "table" as const),
      fine: fc.boolean(),
      weekStart: fc.constantFrom(1, 6, 7),
    });
    fc.assert(
      fc.property(view, ({ range, back, weekStart, fine, ...rest }) => {
        const anchor = shiftDates({ from: today, until: today }, "day", -back).from;
        const wanted: UsageView = {
          range,
          dates: periodDates(range, anchor, weekStart),
          compare: "prev",
          fine: fine && range === "day",
          ...rest,
        };
        const query = new URLSearchParams();
        for (const [name, text] of Object.entries(viewQuery(wanted, { today, weekStart })))
          if (text !== undefined) query.set(name, text);
        expect(parseView(query, { ...context, weekStart })).toEqual(wanted);
      }),
    );
  });
});

describe("moveDates", () => {
  it.each([
    ["day", "2026-03-01", "2026-03-02", -1, "2026-02-28", "2026-03-01"],
    ["week", "2026-11-15", "2026-11-22", -1, "2026-11-08", "2026-11-15"],
    ["month", "2026-03-01", "2026-04-01", -1, "2026-02-01", "2026-03-01"],
    ["year", "2025-01-01", "2026-01-01", 1, "2026-01-01", "2027-01-01"],
    ["custom", "2026-11-03", "2026-11-06", -1, "2026-10-31", "2026-11-03"],
  ] as const)("%s from %s", (range, from, until, step, movedFrom, movedUntil) => {
    expect(moveDates(range, dates(from, until), step)).toEqual(dates(movedFrom, movedUntil));
  });

  it("comes back", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<RangeName>("day", "week", "month", "year"),
        fc.integer({ min: 0, max: 8_000 }),
        (range, back) => {
          const anchor = shiftDates({ from: today, until: today }, "day", -back).from;
          const period = periodDates(range as "day", anchor);
          expect(moveDates(range, moveDates(range, period, -1), 1)).toEqual(period);
        },
      ),
    );
  });
});

describe("comparedDates", () => {
  it.each([
    ["month", "2026-11-01", "2026-12-01", "prev", "2026-10-01", "2026-11-01"],
    ["month", "2026-11-01", "2026-12-01", "year", "2025-11-01", "2025-12-01"],
    ["month", "2024-02-01", "2024-03-01", "year", "2023-02-01", "2023-03-01"],
    ["week", "2026-11-15", "2026-11-22", "year", "2025-11-16", "2025-11-23"],
    ["day", "2024-02-29", "2024-03-01", "year", "2023-02-28", "2023-03-01"],
    ["year", "2026-01-01", "2027-01-01", "year", "2025-01-01", "2026-01-01"],
    ["custom", "2026-11-03", "2026-11-06", "year", "2025-11-03", "2025-11-06"],
  ] as const)("%s of %s, %s", (range, from, until, compare, otherFrom, otherUntil) => {
    expect(comparedDates(range, dates(from, until), compare as "prev" | "year")).toEqual(dates(otherFrom, otherUntil));
  });
});

describe("the rest of a view", () => {
  it("knows when there is something later", () => {
    expect(hasLater(dates("2026-11-01", "2026-12-01"), today)).toBe(false);
    expect(hasLater(dates("2026-11-20", "2026-11-21"), today)).toBe(true);
    expect(hasLater(dates("2026-11-21", "2026-11-22"), today)).toBe(false);
  });

  it("chooses bars that one can count", () => {
    const of = (range: RangeName, from: string, until: string, fine = false) =>
      bucketOf({ range, dates: dates(from, until), fine });
    expect(of("day", "2026-11-01", "2026-11-02")).toBe("hour");
    expect(of("day", "2026-11-01", "2026-11-02", true)).toBe("slot");
    expect(of("month", "2026-11-01", "2026-12-01", true)).toBe("day");
    expect(of("year", "2026-01-01", "2027-01-01")).toBe("month");
    expect(of("custom", "2026-11-01", "2026-11-03")).toBe("hour");
    expect(of("custom", "2026-09-01", "2026-11-03")).toBe("day");
    expect(of("custom", "2026-03-01", "2026-11-03")).toBe("week");
    expect(of("custom", "2023-03-01", "2026-11-03")).toBe("month");
  });

  it("takes days of 23 hours as they are", () => {
    const { from, to } = spanOf(dates("2026-03-29", "2026-03-30"), "Europe/Madrid");
    expect(to - from).toBe(23 * 3_600_000);
  });

  it("refuses what is no day", () => {
    expect([isDay("2026-02-30"), isDay("2026-2-3"), isDay(""), isDay("2024-02-29")]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(customDates("2026-11-05", "2026-11-05")).toEqual(dates("2026-11-05", "2026-11-06"));
    expect(customDates("", "2026-11-05")).toBeUndefined();
    expect(daysBetween(day("2026-03-28"), day("2026-03-30"))).toBe(2);
  });
});

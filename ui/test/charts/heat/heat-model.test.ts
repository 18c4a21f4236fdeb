import { bucketEdges, dayRange, type LocalDate } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayRuns, heatModel, heatStep, quantiles } from "../../../src/charts/heat/heat-model.js";

const hoursOf = (day: string, zone: string): number[] => [
  ...bucketEdges(dayRange(day as LocalDate, zone), "hour", zone),
];

describe("heatModel", () => {
  it("puts hours where the clock of the site shows them", () => {
    const edges = hoursOf("2026-11-12", "America/Mexico_City");
    const values = edges.slice(1).map((_, hour) => hour);
    const { cells, days } = heatModel({ edges, values, now: edges[24] ?? 0, zone: "America/Mexico_City" });
    expect(days.map(({ date }) => date)).toEqual(["2026-11-12"]);
    expect(cells[0]).toEqual(values);
  });

  it("leaves out the hour that a clock skips, and means the one that comes twice", () => {
    const short = hoursOf("2026-03-29", "Europe/Madrid");
    const spring = heatModel({
      edges: short,
      values: short.slice(1).map(() => 5),
      now: Number.MAX_SAFE_INTEGER,
      zone: "Europe/Madrid",
    });
    expect(spring.cells[0]?.[2]).toBe("none");
    const long = hoursOf("2026-10-25", "Europe/Madrid");
    const autumn = heatModel({
      edges: long,
      values: long.slice(1).map((_, index) => (index === 3 ? 9 : 5)),
      now: Number.MAX_SAFE_INTEGER,
      zone: "Europe/Madrid",
    });
    expect(autumn.cells[0]?.[2]).toBe(7);
    expect(autumn.cells[0]).toHaveLength(24);
  });

  it("tells what is missing from what is to come and what was before", () => {
    const edges = hoursOf("2026-11-12", "UTC");
    const values = edges.slice(1).map((_, hour) => (hour === 5 ? 1 : null));
    const now = (edges[8] ?? 0) + 60_000;
    const [cells] = heatModel({ edges, values, now, since: edges[2], zone: "UTC" }).cells;
    expect(cells?.slice(0, 10)).toEqual(["before", "before", "gap", "gap", "gap", 1, "gap", "gap", "future", "future"]);
  });
});

describe("quantiles", () => {
  it("part values into classes of one size", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 70, maxLength: 300 }),
        (values) => {
          const limits = quantiles(values, 7);
          const counts = Array.from({ length: 7 }, () => 0);
          for (const value of values) counts[heatStep(value, limits)] = (counts[heatStep(value, limits)] ?? 0) + 1;
          for (const count of counts) expect(Math.abs(count - values.length / 7)).toBeLessThanOrEqual(2);
        },
      ),
    );
  });

  it("has no limits without values", () => {
    expect(quantiles([], 7)).toEqual([]);
    expect(heatStep(1, [])).toBe(0);
  });
});

describe("dayRuns", () => {
  it("joins whole days only", () => {
    expect(
      dayRuns(
        [
          ["gap", "none"],
          ["gap", "gap"],
          [1, "gap"],
          ["gap", "gap"],
        ],
        "gap",
      ),
    ).toEqual([
      { first: 0, last: 1 },
      { first: 3, last: 3 },
    ]);
  });
});

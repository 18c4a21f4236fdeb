import { describe, expect, it } from "vitest";
import type { PointUsage, Usage } from "../../../src/data/api.js";
import {
  colorsOf,
  coverageOf,
  deviceSeries,
  deviceSplit,
  figuresOf,
  flagsOf,
  siteCoverage,
  sourceSeries,
  supplyOf,
} from "../../../src/pages/usage/usage-model.js";
import { point } from "../../support/points.js";

const HOUR = 3_600_000;

const usageOf = (
  id: string,
  role: PointUsage["role"],
  importWh: readonly (number | null)[],
  more: Partial<PointUsage> = {},
): PointUsage => ({
  point: id,
  role,
  importWh,
  exportWh: importWh.map(() => null),
  coverage: importWh.map((value) => (value === null ? 0 : 1)),
  quality: importWh.map((value) => (value === null ? 0 : 1)),
  ...more,
});

const usage = (points: readonly PointUsage[], balance: Partial<Usage["balance"]>): Usage => {
  const length = balance.usedWh?.length ?? 0;
  const none = Array.from({ length }, () => null);
  return {
    site: "site",
    zone: "UTC",
    bucket: "hour",
    edges: Array.from({ length: length + 1 }, (_, index) => index * HOUR),
    points,
    balance: {
      usedWh: none,
      gridImportWh: none,
      gridExportWh: none,
      generationWh: none,
      solarDirectWh: none,
      storageChargeWh: none,
      storageDischargeWh: none,
      ...balance,
    },
    findings: [],
    settledUntil: 0,
  };
};

describe("sourceSeries", () => {
  it("shows what the site has: a meter alone has one part", () => {
    const alone = usage([], { usedWh: [3, 4], gridImportWh: [3, 4], gridExportWh: [0, 0], solarDirectWh: [0, 0] });
    expect(sourceSeries(alone).map(({ key }) => key)).toEqual(["grid"]);
  });

  it("puts what went out below zero", () => {
    const sunny = usage([], {
      usedWh: [3],
      gridImportWh: [1],
      gridExportWh: [2],
      solarDirectWh: [2],
      storageDischargeWh: [0],
    });
    expect(sourceSeries(sunny).map(({ key, below }) => [key, below ?? false])).toEqual([
      ["solar", false],
      ["grid", false],
      ["export", true],
    ]);
  });

  it("has the sum of what is measured where nobody measures the connection", () => {
    expect(sourceSeries(usage([], { usedWh: [3, null] })).map(({ key, values }) => [key, values])).toEqual([
      ["used", [3, null]],
    ]);
  });
});

describe("deviceSplit", () => {
  const points = [
    point("grid", "grid"),
    point("kitchen", "circuit", { color: 1 }),
    point("oven", "load", { color: 2 }),
    point("pump", "load", { color: 1 }),
  ];
  const split = deviceSplit(
    usage(
      [
        usageOf("grid", "grid", [100, 100, null]),
        usageOf("kitchen", "circuit", [40, 30, null], { parent: "grid" }),
        usageOf("oven", "load", [20, 30, null], { parent: "kitchen" }),
        usageOf("pump", "load", [50, null, null], { parent: "grid" }),
      ],
      { usedWh: [80, 100, null] },
    ),
    points,
  );

  it("takes no circuit twice: what is within another one is in it already", () => {
    expect(split.devices.map(({ point: { id }, total }) => [id, total])).toEqual([
      ["kitchen", 70],
      ["pump", 50],
    ]);
  });

  it("calls the rest untracked, never less than nothing, and nothing where nothing is known", () => {
    expect(split.untracked).toEqual([0, 70, null]);
    expect(deviceSeries(split).map(({ key, hatched }) => [key, hatched ?? false])).toEqual([
      ["kitchen", false],
      ["pump", false],
      ["untracked", true],
    ]);
  });

  it("gathers the ninth and those after it", () => {
    const many = Array.from({ length: 11 }, (_, index) => `p${index}`);
    const wide = deviceSplit(
      usage(
        many.map((id, index) => usageOf(id, "load", [index + 1])),
        { usedWh: [66] },
      ),
      many.map((id, index) => point(id, "load", { color: index })),
    );
    expect(wide.devices).toHaveLength(8);
    expect(wide.others.map(({ point: { id } }) => id)).toEqual(["p2", "p1", "p0"]);
    expect(deviceSeries(wide).find(({ key }) => key === "others")?.values).toEqual([6]);
    expect(new Set(wide.devices.map(({ color }) => color)).size).toBe(8);
  });
});

describe("supplyOf", () => {
  const load = point("oven", "load");
  it("is enough of a site with a meter at its connection", () => {
    expect(supplyOf([point("grid", "grid"), point("sun", "generation"), load])).toEqual(["grid", "sun"]);
  });

  it("is everything where nobody measures the connection", () => {
    expect(supplyOf([point("sun", "generation"), load])).toBeUndefined();
  });
});

describe("colorsOf", () => {
  it("keeps the own colour; the second of two takes the first that is free", () => {
    expect(colorsOf([{ color: 3 }, { color: 0 }, { color: 11 }, { color: 1 }])).toEqual([
      "--d4",
      "--d1",
      "--d3",
      "--d2",
    ]);
  });
});

describe("figures", () => {
  it("tells the share of the sun, by way of the battery too", () => {
    const figures = figuresOf(
      usage([usageOf("sun", "generation", [5, 1])], {
        usedWh: [6, 4],
        generationWh: [5, 1],
        solarDirectWh: [4, 1],
        storageDischargeWh: [0, 2],
        gridImportWh: [2, 1],
        gridExportWh: [0, 0],
      }),
    );
    expect(figures).toEqual({
      used: 10,
      exported: undefined,
      gridImport: 3,
      sun: { share: 0.7, direct: 5, stored: 2 },
    });
  });

  it("says nothing of a sun that nobody measures", () => {
    expect(figuresOf(usage([], { usedWh: [6, 4] })).sun).toBeUndefined();
    expect(figuresOf(usage([], { usedWh: [null] })).used).toBeUndefined();
  });

  it("counts what is missing, and neither what is to come nor what was before", () => {
    const values = [null, null, 5, null, 5, null];
    const gappy = usage([usageOf("grid", "grid", values)], { usedWh: values });
    expect(coverageOf(gappy, { now: 4.5 * HOUR, since: 2 * HOUR })).toEqual({ share: 1.5 / 2.5, missing: 1 });
    expect(coverageOf(gappy, { now: 0 })).toEqual({ share: undefined, missing: 0 });
  });

  it("is as sure as the meter that knows least", () => {
    const both = usage(
      [
        usageOf("grid", "grid", [1], { coverage: [0.9] }),
        usageOf("sun", "generation", [1], { coverage: [0.5] }),
        usageOf("oven", "load", [1], { coverage: [0.1] }),
      ],
      { usedWh: [1] },
    );
    expect(siteCoverage(both)).toEqual([0.5]);
  });

  it("marks what was worked out and what a person put right", () => {
    const marked = usage(
      [
        usageOf("grid", "grid", [1, 1, 1], { quality: [1, 3, 5] }),
        usageOf("oven", "load", [1, 1, 1], { quality: [2, 1, 1] }),
      ],
      { usedWh: [1, 1, 1] },
    );
    expect(flagsOf(marked)).toEqual({ estimated: [false, true, false], corrected: [false, false, true] });
  });
});

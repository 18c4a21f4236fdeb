import { describe, expect, it } from "vitest";
import { statsOf } from "../../../src/pages/device/history-stats.js";
import { series } from "../../support/points.js";

const later = Number.MAX_SAFE_INTEGER;

describe("statsOf", () => {
  it("weighs the mean by how much a bucket knows", () => {
    const stats = statsOf(series("p", [100, 400], { coverage: [1, 0.5] }), "gauge", later);
    expect(stats.average).toBeCloseTo(200, 6);
    expect(stats.coverage).toBeCloseTo(0.75, 6);
  });

  it("finds the highest and lowest between the averages, with their time", () => {
    const stats = statsOf(
      series("p", [100, null, 300], { min: [20, null, 250], max: [150, null, 6_420] }),
      "gauge",
      later,
    );
    expect(stats.most).toEqual({ value: 6_420, at: 2_000 });
    expect(stats.least).toEqual({ value: 20, at: 0 });
  });

  it("counts what a register rose, and nothing for a reset", () => {
    const stats = statsOf(
      series("p", [110, 130, 20, 40], { min: [100, 120, 0, 30], max: [120, 140, 30, 50] }),
      "counter",
      later,
    );
    expect(stats.rise).toBe(40 + 30 + 20);
    expect(stats.average).toBeUndefined();
  });

  it("turns a state into a share of time", () => {
    expect(statsOf(series("p", [1, 0, 0, 1]), "state", later).onShare).toBe(0.5);
  });

  it("does not hold the future against the readings", () => {
    expect(statsOf(series("p", [1, 1, null, null]), "gauge", 2_000).coverage).toBe(1);
  });

  it("says nothing about nothing", () => {
    expect(statsOf(series("p", []), "gauge", later)).toEqual({ coverage: 0 });
    expect(statsOf(series("p", [null, null]), "gauge", later)).toEqual({ coverage: 0 });
  });
});

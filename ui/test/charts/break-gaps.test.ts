import { describe, expect, it } from "vitest";
import { breakGaps } from "../../src/charts/break-gaps.js";

const at = (...seconds: number[]): number[] => seconds.map((second) => second * 1_000);

describe("breakGaps", () => {
  it("adds an empty row into a long gap", () => {
    expect(breakGaps(at(0, 1, 2, 30, 31), [[1, 2, 3, 4, 5]], 0)).toEqual({
      at: [0, 1_000, 2_000, 2_001, 30_000, 31_000],
      columns: [[1, 2, 3, null, 4, 5]],
    });
  });

  it("leaves steady readings alone, whatever their interval", () => {
    expect(breakGaps(at(0, 60, 120), [[1, 2, 3]], 0)).toEqual({ at: at(0, 60, 120), columns: [[1, 2, 3]] });
  });

  it("knows of a pace that the values do not show", () => {
    expect(breakGaps(at(0, 2, 4, 14), [[1, 1, 1, 2]], 10_000).at).toEqual(at(0, 2, 4, 14));
  });
});

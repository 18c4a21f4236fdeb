import { describe, expect, it } from "vitest";
import { sparkPath } from "../../src/charts/spark-path.js";

const box = { width: 109, height: 34 };

describe("sparkPath", () => {
  it("needs two values", () => {
    expect(sparkPath([], box)).toBeUndefined();
    expect(sparkPath([1, null], box)).toBeUndefined();
  });

  it("breaks at a gap and then fills no area", () => {
    const path = sparkPath([1, 2, null, 3, 4], box);
    expect(path?.line.match(/M/g)).toHaveLength(2);
    expect(path?.area).toBe("");
  });

  it("keeps a steady value flat and in the middle", () => {
    const path = sparkPath([100, 100.4, 100.1], box);
    expect(path?.end?.y).toBeCloseTo(17, 0);
  });

  it("ends at the newest value, also before trailing gaps", () => {
    const path = sparkPath([0, 50, 100, null], box);
    expect(path?.end?.x).toBeLessThan(90);
    expect(path?.end?.y).toBeLessThan(10);
  });
});

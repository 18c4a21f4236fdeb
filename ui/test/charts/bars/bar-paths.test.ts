import { describe, expect, it } from "vitest";
import { barPath, ghostPath, labelled } from "../../../src/charts/bars/bar-paths.js";

describe("barPath", () => {
  it("rounds the end that is free", () => {
    const box = { x: 0, y: 10, width: 8, height: 20 };
    expect(barPath(box, 0)).toBe("M0 10H8V30H0Z");
    expect(barPath(box, 3)).toContain("Q0 10 3 10");
    expect(barPath(box, 3, true)).toContain("Q8 30 5 30");
  });

  it("never rounds more than there is", () => {
    expect(barPath({ x: 0, y: 0, width: 8, height: 1 }, 3)).toContain("Q0 0 1 0");
  });
});

describe("ghostPath", () => {
  it("breaks where nothing is known", () => {
    const path = ghostPath([[0, 1], [2, 3], undefined, [6, 7]]);
    expect(path).toBe("M0 1C1 1 1 3 2 3M6 7");
  });
});

describe("labelled", () => {
  it("labels what has room, in steps that people count in", () => {
    expect(labelled(24, 40, 30)).toHaveLength(24);
    expect(labelled(24, 20, 68)).toEqual([0, 4, 8, 12, 16, 20]);
    expect(labelled(61, 13, 80)).toEqual([0, 7, 14, 21, 28, 35, 42, 49, 56]);
    expect(labelled(0, 10, 50)).toEqual([]);
  });

  it("keeps to whole hours among quarter hours", () => {
    expect(labelled(24, 40, 70, { offset: 3, least: 4 })).toEqual([3, 7, 11, 15, 19, 23]);
  });
});

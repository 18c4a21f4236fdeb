import { describe, expect, it } from "vitest";
import { barScene } from "../../../src/charts/bars/bar-scene.js";

const model = {
  edges: [0, 1, 2, 3, 4],
  series: [{ key: "a", label: "a", color: "--brand" as const, values: [10, null, null, 20] }],
  unit: "Wh",
  now: 4,
};
const margins = { left: 40, right: 0, top: 20, bottom: 20 };
const scene = barScene(model, { width: 440, height: 240, hidden: new Set(), margins, labelRoom: 60 });

describe("barScene", () => {
  it("parts the width among the buckets", () => {
    expect([scene.slot, scene.left(0), scene.left(3)]).toEqual([100, 40, 340]);
    expect(scene.y(0)).toBe(220);
    expect(scene.y(scene.axis.max)).toBe(20);
  });

  it("joins neighbours without data into one zone", () => {
    expect(scene.gaps).toEqual([{ x: 140, y: 20, width: 200, height: 200 }]);
  });

  it("finds the bucket below the pointer", () => {
    expect([scene.at(39), scene.at(40), scene.at(439), scene.at(440)]).toEqual([undefined, 0, 3, undefined]);
  });
});

import { describe, expect, it } from "vitest";
import { imbalance, linesOf, liveMeasures, measuresOf } from "../../../src/pages/device/measures.js";
import { point } from "../../support/points.js";

const total = point("em", "motor", { metrics: ["power_w", "frequency_hz"], device: "d" });
const phases = ([1, 2, 3] as const).map((phase) =>
  point(`l${phase}`, "motor", { parent: "em", phase, device: "d", metrics: ["power_w", "current_a", "voltage_v"] }),
);

describe("measuresOf", () => {
  it("are those of the point and its phases, the usual ones first", () => {
    expect(measuresOf(total, phases)).toEqual(["power_w", "current_a", "voltage_v", "frequency_hz"]);
  });
});

describe("liveMeasures", () => {
  it("are neither counters nor states", () => {
    const metrics = [
      { name: "energy_import_wh", unit: "Wh", kind: "counter" as const, decimals: 0 },
      { name: "switch_on", unit: "", kind: "state" as const, decimals: 0 },
    ];
    expect(liveMeasures(["power_w", "energy_import_wh", "switch_on"], metrics)).toEqual(["power_w"]);
  });
});

describe("linesOf", () => {
  it("draws a line for each phase in its colour, but power as one", () => {
    expect(linesOf("current_a", total, { phases, label: "Current" }).map(({ label, color }) => [label, color])).toEqual(
      [
        ["L1", "--l1"],
        ["L2", "--l2"],
        ["L3", "--l3"],
      ],
    );
    expect(linesOf("power_w", total, { phases, label: "Power" })).toMatchObject([
      { key: "em", label: "Power", color: "--brand" },
    ]);
  });

  it("falls back to the phases where the total does not measure it", () => {
    const bare = { ...total, metrics: [] };
    expect(linesOf("power_w", bare, { phases, label: "Power" })).toHaveLength(3);
  });
});

describe("imbalance", () => {
  it("is the greatest deviation from the mean", () => {
    expect(imbalance([6.12, 6.48, 5.86])).toBeCloseTo(0.053, 3);
    expect(imbalance([5, 5, 5])).toBe(0);
  });

  it("says nothing about a circuit that rests", () => {
    expect(imbalance([0, 0, 0.01])).toBeUndefined();
    expect(imbalance([])).toBeUndefined();
  });
});

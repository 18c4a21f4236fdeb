import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balanceOf, isUnbalanced, STALE_MS, smallest, topmost } from "../../../src/pages/now/balance.js";
import { point, powers } from "../../support/points.js";

const home = [
  point("grid", "grid"),
  point("sun", "generation"),
  point("battery", "storage"),
  point("oven", "load", { parent: "grid" }),
  point("lights", "circuit"),
];

describe("balanceOf", () => {
  it("adds up connection, solar and battery, and keeps what nobody measures", () => {
    const balance = balanceOf(
      home,
      powers({ grid: 1_200, sun: 3_100, battery: -520, oven: 2_140, lights: 380 }),
      1_000,
    );
    expect(balance).toMatchObject({
      consumption: 4_820,
      generation: 3_100,
      untracked: 2_300,
      exported: 0,
      charging: 0,
      excess: 0,
    });
    expect(balance.sources).toEqual([
      { kind: "generation", watts: 3_100 },
      { kind: "storage", watts: 520 },
      { kind: "grid", watts: 1_200 },
    ]);
    expect(balance.loads.map(({ point: { id } }) => id)).toEqual(["oven", "lights"]);
  });

  it("exports and charges on the other side", () => {
    const balance = balanceOf(home, powers({ grid: -900, sun: 3_000, battery: 700, oven: 400, lights: 0 }), 1_000);
    expect(balance).toMatchObject({ consumption: 1_400, exported: 900, charging: 700, untracked: 1_000 });
    expect(balance.sources).toEqual([{ kind: "generation", watts: 3_000 }]);
  });

  it("takes solar as it gives, whatever the sign of its driver", () => {
    const positive = balanceOf(home, powers({ grid: 0, sun: 2_000, battery: 0, oven: 0, lights: 0 }), 1_000);
    const negative = balanceOf(home, powers({ grid: 0, sun: -2_000, battery: 0, oven: 0, lights: 0 }), 1_000);
    expect(positive.consumption).toBe(2_000);
    expect(negative.consumption).toBe(2_000);
  });

  it("works without a meter at the connection: the supply follows from the loads", () => {
    const balance = balanceOf([point("a", "load"), point("b", "load")], powers({ a: 300, b: 200 }), 1_000);
    expect(balance).toMatchObject({
      consumption: 500,
      hasGridMeter: false,
      untracked: undefined,
      sources: [{ kind: "supply", watts: 500 }],
    });
  });

  it("says nothing about consumption when the connection is silent", () => {
    const balance = balanceOf(home, powers({ sun: 3_000, oven: 100 }), 1_000);
    expect(balance.consumption).toBeUndefined();
    expect(balance.silent.map(({ id }) => id)).toEqual(["grid", "battery", "lights"]);
  });

  it("leaves a load out that has been silent for too long", () => {
    const balance = balanceOf(home, powers({ grid: 1_000, sun: 0, battery: 0, oven: 900, lights: 0 }, 0), STALE_MS + 1);
    expect(balance.silent).toHaveLength(5);
    expect(balance.loads).toEqual([]);
  });

  it("notices circuits that take more than comes in", () => {
    const wrong = balanceOf(home, powers({ grid: -1_000, sun: 0, battery: 0, oven: 900, lights: 0 }), 1_000);
    expect(isUnbalanced(wrong)).toBe(true);
    const close = balanceOf(home, powers({ grid: 1_000, sun: 0, battery: 0, oven: 1_040, lights: 0 }), 1_000);
    expect(isUnbalanced(close)).toBe(false);
  });

  it("is an equation: what comes in is consumed, stored or sent away", () => {
    const watts = fc.double({ min: -5_000, max: 5_000, noNaN: true });
    fc.assert(
      fc.property(watts, watts, watts, watts, (grid, sun, battery, oven) => {
        const {
          sources,
          consumption = 0,
          charging,
          exported,
        } = balanceOf(home, powers({ grid, sun, battery, oven, lights: 0 }), 1_000);
        const incoming = sources.reduce((sum, each) => sum + each.watts, 0);
        expect(incoming).toBeCloseTo(consumption + charging + exported, 6);
      }),
    );
  });
});

describe("topmost", () => {
  it("counts the total of three phases once, and phases without a total together", () => {
    const withTotal = [
      point("em", "grid"),
      point("l1", "grid", { parent: "em", phase: 1 }),
      point("l2", "grid", { parent: "em", phase: 2 }),
    ];
    expect(topmost(withTotal, ({ role }) => role === "grid").map(({ id }) => id)).toEqual(["em"]);
    const bare = [point("l1", "grid", { phase: 1 }), point("l2", "grid", { phase: 2 })];
    expect(topmost(bare, ({ role }) => role === "grid")).toHaveLength(2);
  });

  it("looks through parents of another kind and survives a circle", () => {
    const points = [
      point("kitchen", "circuit", { parent: "grid" }),
      point("grid", "grid"),
      point("oven", "load", { parent: "kitchen" }),
      point("x", "load", { parent: "y" }),
      point("y", "load", { parent: "x" }),
    ];
    expect(topmost(points, ({ role }) => role === "circuit" || role === "load").map(({ id }) => id)).toEqual([
      "kitchen",
    ]);
  });

  it("counts the part when the whole measures no power", () => {
    const points = [point("room", "circuit", { metrics: [] }), point("lamp", "load", { parent: "room" })];
    expect(topmost(points, ({ role }) => role !== "grid").map(({ id }) => id)).toEqual(["lamp"]);
  });
});

describe("smallest", () => {
  it("is what can be switched off: appliances, not the circuit around them nor the phases within", () => {
    const points = [
      point("kitchen", "circuit"),
      point("oven", "load", { parent: "kitchen" }),
      point("compressor", "motor", { device: "d" }),
      point("c1", "motor", { parent: "compressor", phase: 1, device: "d" }),
      point("grid", "grid"),
    ];
    expect(smallest(points).map(({ id }) => id)).toEqual(["oven", "compressor"]);
  });
});

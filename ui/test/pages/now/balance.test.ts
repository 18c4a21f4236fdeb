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
      outlets: [],
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
    expect(balance).toMatchObject({
      consumption: 1_400,
      untracked: 1_000,
      outlets: [
        { kind: "charging", watts: 700 },
        { kind: "exported", watts: 900 },
      ],
    });
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
          outlets,
        } = balanceOf(home, powers({ grid, sun, battery, oven, lights: 0 }), 1_000);
        const all = (streams: readonly { readonly watts: number }[]): number =>
          streams.reduce((sum, each) => sum + each.watts, 0);
        expect(all(sources)).toBeCloseTo(consumption + all(outlets), 6);
      }),
    );
  });
});

describe("balanceOf with somebody silent", () => {
  const phases = [1, 2, 3].map((phase) => point(`l${phase}`, "grid", { phase: phase as 1 | 2 | 3 }));
  const oven = point("oven", "load");

  it("does not take silent solar for zero", () => {
    const balance = balanceOf(home, powers({ grid: 400, battery: 0, oven: 1_900, lights: 0 }), 1_000);
    expect(balance).toMatchObject({
      consumption: undefined,
      generation: undefined,
      untracked: undefined,
      grid: 400,
      storage: 0,
      excess: 0,
      sources: [{ kind: "grid", watts: 400 }],
    });
    expect(balance.loads.map(({ watts }) => watts)).toEqual([1_900, 0]);
    expect(isUnbalanced(balance)).toBe(false);
  });

  it("does not take a silent battery for zero", () => {
    const balance = balanceOf(home, powers({ grid: -400, sun: 2_000, oven: 900, lights: 0 }), 1_000);
    expect(balance).toMatchObject({ consumption: undefined, storage: undefined, untracked: undefined });
    expect(balance.outlets).toEqual([{ kind: "exported", watts: 400 }]);
  });

  it("shows the phases that are known, each by itself, and no total of them", () => {
    const balance = balanceOf([...phases, oven], powers({ l1: 500, l2: -200, oven: 100 }), 1_000);
    expect(balance).toMatchObject({ consumption: undefined, grid: undefined, untracked: undefined });
    expect(balance.sources).toEqual([{ kind: "grid", watts: 500, point: phases[0] }]);
    expect(balance.outlets).toEqual([{ kind: "exported", watts: 200, point: phases[1] }]);
    expect(balance.silent).toEqual([phases[2]]);
  });

  it("shows one of two inverters by itself", () => {
    const inverters = [point("east", "generation"), point("west", "generation")];
    const balance = balanceOf([point("grid", "grid"), ...inverters], powers({ grid: 100, east: -700 }), 1_000);
    expect(balance).toMatchObject({ consumption: undefined, generation: undefined });
    expect(balance.sources).toEqual([
      { kind: "generation", watts: 700, point: inverters[0] },
      { kind: "grid", watts: 100 },
    ]);
  });

  it("invents no supply beside silent solar where nobody measures the connection", () => {
    const balance = balanceOf([point("sun", "generation"), oven], powers({ oven: 300 }), 1_000);
    expect(balance).toMatchObject({ consumption: 300, sources: [] });
  });

  it("names the meter whose last value may stand for the consumption only when it is the only one", () => {
    const grid = point("grid", "grid");
    expect(balanceOf([grid, oven], powers({}), 1_000).onlyMeter).toBe(grid);
    expect(balanceOf(phases, powers({}), 1_000).onlyMeter).toBeUndefined();
    expect(balanceOf([grid, point("sun", "generation")], powers({}), 1_000).onlyMeter).toBeUndefined();
    expect(balanceOf([oven], powers({}), 1_000).onlyMeter).toBeUndefined();
  });

  it("never tells more or less than what is known, whoever is silent", () => {
    const points = [...phases, point("sun", "generation"), point("battery", "storage"), oven];
    const maybe = fc.option(fc.integer({ min: -5_000, max: 5_000 }), { nil: undefined });
    fc.assert(
      fc.property(fc.tuple(maybe, maybe, maybe, maybe, maybe), ([l1, l2, l3, sun, battery]) => {
        const balance = balanceOf(points, powers({ l1, l2, l3, sun, battery, oven: 100 }), 1_000);
        const sum = (...parts: (number | undefined)[]): number | undefined =>
          parts.reduce((all, part) => (all === undefined || part === undefined ? undefined : all + part), 0);
        const solar = sun === undefined ? undefined : Math.abs(sun);
        expect(balance.grid).toBe(sum(l1, l2, l3));
        const out = battery === undefined ? undefined : -battery;
        expect(balance.consumption).toBe(sum(l1, l2, l3, solar, out));
        expect(balance.untracked === undefined).toBe(balance.consumption === undefined);
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

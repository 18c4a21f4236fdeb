import { describe, expect, it } from "vitest";
import { balancePoints } from "../../../src/pages/now/balance.js";
import { combinePower, holdBetween, type LoadSeries, loadPowerHistory } from "../../../src/pages/now/power-history.js";
import { point, series } from "../../support/points.js";

const home = balancePoints([point("grid", "grid"), point("sun", "generation"), point("battery", "storage")]);

describe("combinePower", () => {
  it("adds connection and solar, and takes charging away", () => {
    const history = combinePower(
      home,
      new Map([
        ["grid", series("grid", [100, -200])],
        ["sun", series("sun", [-50, -700])],
        ["battery", series("battery", [0, 300])],
      ]),
    );
    expect(history.consumption).toEqual([150, 200]);
    expect(history.generation).toEqual([50, 700]);
  });

  it("is unknown where one part is unknown: missing is never zero", () => {
    const history = combinePower(
      home,
      new Map([
        ["grid", series("grid", [100, null, 100, 100])],
        ["sun", series("sun", [0, 0, 0, null])],
        ["battery", series("battery", [0, 0, 0, 0])],
      ]),
    );
    expect(history.consumption).toEqual([100, 100, 100, null]);
  });

  it("is unknown while a part says nothing in the whole range", () => {
    const history = combinePower(
      home,
      new Map([
        ["grid", series("grid", [100, 100])],
        ["sun", series("sun", [null, null])],
      ]),
    );
    expect(history.consumption).toEqual([null, null]);
    expect(history.grid).toEqual([100, 100]);
    expect(history.generation).toEqual([null, null]);
  });

  it("does not take two phases for three", () => {
    const phases = balancePoints(["l1", "l2", "l3"].map((id) => point(id, "grid")));
    const known = ["l1", "l2"].map((id) => [id, series(id, [100, 100])] as const);
    const silent = [series("l3", [null, null]), series("l3", [])];
    for (const third of silent) {
      const history = combinePower(phases, new Map([...known, ["l3", third]]));
      expect(history).toMatchObject({ grid: [null, null], consumption: [null, null] });
    }
  });

  it("brings a band only where one meter alone tells", () => {
    const alone = balancePoints([point("grid", "grid")]);
    const history = combinePower(alone, new Map([["grid", series("grid", [100], { min: [50], max: [400] })]]));
    expect(history).toMatchObject({ consumptionMin: [50], consumptionMax: [400] });
  });

  it("adds the circuits where no meter is at the connection, each as far as it is known", () => {
    const circuits = balancePoints([point("a", "load"), point("b", "load")]);
    const history = combinePower(
      circuits,
      new Map([
        ["a", series("a", [10, 20, null])],
        ["b", series("b", [null, 5, null])],
      ]),
    );
    expect(history.consumption).toEqual([10, 25, null]);
  });
});

describe("loadPowerHistory", () => {
  const range = { from: 10_000, to: 14_000, buckets: 4 };
  const { signal } = new AbortController();

  /** Values of the range by point, and who spoke before it. */
  const hub =
    (
      values: Readonly<Record<string, readonly (number | null)[]>>,
      before: readonly string[] = [],
      asked: string[] = [],
    ): LoadSeries =>
    ({ target, from, to }) => {
      if (to > range.from) return Promise.resolve(series(target, values[target] ?? []));
      asked.push(`${target} ${from}`);
      return Promise.resolve(series(target, [before.includes(target) ? 1 : null]));
    };
  const consumption = async (points: Parameters<typeof loadPowerHistory>[0], load: LoadSeries) =>
    (await loadPowerHistory(points, range, { load, signal })).consumption;

  it("counts a part that came within the range from its first reading on, and keeps its gaps", async () => {
    const load = hub({ old: [100, 100, 100, 100], new: [null, 5, null, 7], far: [null, null, 1, null] });
    const grid = [point("old", "grid"), point("new", "grid")];
    expect(await consumption(grid, load)).toEqual([100, 105, 105, 107]);
    expect(await consumption([...grid, point("far", "generation")], load)).toEqual([100, 105, 106, null]);
  });

  it("shows a gap where a part that spoke before the range begins silent, and asks for that once", async () => {
    const asked: string[] = [];
    const load = hub({ a: [100, 100, 100, 100], quiet: [null, null, 5, 5] }, ["quiet"], asked);
    const points = [point("a", "grid"), point("quiet", "generation")];
    expect(await consumption(points, load)).toEqual([null, null, 105, 105]);
    expect(await consumption(points, load)).toEqual([null, null, 105, 105]);
    expect(asked).toEqual(["quiet 0"]);
  });

  it("takes silence for a gap where the hub cannot tell what was before", async () => {
    const values = hub({ a: [100, 100, 100, 100], unsure: [null, 5, 5, 5] });
    const load: LoadSeries = (query, stop) =>
      query.to > range.from ? values(query, stop) : Promise.reject(new Error("busy"));
    expect(await consumption([point("a", "grid"), point("unsure", "grid")], load)).toEqual([null, 105, 105, 105]);
  });

  it("lets the points of one device begin together: two phases are not three", async () => {
    const load = hub({ l1: [null, 1, 1, 1], l2: [null, 1, 1, 1], l3: [null, null, 1, 1] });
    const phases = ["l1", "l2", "l3"].map((id) => point(id, "grid", { device: "meter" }));
    expect(await consumption(phases, load)).toEqual([null, null, 3, 3]);
  });

  it("leaves out a part that never spoke", async () => {
    const load = hub({ a: [1, 2, 3, 4] });
    const history = await loadPowerHistory([point("a", "grid"), point("mute", "generation")], range, { load, signal });
    expect(history).toMatchObject({ consumption: [1, 2, 3, 4], generation: [null, null, null, null] });
  });

  it("knows no consumption before a meter is at the connection", async () => {
    const load = hub({ first: [null, null, 50, 50], roof: [10, 10, 10, 10] });
    expect(await consumption([point("first", "grid"), point("roof", "generation")], load)).toEqual([
      null,
      null,
      60,
      60,
    ]);
  });

  it("says how many circuits are too many to ask for", async () => {
    const circuits = Array.from({ length: 43 }, (_, n) => point(`c${n}`, "load"));
    const load = hub(Object.fromEntries(circuits.map(({ id }) => [id, [1, 1, 1, 1]])));
    const history = await loadPowerHistory(circuits, range, { load, signal });
    expect(history).toMatchObject({ consumption: [40, 40, 40, 40], leftOut: 3 });
    expect(await loadPowerHistory(circuits.slice(3), range, { load, signal })).not.toHaveProperty("leftOut");
    expect(await loadPowerHistory([...circuits, point("c0", "grid")], range, { load, signal })).not.toHaveProperty(
      "leftOut",
    );
  });
});

describe("holdBetween", () => {
  it("holds a value until the next reading of a slow meter, and not beyond the last", () => {
    const at = Array.from({ length: 9 }, (_, index) => index * 1_000);
    expect(holdBetween(at, [1, null, null, 2, null, null, 3, null, null], 1_000)).toEqual([
      1,
      1,
      1,
      2,
      2,
      2,
      3,
      null,
      null,
    ]);
  });
});

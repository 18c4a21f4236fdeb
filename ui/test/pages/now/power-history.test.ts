import { describe, expect, it } from "vitest";
import { balancePoints } from "../../../src/pages/now/balance.js";
import { combinePower, holdBetween } from "../../../src/pages/now/power-history.js";
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

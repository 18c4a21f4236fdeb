import { describe, expect, it } from "vitest";
import { changeOf, draftOf, possibleParents, problemsOf } from "../../../src/pages/device/point-draft.js";
import { point } from "../../support/points.js";

const oven = point("oven", "load", { parent: "kitchen", powerCeiling: 3_500 });

describe("changeOf", () => {
  it("is nothing for an untouched form", () => {
    expect(changeOf(draftOf(oven), oven)).toEqual({});
  });

  it("takes parent and ceiling away with null", () => {
    expect(changeOf({ ...draftOf(oven), parent: "", powerCeiling: " " }, oven)).toEqual({
      parent: null,
      powerCeiling: null,
    });
  });

  it("reads a number with a comma", () => {
    expect(changeOf({ ...draftOf(oven), powerCeiling: "2,5" }, oven)).toEqual({ powerCeiling: 2.5 });
  });
});

describe("problemsOf", () => {
  it.each([
    [{ name: "  " }, ["name"]],
    [{ powerCeiling: "0" }, ["powerCeiling"]],
    [{ powerCeiling: "a lot" }, ["powerCeiling"]],
    [{ powerCeiling: "" }, []],
  ])("of %j are %j", (change, problems) => {
    expect([...problemsOf({ ...draftOf(oven), ...change })]).toEqual(problems);
  });
});

describe("possibleParents", () => {
  it("leaves out the point itself, what lies below it, phases and other sites", () => {
    const points = [
      oven,
      point("kitchen", "circuit"),
      point("plug", "load", { parent: "oven" }),
      point("l1", "grid", { phase: 1 }),
      point("far", "circuit", { site: "other" }),
      point("loop", "load", { parent: "loop" }),
    ];
    expect(possibleParents(oven, points).map(({ id }) => id)).toEqual(["kitchen", "loop"]);
  });
});

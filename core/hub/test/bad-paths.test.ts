import { Type } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badPaths, inputInvalid, listBadPaths } from "../src/bad-paths.js";

const names = Array.from({ length: 40 }, (_, index) => `field${index}`);
const Wide = Type.Object(Object.fromEntries(names.map((name) => [name, Type.Number()])), {
  additionalProperties: false,
});

describe("badPaths", () => {
  it("names every bad place, not the first eight that the library would", () => {
    const wrong = fc.subarray(names, { minLength: 1 });
    fc.assert(
      fc.property(wrong, wrong, (strings, unknown) => {
        const value = Object.fromEntries([
          ...names.map((name) => [name, strings.includes(name) ? "x" : 1]),
          ...unknown.map((name) => [`other/${name}`, 1]),
        ]);
        const paths = badPaths(Wide, value, "/body").map(({ path }) => path);
        const expected = [...strings.map((name) => `/body/${name}`), ...unknown.map((name) => `/body/other~1${name}`)];
        expect([...paths].sort()).toEqual(expected.sort());
      }),
    );
  });

  it("says of a missing field, an unknown one and a word that is none what is wrong", () => {
    const schema = Type.Object({ a: Type.Number(), kind: Type.Enum(["x", "y"]) }, { additionalProperties: false });
    expect(badPaths(schema, { kind: "z", b: 1 })).toEqual(
      expect.arrayContaining([
        { path: "/a", problem: "is required" },
        { path: "/b", problem: "is not known here" },
        { path: "/kind", problem: "must be one of x, y" },
      ]),
    );
    expect(badPaths(schema, { a: 1, kind: "x" })).toEqual([]);
  });
});

describe("inputInvalid", () => {
  it("tells the first few places and hands all of them over", () => {
    const paths = names.map((name) => ({ path: `/${name}`, problem: "is required" }));
    const error = inputInvalid("The request", paths, { name: "x" });
    expect(error).toMatchObject({ code: "E_INPUT_INVALID", details: { name: "x", paths } });
    expect(error.message).toMatch(/^The request cannot be used: \/field0 is required; .*; and 35 more\.$/);
    expect(listBadPaths([{ path: "", problem: "must be a map" }])).toBe("/ must be a map");
  });
});

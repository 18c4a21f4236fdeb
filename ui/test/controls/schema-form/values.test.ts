import { Type } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FormSchema } from "../../../src/controls/schema-form/form-schema.js";
import {
  getAt,
  isSame,
  pointerOf,
  setAt,
  withDefaults,
  withoutDefaults,
} from "../../../src/controls/schema-form/values.js";

const plain = (schema: object): FormSchema => JSON.parse(JSON.stringify(schema)) as FormSchema;

const schema = plain(
  Type.Object({
    url: Type.String({ default: "" }),
    minutes: Type.Integer({ default: 30 }),
    broker: Type.Object({ port: Type.Integer({ default: 1883 }), host: Type.Optional(Type.String()) }),
    rows: Type.Array(Type.Object({ topic: Type.String(), unit: Type.String({ default: "kW" }) }), {
      default: [{ topic: "energy/consumption" }],
    }),
  }),
);

describe("getAt and setAt", () => {
  it("reads back what was set and leaves the rest alone", () => {
    const step = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a", "b"));
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.dictionary(fc.string(), fc.string()))),
        fc.jsonValue(),
        (path, value, next) => {
          const before = structuredClone(value);
          expect(getAt(setAt(value, path, next), path)).toEqual(next);
          expect(value).toEqual(before);
          expect(Object.prototype).not.toHaveProperty("a");
        },
      ),
    );
  });

  it("takes a property away with undefined", () => {
    expect(setAt({ a: 1, b: { c: 2 } }, ["b", "c"], undefined)).toEqual({ a: 1, b: {} });
  });

  it("changes one row of a list", () => {
    expect(setAt({ rows: [{ t: 1 }, { t: 2 }] }, ["rows", 1, "t"], 3)).toEqual({ rows: [{ t: 1 }, { t: 3 }] });
  });
});

describe("pointerOf", () => {
  it("escapes as RFC 6901", () => {
    expect(pointerOf(["a/b", "m~n", 0])).toBe("/a~1b/m~0n/0");
  });
});

describe("isSame", () => {
  it("does not mind the order of properties, nor absent ones", () => {
    expect(isSame({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1, d: undefined })).toBe(true);
    expect(isSame([1, 2], [2, 1])).toBe(false);
    expect(isSame({ a: null }, {})).toBe(false);
  });
});

describe("defaults", () => {
  it("are filled in as the hub fills them in", () => {
    expect(withDefaults(schema, {})).toEqual({
      url: "",
      minutes: 30,
      broker: { port: 1883 },
      rows: [{ topic: "energy/consumption", unit: "kW" }],
    });
  });

  it("that nobody chose are not sent", () => {
    const shown = withDefaults(schema, {});
    expect(withoutDefaults(schema, shown, {})).toEqual({});
    expect(withoutDefaults(schema, setAt(shown, ["broker", "port"], 8883), {})).toEqual({ broker: { port: 8883 } });
  });

  it("that somebody chose stay chosen", () => {
    const chosen = { minutes: 30, broker: { port: 1883 } };
    expect(withoutDefaults(schema, withDefaults(schema, chosen), chosen)).toEqual(chosen);
  });

  it("an empty list in the place of a default is sent", () => {
    expect(withoutDefaults(schema, setAt(withDefaults(schema, {}), ["rows"], []), {})).toEqual({ rows: [] });
  });

  it("come back when nothing is sent, whatever was edited", () => {
    const edit = fc.record(
      { minutes: fc.integer(), broker: fc.record({ port: fc.integer(), host: fc.string() }), url: fc.string() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(edit, edit, (chosen, edited) => {
        const draft = withDefaults(schema, edited);
        expect(withDefaults(schema, withoutDefaults(schema, draft, chosen))).toEqual(draft);
      }),
    );
  });
});

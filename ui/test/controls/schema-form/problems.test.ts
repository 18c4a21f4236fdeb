import { Type } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { formOf } from "../../../src/controls/schema-form/form-node.js";
import type { FormSchema } from "../../../src/controls/schema-form/form-schema.js";
import { problemsIn, problemsOf, typedNumber } from "../../../src/controls/schema-form/problems.js";

const plain = (schema: object): FormSchema => JSON.parse(JSON.stringify(schema)) as FormSchema;
const keys = (schema: object, value: unknown): string[] =>
  problemsOf(formOf(plain(schema)), value).map(({ path, text }) => `${path} ${text.key}`);

describe("problemsOf", () => {
  it.each([
    [Type.Integer({ minimum: 1 }), 0, "config.minimum"],
    [Type.Integer({ maximum: 9 }), 10, "config.maximum"],
    [Type.Number({ exclusiveMinimum: 0 }), 0, "config.exclusiveMinimum"],
    [Type.Integer(), 1.5, "form.integer"],
    [Type.Number(), "abc", "form.number"],
    [Type.Number(), undefined, "field.required"],
    [Type.String({ minLength: 1 }), "", "field.required"],
    [Type.String({ minLength: 3 }), "ab", "config.minLength"],
    [Type.String({ maxLength: 2 }), "abc", "config.maxLength"],
    [Type.Array(Type.String(), { minItems: 1 }), [], "config.minItems"],
    [Type.Record(Type.String(), Type.Number()), "{not json", "form.json"],
  ])("finds what is wrong with %j: %j", (schema, value, key) => {
    expect(keys(Type.Object({ it: schema }), { it: value })).toEqual([`/it ${key}`]);
  });

  it("tests patterns with the flag u: the attribute would drop this one", () => {
    const schema = Type.Object({ host: Type.String({ pattern: "^[a-z0-9.-]+$", examples: ["hub.lan"] }) });
    expect(keys(schema, { host: "api.example" })).toEqual([]);
    expect(keys(schema, { host: "not a host" })).toEqual(["/host form.patternLike"]);
  });

  it("lets the hub decide about a pattern that is none", () => {
    expect(keys(Type.Object({ it: Type.String({ pattern: "(" }) }), { it: "x" })).toEqual([]);
  });

  it("counts characters, not code units", () => {
    expect(keys(Type.Object({ it: Type.String({ maxLength: 1 }) }), { it: "🔌" })).toEqual([]);
  });

  it("asks for what is missing only where the schema has no default", () => {
    expect(keys(Type.Object({ a: Type.Integer({ default: 3 }), b: Type.Optional(Type.Integer()) }), {})).toEqual([]);
  });

  it("does not ask for what is not shown", () => {
    const schema = Type.Object({
      kind: Type.String(),
      host: Type.String({ minLength: 1, "x-show-if": { property: "kind", equals: "own" } }),
    });
    expect(keys(schema, { kind: "other", host: "" })).toEqual([]);
    expect(keys(schema, { kind: "own", host: "" })).toEqual(["/host field.required"]);
  });

  it("names the row of a list", () => {
    const schema = Type.Object({ rows: Type.Array(Type.Object({ topic: Type.String({ minLength: 1 }) })) });
    expect(keys(schema, { rows: [{ topic: "a" }, { topic: "" }] })).toEqual(["/rows/1/topic field.required"]);
  });
});

describe("typedNumber", () => {
  it.each([
    ["12", 12],
    [" 4,2 ", 4.2],
    ["-3.5", -3.5],
    ["\u22123", -3],
    ["", undefined],
    ["1e400", "1e400"],
    ["four", "four"],
    ["1.2.3", "1.2.3"],
  ])("reads %j as %j", (text, value) => {
    expect(typedNumber(text)).toBe(value);
  });
});

describe("problemsIn", () => {
  it("takes what the hub names and nothing else", () => {
    const bad = { path: "/a", message: "must be <= 4", text: { key: "config.maximum", params: { limit: "4" } } };
    expect(problemsIn({ problems: [bad, { path: 3 }, null, { path: "/b" }] })).toEqual([bad]);
    expect(problemsIn(undefined)).toEqual([]);
    expect(problemsIn({ problems: "many" })).toEqual([]);
  });
});

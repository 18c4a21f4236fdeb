import { Type } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { atDefault, changesOf, newItem, rebase } from "../../../src/controls/schema-form/changes.js";
import { formOf } from "../../../src/controls/schema-form/form-node.js";
import type { FormSchema } from "../../../src/controls/schema-form/form-schema.js";

const schema = JSON.parse(
  JSON.stringify(
    Type.Object({
      a: Type.Integer({ default: 1 }),
      b: Type.Object({ c: Type.String({ default: "x" }) }),
      rows: Type.Array(Type.Object({ topic: Type.String(), unit: Type.String({ default: "kW" }) })),
    }),
  ),
) as FormSchema;
const form = formOf(schema);

describe("changesOf", () => {
  it("counts fields; a list is one", () => {
    const changes = changesOf(
      form,
      { a: 1, b: { c: "x" }, rows: [] },
      { a: 2, b: { c: "y" }, rows: [{ topic: "t" }, { topic: "u" }] },
    );
    expect(changes.map(({ path, from, to }) => [path.join("."), from, to])).toEqual([
      ["a", 1, 2],
      ["b.c", "x", "y"],
      ["rows", [], [{ topic: "t" }, { topic: "u" }]],
    ]);
  });
});

describe("rebase", () => {
  it("keeps edits and follows what was stored elsewhere", () => {
    const base = { a: 1, b: { c: "x" }, rows: [] };
    const draft = { a: 2, b: { c: "x" }, rows: [] };
    expect(rebase(form, { base, draft }, { a: 7, b: { c: "z" }, rows: [] })).toEqual({ a: 2, b: { c: "z" }, rows: [] });
  });
});

describe("atDefault and newItem", () => {
  it("counts fields with their default", () => {
    expect(atDefault(form.children.slice(0, 1), { a: 1 })).toBe(1);
    expect(atDefault(form.children.slice(0, 1), { a: 2 })).toBe(0);
  });

  it("gives a new row the defaults of its fields", () => {
    const [, , rows] = form.children;
    expect(rows?.kind === "list" && newItem(rows.item)).toEqual({ unit: "kW" });
  });
});

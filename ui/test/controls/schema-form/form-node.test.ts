import { Type } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { type FormNode, formOf } from "../../../src/controls/schema-form/form-node.js";
import type { FormSchema } from "../../../src/controls/schema-form/form-schema.js";

// As it comes over the wire.
const plain = (schema: object): FormSchema => JSON.parse(JSON.stringify(schema)) as FormSchema;
const only = (schema: object): FormNode | undefined => formOf(plain(Type.Object({ it: schema as never }))).children[0];

describe("formOf", () => {
  it.each([
    [Type.Boolean(), "switch"],
    [Type.Integer(), "number"],
    [Type.Number(), "number"],
    [Type.String(), "text"],
    [Type.Enum(["a", "b"]), "choice"],
    [Type.Union([Type.Literal("a"), Type.Literal(2)]), "choice"],
    [Type.String({ "x-secret": true }), "secret"],
    [Type.Array(Type.String()), "list"],
    [Type.Array(Type.Object({ a: Type.String() })), "list"],
    [Type.Object({ a: Type.String() }), "group"],
    [Type.Record(Type.String(), Type.Number()), "json"],
    [Type.Union([Type.Number(), Type.Null()]), "number"],
    [Type.Tuple([Type.Number(), Type.Number()]), "json"],
    [Type.Unknown(), "json"],
  ])("gives %j the control %s", (schema, kind) => {
    expect(only(schema)?.kind).toBe(kind);
  });

  it("orders by x-order, then as declared", () => {
    const schema = plain(
      Type.Object({
        z: Type.String(),
        b: Type.String({ "x-order": 2 }),
        a: Type.String({ "x-order": 1 }),
        y: Type.String(),
      }),
    );
    expect(formOf(schema).children.map(({ key }) => key)).toEqual(["a", "b", "z", "y"]);
  });

  it("names what has no title by its property", () => {
    const schema = plain(
      Type.Object({ silentAfterMinutes: Type.Integer(), base_topic: Type.String({ title: "Topic" }) }),
    );
    expect(formOf(schema).children.map(({ title }) => title)).toEqual(["Silent after minutes", "Topic"]);
  });

  it("takes a long free text as several lines, a patterned one as one", () => {
    expect(only(Type.String({ maxLength: 201 }))).toMatchObject({ multiline: true });
    expect(only(Type.String({ maxLength: 200 }))).toMatchObject({ multiline: false });
    expect(only(Type.String({ maxLength: 256, pattern: "^a" }))).toMatchObject({ multiline: false });
  });

  it("labels choices by x-labels", () => {
    const node = only(Type.Enum(["a", "b"], { "x-labels": { a: "first.label" } }));
    expect(node).toMatchObject({
      choices: [
        { value: "a", label: "first.label" },
        { value: "b", label: "b" },
      ],
    });
  });

  it("asks for nothing when there is no schema", () => {
    expect(formOf({}).children).toEqual([]);
  });
});

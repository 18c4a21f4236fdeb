import type { Gen } from "./gen.js";
import { anyJson, anyText } from "./json-values.js";

/** The words of JSON Schema that the schemas of the project use. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Values that make sense for a property, by its name. */
export type Words = (name: string) => readonly unknown[];

/** A value that fits a schema, or nearly: lengths and patterns are met only where the words meet them. */
export function fromSchema(gen: Gen, schema: object, words: Words, name = ""): unknown {
  const { anyOf, const: constant, enum: choices, type } = schema as Schema;
  if (anyOf) return fromSchema(gen, gen.pick(anyOf), words, name);
  if (constant !== undefined) return constant;
  if (choices) return gen.pick(choices);
  const known = words(name);
  if (known.length > 0 && type !== "array" && type !== "object" && gen.percent(80)) return gen.pick(known);
  return ofType(gen, schema as Schema, words, name);
}

function ofType(gen: Gen, schema: Schema, words: Words, name: string): unknown {
  switch (schema.type) {
    case "object":
      return objectOf(gen, schema, words);
    case "array":
      return listOf(gen, schema, words, name);
    case "string":
      return textOf(gen, schema);
    case "integer":
      return Math.round(numberOf(gen, schema));
    case "number":
      return numberOf(gen, schema);
    case "boolean":
      return gen.percent(50);
    case "null":
      return null;
    default:
      return anyJson(gen, 2);
  }
}

function objectOf(gen: Gen, { properties = {}, required = [], patternProperties = {} }: Schema, words: Words): object {
  const present = Object.entries(properties).filter(([name]) => required.includes(name) || gen.percent(50));
  const [values] = Object.values(patternProperties);
  const others = values ? gen.list(3, () => [anyText(gen), fromSchema(gen, values, words)] as const) : [];
  return Object.fromEntries([
    ...others,
    ...present.map(([name, schema]) => [name, fromSchema(gen, schema, words, name)] as const),
  ]);
}

function listOf(gen: Gen, { items = {}, minItems = 0, maxItems = 5 }: Schema, words: Words, name: string): unknown[] {
  const length = minItems + gen.below(Math.min(maxItems, minItems + 5) - minItems + 1);
  return Array.from({ length }, () => fromSchema(gen, items, words, name));
}

function textOf(gen: Gen, { minLength = 0 }: Schema): string {
  const made = anyText(gen);
  return made.length < minLength ? made.padEnd(minLength, "x") : made;
}

function numberOf(gen: Gen, { minimum = -1e6, maximum = 1e15 }: Schema): number {
  return gen.either(
    [1, () => minimum],
    [1, () => maximum],
    [3, () => minimum + gen.float() * (maximum - minimum)],
    [3, () => minimum + gen.below(100)],
  );
}

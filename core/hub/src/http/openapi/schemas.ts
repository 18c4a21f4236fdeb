import * as dto from "../dto.js";

/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const PREFIX = "#/components/schemas/";

/** `PointDto` is called `Point` in the document. */
const nameOf = (exported: string): string => exported.replace(/Dto$/, "");

const named: ReadonlyMap<string, unknown> = new Map(
  Object.entries(dto).map(([exported, schema]) => [nameOf(exported), schema]),
);

// TypeBox copies schemas while composing them, so the same schema is recognised by what it says.
const nameByText = new Map([...named].map(([name, schema]) => [JSON.stringify(schema), name]));

/** A reference to a component of the document. */
export const schemaRef = (name: string): JsonSchema => ({ $ref: `${PREFIX}${name}` });

/** A schema for use inside the document: what has a name becomes a reference. */
export function documentSchema(schema: unknown): JsonSchema {
  return inline(schema, true) as JsonSchema;
}

/** Every named schema of the API. */
export function componentSchemas(examples: Readonly<Record<string, unknown>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    [...named].map(([name, schema]) => [name, withExample(component(name, schema), examples[name])]),
  );
}

const withExample = (schema: JsonSchema, example: unknown): JsonSchema =>
  example === undefined ? schema : { ...schema, examples: [example] };

function component(name: string, schema: unknown): JsonSchema {
  const { $defs } = schema as { readonly $defs?: Readonly<Record<string, unknown>> };
  // A recursive schema carries its definition under its own name: that is the component.
  return inline($defs?.[name] ?? schema, false) as JsonSchema;
}

/** Copies a schema; `replace` says whether the value itself may become a reference, its parts always may. */
function inline(value: unknown, replace: boolean): unknown {
  if (Array.isArray(value)) return value.map((entry) => inline(entry, true));
  if (typeof value !== "object" || value === null) return value;
  const name = nameByText.get(JSON.stringify(value));
  if (replace && name !== undefined) return schemaRef(name);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !INTERNAL.has(key))
      .map(([key, entry]) => [key, key === "$ref" ? `${PREFIX}${entry}` : inline(entry, true)]),
  );
}

/** Keywords that mean something to the hub only. */
const INTERNAL = new Set(["$id", "$defs", "x-comma"]);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly items?: unknown;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

/** A schema in a few words for a person: `integer from 1 to 2000; 600 when left out`. */
export function schemaWords(value: unknown): string {
  const schema = (value ?? {}) as Schema;
  const fallback = schema.default === undefined ? "" : `; ${JSON.stringify(schema.default)} when left out`;
  return kindWords(schema) + fallback;
}

function kindWords(schema: Schema): string {
  if (schema.enum) return schema.enum.join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map(schemaWords).join(" or ");
  if (schema.type === "array")
    return `list of ${between(schema.minItems, schema.maxItems)}${schemaWords(schema.items)}`;
  if (schema.type === "string") return textWords(schema);
  if (schema.type === "number" || schema.type === "integer") return numberWords(schema);
  return schema.type ?? "anything";
}

const between = (least: number | undefined, most: number | undefined): string =>
  most === undefined ? "" : `${least ?? 0} to ${most} × `;

const textWords = ({ pattern, maxLength }: Schema): string =>
  `text${maxLength === undefined ? "" : ` of up to ${maxLength} characters`}${pattern === undefined ? "" : ` like ${pattern}`}`;

/** Limits of what a number can be at all say nothing to a person. */
const TELLING = 1e12;

function numberWords({ type, minimum, maximum }: Schema): string {
  const from = minimum === undefined || Math.abs(minimum) > TELLING ? "" : ` from ${minimum}`;
  const to = maximum === undefined || Math.abs(maximum) > TELLING ? "" : ` to ${maximum}`;
  return `${type}${from}${to}`;
}

import { type FormSchema, isRecord } from "./form-schema.js";

interface NodeWords {
  /** Name of the property; empty for an item of a list and for the form itself. */
  readonly key: string;
  /** Words, or the key of a message. */
  readonly title: string;
  readonly help: string | undefined;
  readonly schema: FormSchema;
  readonly required: boolean;
  readonly advanced: boolean;
  readonly showIf: FormSchema["x-show-if"];
}

/** One of several values. */
export interface Choice {
  readonly value: unknown;
  /** Words, or the key of a message. */
  readonly label: string;
}

export interface GroupNode extends NodeWords {
  readonly kind: "group";
  readonly children: readonly FormNode[];
}

export interface ChoiceNode extends NodeWords {
  readonly kind: "choice";
  readonly choices: readonly Choice[];
}

export interface TextNode extends NodeWords {
  readonly kind: "text";
  readonly input: "text" | "email" | "url";
  readonly multiline: boolean;
}

/** Rows of values: of plain ones, or of objects with fields of their own. */
export interface ListNode extends NodeWords {
  readonly kind: "list";
  readonly item: FormNode;
}

/** `secret` is written only; `json` is what the form has no control for. */
export interface PlainNode extends NodeWords {
  readonly kind: "switch" | "number" | "secret" | "json";
}

/** A part of a settings form. */
export type FormNode = GroupNode | ChoiceNode | TextNode | ListNode | PlainNode;

const MOST_IN_ONE_LINE = 200;
const LAST = Number.MAX_SAFE_INTEGER;

/** The form of a schema: what is asked, in which order and with which control. */
export const formOf = (schema: FormSchema): GroupNode => groupOf("", { ...schema, type: "object" }, true);

function nodeOf(key: string, declared: FormSchema, required: boolean): FormNode {
  const schema = withoutNull(declared);
  const words = wordsOf(key, schema, required && schema === declared);
  if (schema["x-secret"] === true) return { ...words, kind: "secret" };
  const choices = choicesOf(schema);
  if (choices) return { ...words, kind: "choice", choices };
  switch (schema.type) {
    case "object":
      return schema.properties ? groupOf(key, schema, required) : { ...words, kind: "json" };
    case "boolean":
      return { ...words, kind: "switch" };
    case "number":
    case "integer":
      return { ...words, kind: "number" };
    case "string":
      return textOf(words);
    case "array":
      return isRecord(schema.items)
        ? { ...words, kind: "list", item: nodeOf("", schema.items, true) }
        : { ...words, kind: "json" };
    default:
      return { ...words, kind: "json" };
  }
}

function groupOf(key: string, schema: FormSchema, required: boolean): GroupNode {
  const properties = Object.entries(schema.properties ?? {});
  // Sorting is stable: properties without a place keep the order in which they were declared, after those with one.
  const children = [...properties]
    .sort(byOrder)
    .map(([name, inner]) => nodeOf(name, inner, schema.required?.includes(name) ?? false));
  return { ...wordsOf(key, schema, required), kind: "group", children };
}

const byOrder = ([, a]: [string, FormSchema], [, b]: [string, FormSchema]): number =>
  (a["x-order"] ?? LAST) - (b["x-order"] ?? LAST);

function wordsOf(key: string, schema: FormSchema, required: boolean): NodeWords {
  const { title, description } = schema;
  return {
    key,
    title: title ?? readable(key),
    help: description,
    schema,
    required,
    advanced: schema["x-advanced"] === true,
    showIf: schema["x-show-if"],
  };
}

/** `silentAfterMinutes` becomes `Silent after minutes`. */
function readable(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const INPUT_TYPES: Readonly<Record<string, TextNode["input"]>> = { email: "email", uri: "url", url: "url" };

function textOf(words: NodeWords): TextNode {
  const { format, pattern, maxLength = 0 } = words.schema;
  const input = INPUT_TYPES[format ?? ""] ?? "text";
  const multiline = maxLength > MOST_IN_ONE_LINE && pattern === undefined && format === undefined;
  return { ...words, kind: "text", input, multiline };
}

/** A union with null is the other branch, left empty. */
function withoutNull(schema: FormSchema): FormSchema {
  const branches = schema.anyOf ?? schema.oneOf;
  const others = branches?.filter(({ type }) => type !== "null");
  const [only] = others ?? [];
  if (!branches || others?.length === branches.length || others?.length !== 1 || !only) return schema;
  const { anyOf: _anyOf, oneOf: _oneOf, ...outer } = schema;
  return { ...only, ...outer };
}

function choicesOf(schema: FormSchema): readonly Choice[] | undefined {
  const labels = isRecord(schema["x-labels"]) ? schema["x-labels"] : {};
  const choice = (value: unknown, title?: string): Choice => ({
    value,
    label: labels[String(value)] ?? title ?? String(value),
  });
  if (schema.enum) return schema.enum.map((value) => choice(value));
  const branches = schema.anyOf ?? schema.oneOf;
  if (!branches?.every((branch) => branch.const !== undefined)) return undefined;
  return branches.map((branch) => choice(branch.const, branch.title));
}

import type { Text } from "@vatio/model";
import type { FormNode, ListNode } from "./form-node.js";
import { type FormSchema, isRecord } from "./form-schema.js";
import { getAt, pointerOf, type ValuePath } from "./values.js";

/** One field that is wrong. */
export interface FormProblem {
  /** JSON pointer of the value. */
  readonly path: string;
  readonly text: Text;
}

const says = (key: string, params?: Readonly<Record<string, string | number>>): Text =>
  params ? { key, params } : { key };

/** Whether a part is shown: another property of the same object may decide. */
export function isShown({ showIf }: FormNode, siblings: unknown): boolean {
  return !showIf || getAt(siblings, [showIf.property]) === showIf.equals;
}

/** Every field of a form that cannot be sent as it is. What is not shown is not asked. */
export function problemsOf(node: FormNode, value: unknown, path: ValuePath = []): readonly FormProblem[] {
  if (node.kind === "group") {
    return node.children
      .filter((child) => isShown(child, value))
      .flatMap((child) => problemsOf(child, getAt(value, [child.key]), [...path, child.key]));
  }
  if (node.kind === "list") return listProblems(node, value, path);
  const text = problemOf(node, value);
  return text ? [{ path: pointerOf(path), text }] : [];
}

function listProblems(node: ListNode, value: unknown, path: ValuePath): readonly FormProblem[] {
  const items = Array.isArray(value) ? value : [];
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = node.schema;
  const inner = items.flatMap((item, index) => problemsOf(node.item, item, [...path, index]));
  if (items.length < minItems)
    return [{ path: pointerOf(path), text: says("config.minItems", { limit: minItems }) }, ...inner];
  if (items.length > maxItems)
    return [{ path: pointerOf(path), text: says("config.maxItems", { limit: maxItems }) }, ...inner];
  return inner;
}

/** What is wrong with one value, in the same words in which the hub says it. */
export function problemOf(node: FormNode, value: unknown): Text | undefined {
  const { schema, required } = node;
  if (node.kind === "secret" || node.kind === "switch") return undefined;
  if (value === undefined) return required && schema.default === undefined ? says("field.required") : undefined;
  switch (node.kind) {
    case "number":
      return numberProblem(schema, value);
    case "text":
      return textProblem(schema, value);
    case "json":
      return typeof value === "string" && schema.type !== "string" ? says("form.json") : undefined;
    default:
      return undefined;
  }
}

function numberProblem(schema: FormSchema, value: unknown): Text | undefined {
  if (typeof value !== "number") return says("form.number");
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (schema.type === "integer" && !Number.isInteger(value)) return says("form.integer");
  if (minimum !== undefined && value < minimum) return says("config.minimum", { limit: minimum });
  if (maximum !== undefined && value > maximum) return says("config.maximum", { limit: maximum });
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return says("config.exclusiveMinimum", { limit: exclusiveMinimum });
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
    return says("config.exclusiveMaximum", { limit: exclusiveMaximum });
  return undefined;
}

/** What is wrong with a text; a secret is one as well. */
export function textProblem(schema: FormSchema, value: unknown): Text | undefined {
  const text = String(value);
  const { minLength = 0, maxLength, pattern } = schema;
  const length = [...text].length;
  if (text === "" && minLength > 0) return says("field.required");
  if (length < minLength) return says("config.minLength", { limit: minLength });
  if (maxLength !== undefined && length > maxLength) return says("config.maxLength", { limit: maxLength });
  if (pattern !== undefined && !matches(pattern, text)) return patternText(schema);
  return undefined;
}

/** A person does not read regular expressions: an example says more. */
export function patternText({ examples }: FormSchema): Text {
  const [example] = examples ?? [];
  return example === undefined ? says("form.pattern") : says("form.patternLike", { example: String(example) });
}

/** The attribute `pattern` is compiled with the flag v, which drops many patterns without a word; JSON Schema means the flag u. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    // The hub checks it again.
    return true;
  }
}

/** A number as people type it, with a point or a comma; what is none stays a text. */
export function typedNumber(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed.replace("\u2212", "-").replace(",", "."));
  return Number.isFinite(number) ? number : trimmed;
}

/** The bad places that the hub names in the details of an error. */
export function problemsIn(details: unknown): readonly FormProblem[] {
  const problems = isRecord(details) && Array.isArray(details.problems) ? details.problems : [];
  return problems.filter(
    (each): each is FormProblem =>
      isRecord(each) && typeof each.path === "string" && isRecord(each.text) && typeof each.text.key === "string",
  );
}

import type { TObject, TSchema } from "@vatio/plugin-api";

/**
 * A query as the schema's types: text that is a number where a number is wanted, one or several values where a list is.
 * What does not fit stays text, so that the check names it.
 */
export function coerceQuery(schema: TObject | undefined, search: URLSearchParams): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    // A key such as `__proto__` must become a property like any other, for the check to refuse it.
    Object.defineProperty(result, name, {
      value: coerce(schema?.properties[name], search.getAll(name)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

function coerce(schema: TSchema | undefined, texts: readonly string[]): unknown {
  const { type, items } = (schema ?? {}) as { readonly type?: unknown; readonly items?: TSchema };
  if (type === "array") return split(schema, texts).map((text) => scalar(items, text));
  return texts.length === 1 ? scalar(schema, texts[0] ?? "") : texts.map((text) => scalar(schema, text));
}

const split = (schema: TSchema | undefined, texts: readonly string[]): readonly string[] =>
  schema && "x-comma" in schema ? texts.flatMap((text) => text.split(",")) : texts;

const NUMBER = /^-?\d{1,20}(?:\.\d{1,20})?$/;

function scalar(schema: TSchema | undefined, text: string): unknown {
  const { type } = (schema ?? {}) as { readonly type?: unknown };
  if ((type === "number" || type === "integer") && NUMBER.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** Path parameters as the schema's types. */
export function coerceParams(
  schema: TObject | undefined,
  params: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, text]) => [name, scalar(schema?.properties[name], text)]),
  );
}

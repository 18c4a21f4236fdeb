import { Value } from "typebox/value";
import type { BootOption, LeafSchema } from "./boot-options.js";

function numberPhrase(schema: LeafSchema): string {
  return `a whole number from ${schema.minimum} to ${schema.maximum}`;
}

/** What an option takes, as a phrase for a person. */
export function expectedBy({ schema }: BootOption): string {
  if (schema.enum) return `one of ${schema.enum.join(", ")}`;
  if (schema.type === "integer") return numberPhrase(schema);
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "array") return `a list of at most ${schema.maxItems} texts`;
  return `a text of 1 to ${schema.maxLength} characters`;
}

/** Whether a value has the shape that an option takes. */
export const fits = (option: BootOption, value: unknown): boolean => Value.Check(option.schema, value);

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/** The value of an environment variable in the type that its option takes; text that does not fit stays as it is. */
export function fromText({ schema }: BootOption, text: string): unknown {
  const trimmed = text.trim();
  if (schema.type === "integer") return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : text;
  if (schema.type === "boolean") return WORDS[trimmed.toLowerCase()] ?? text;
  if (schema.type === "array")
    return trimmed
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  return text;
}

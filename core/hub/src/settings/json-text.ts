import { type ErrorCode, type Json, VatioError } from "@vatio/plugin-api";

const MOST_DEPTH = 64;

/** What a document or a setting may be, and which error says that it is not. */
export interface JsonLimits {
  /** Most bytes of its text in UTF-8. */
  readonly bytes: number;
  readonly code: ErrorCode;
  /** What it is, for the message: `The document last-run`. */
  readonly what: string;
}

function problem(value: unknown, depth: number): string | undefined {
  if (depth > MOST_DEPTH) return `is nested deeper than ${MOST_DEPTH} levels`;
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number")
    return Number.isFinite(value) ? undefined : `holds ${value}, which JSON cannot express`;
  if (Array.isArray(value)) return firstProblem(value, depth);
  if (typeof value !== "object") return `holds a ${typeof value}, which JSON cannot express`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return `holds a ${value.constructor?.name ?? "class"}, which JSON cannot express`;
  return firstProblem(Object.values(value), depth);
}

function firstProblem(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const found = problem(value, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The text of a JSON value. What JSON would silently change (NaN, undefined, dates) is refused.
 * @throws the code of the limits
 */
export function jsonText(value: unknown, { bytes, code, what }: JsonLimits): string {
  const found = problem(value, 0);
  if (found !== undefined) throw new VatioError(code, `${what} ${found}. Store plain JSON.`);
  const text = JSON.stringify(value);
  const size = Buffer.byteLength(text);
  if (size > bytes)
    throw new VatioError(code, `${what} has ${size} bytes; at most ${bytes} are kept. Store less, or use a file.`, {
      details: { bytes: size, limit: bytes },
    });
  return text;
}

/** A stored text as the value that it was made from. */
export const jsonValue = <T extends Json>(text: string): T => JSON.parse(text) as T;

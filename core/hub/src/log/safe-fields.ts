import { VatioError } from "@vatio/plugin-api";
import { cutText } from "./escape-text.js";
import { isSecretKey, REDACTED, redactText } from "./redact.js";

/** Anything as JSON. */
export type SafeValue = string | number | boolean | null | SafeValue[] | { [key: string]: SafeValue };

const MOST_DEPTH = 6;
const MOST_ENTRIES = 50;
const MOST_TEXT = 2_000;
const MOST_STACK = 4_000;
/** Values that one call may hold, and characters of all its texts. */
const MOST_VALUES = 500;
const MOST_CHARACTERS = 16_000;

/**
 * Any value as JSON of bounded size without secrets. Never throws and never loops, whatever the value does: cycles, getters that throw,
 * proxies, errors, typed arrays.
 */
export function safeValue(value: unknown): SafeValue {
  return new Walk().value(value, 0);
}

/** The fields of a log line as JSON; undefined when there is none. */
export function safeFields(fields: object | undefined): { [key: string]: SafeValue } | undefined {
  if (fields === undefined || fields === null) return undefined;
  const safe = safeValue(fields);
  if (typeof safe !== "object" || safe === null || Array.isArray(safe)) return { value: safe };
  return Object.keys(safe).length === 0 ? undefined : safe;
}

class Walk {
  #values = MOST_VALUES;
  #characters = MOST_CHARACTERS;
  readonly #above = new Set<object>();

  value(value: unknown, depth: number): SafeValue {
    if (this.#values-- <= 0) return "[more]";
    switch (typeof value) {
      case "string":
        return this.#text(value, MOST_TEXT);
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "bigint":
        return String(value);
      case "object":
        return value === null ? null : this.#object(value, depth);
      case "undefined":
        return null;
      default:
        return `[${typeof value}]`;
    }
  }

  #text(text: string, length: number): string {
    const cut = cutText(text, Math.min(length, Math.max(0, this.#characters)));
    this.#characters -= cut.length;
    return redactText(cut);
  }

  #object(value: object, depth: number): SafeValue {
    if (this.#above.has(value)) return "[circular]";
    if (depth >= MOST_DEPTH) return "[deeper]";
    this.#above.add(value);
    try {
      return this.#known(value, depth) ?? this.#entries(Object.entries(value), depth);
    } catch {
      return "[unreadable]";
    } finally {
      this.#above.delete(value);
    }
  }

  #known(value: object, depth: number): SafeValue | undefined {
    if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((item) => this.value(item, depth + 1));
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.valueOf()) ? "invalid date" : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name} of ${value.byteLength} bytes]`;
    if (value instanceof Map)
      return this.#entries(
        [...value].map(([key, item]) => [String(key), item]),
        depth,
      );
    if (value instanceof Set) return this.value([...value], depth);
    if (value instanceof URL || value instanceof RegExp) return this.#text(String(value), MOST_TEXT);
    return undefined;
  }

  #error(error: Error, depth: number): SafeValue {
    const details = VatioError.is(error) ? error.details : undefined;
    const { code } = error as { code?: unknown };
    const parts: [string, unknown][] = [
      ["name", error.name],
      ["message", error.message],
      ["code", code],
      ["details", details],
      ["cause", error.cause],
    ];
    const safe = this.#entries(
      parts.filter(([, part]) => part !== undefined),
      depth,
    );
    return { ...safe, stack: this.#text(String(error.stack ?? ""), MOST_STACK) };
  }

  #entries(entries: readonly (readonly [string, unknown])[], depth: number): { [key: string]: SafeValue } {
    const safe: [string, SafeValue][] = [];
    for (const [key, item] of entries.slice(0, MOST_ENTRIES)) {
      if (item === undefined) continue;
      safe.push([
        this.#text(key, 100),
        isSecretKey(key) && typeof item !== "boolean" ? REDACTED : this.value(item, depth + 1),
      ]);
    }
    if (entries.length > MOST_ENTRIES) safe.push(["…", `${entries.length - MOST_ENTRIES} more`]);
    return Object.fromEntries(safe);
  }
}

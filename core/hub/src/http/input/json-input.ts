import { VatioError } from "@vatio/plugin-api";
import { hasUnsafeKey } from "../../unsafe-keys.js";

/** Deepest nesting of a JSON body: recursive walkers behind the boundary stay far from the end of the stack. */
export const MAX_JSON_DEPTH = 64;

const invalid = (problem: string, cause?: unknown): VatioError =>
  new VatioError("E_INPUT_INVALID", `The body cannot be used: ${problem}.`, {
    cause,
    details: { paths: [{ path: "", problem }] },
  });

/** Parses the text of a body. @throws E_INPUT_INVALID when it is not JSON, is nested too deeply or holds `__proto__`. */
export function parseJson(text: string): unknown {
  if (nestsDeeperThan(text, MAX_JSON_DEPTH)) throw invalid(`it is nested deeper than ${MAX_JSON_DEPTH} levels`);
  const value = parse(text);
  // An escape may hide the name as well.
  if (/__proto__|\\u/.test(text) && hasUnsafeKey(value)) throw invalid("it holds the key __proto__");
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid("it is not JSON", cause);
  }
}

const DEPTH_CHANGE: Readonly<Record<string, number>> = { "[": 1, "{": 1, "]": -1, "}": -1 };

/** Counts brackets outside of strings, without building anything. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === '"') inString = !inString;
    if (inString) index += char === "\\" ? 1 : 0;
    else depth += DEPTH_CHANGE[char] ?? 0;
    if (depth > limit) return true;
  }
  return false;
}

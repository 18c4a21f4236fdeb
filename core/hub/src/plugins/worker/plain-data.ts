/** Most that one message may carry, in bytes; a file of a plugin has at most 64 MiB. */
const MOST_BYTES = 80 * 2 ** 20;

/** Most values that one message may hold. */
const MOST_VALUES = 1_000_000;

/** What is wrong with something that came out of a worker. */
export type PlainProblem = "not-plain" | "too-large";

const SCALARS: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined", "bigint"]);

/**
 * Looks through a value from another thread: it may hold plain objects, arrays, text, numbers, bytes and columns of numbers, and not too much
 * of it. Maps, dates, shared memory and objects with the key `__proto__` are none of that.
 */
export function plainProblem(value: unknown): PlainProblem | undefined {
  const waiting: unknown[] = [value];
  let bytes = 0;
  for (let values = 1; waiting.length > 0; values++) {
    const next = waiting.pop();
    if (!isPlain(next)) return "not-plain";
    bytes += bytesOf(next);
    if (typeof next === "object" && next !== null && !ArrayBuffer.isView(next)) {
      for (const inner of Object.values(next)) waiting.push(inner);
    }
    if (bytes > MOST_BYTES || values + waiting.length > MOST_VALUES) return "too-large";
  }
  return undefined;
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null || SCALARS.has(typeof value);
  if (ArrayBuffer.isView(value)) return isColumn(value);
  return (
    Array.isArray(value) || (Object.getPrototypeOf(value) === Object.prototype && !Object.hasOwn(value, "__proto__"))
  );
}

function isColumn(view: ArrayBufferView): boolean {
  return (view instanceof Uint8Array || view instanceof Float64Array) && view.buffer instanceof ArrayBuffer;
}

function bytesOf(value: unknown): number {
  if (typeof value === "string") return value.length * 2;
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}

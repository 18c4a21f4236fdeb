/** Freezes a value with all that it holds. Typed arrays and buffers cannot be frozen and are left as they are. */
export function deepFreeze<T>(value: T): T {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null || Object.isFrozen(next)) continue;
    if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) continue;
    Object.freeze(next);
    waiting.push(...Object.values(next));
  }
  return value;
}

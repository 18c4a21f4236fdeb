/** Whether a value holds, at any depth, a key that would change prototypes where it is merged into another object. */
export function hasUnsafeKey(value: unknown): boolean {
  const waiting = [value];
  while (waiting.length > 0) {
    const next: unknown = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    if (Object.hasOwn(next, "__proto__")) return true;
    for (const entry of Object.values(next)) waiting.push(entry);
  }
  return false;
}

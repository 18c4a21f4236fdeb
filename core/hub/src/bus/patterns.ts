/** The patterns that match an event: `a.b.c` is matched by itself, `a.b.*`, `a.*` and `*`. */
export function patternsOf(type: string): readonly string[] {
  const patterns = [type];
  for (let dot = type.lastIndexOf("."); dot > 0; dot = type.lastIndexOf(".", dot - 1)) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  patterns.push("*");
  return patterns;
}

/** Whether a pattern (exact, `prefix.*` or `*`) matches a dotted name. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === "*" || pattern === name) return true;
  return pattern.endsWith(".*") && name.startsWith(pattern.slice(0, -1));
}

/** The first place in the palette that nobody holds; a point keeps its place for life. */
export function freeColor(taken: readonly number[]): number {
  const held = new Set(taken);
  let color = 0;
  while (held.has(color)) color++;
  return color;
}

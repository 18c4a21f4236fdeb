/** A small line as SVG paths. */
export interface SparkPath {
  readonly line: string;
  /** The same, closed at the foot; without gaps only. */
  readonly area: string;
  /** Where the newest value is. */
  readonly end: { readonly x: number; readonly y: number } | undefined;
}

const PAD = { left: 2, right: 7, top: 5, bottom: 5 };
/** A quiet load must not look like an earthquake: the height stands for at least this share of its size. */
const LEAST_SHARE = 0.16;
const LEAST_SPAN = 14;

const near = (value: number): string => value.toFixed(1);

/** The path of evenly spaced values in a box; undefined when there are fewer than two. */
export function sparkPath(
  values: readonly (number | null)[],
  { width, height }: { readonly width: number; readonly height: number },
): SparkPath | undefined {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return undefined;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = Math.max(high - low, Math.abs(high) * LEAST_SHARE, LEAST_SPAN);
  const middle = (low + high) / 2;
  const x = (index: number): number => PAD.left + ((width - PAD.left - PAD.right) * index) / (values.length - 1);
  const y = (value: number): number => PAD.top + (height - PAD.top - PAD.bottom) * (0.5 - (value - middle) / span);
  let line = "";
  let open = false;
  for (const [index, value] of values.entries()) {
    if (value !== null) line += `${open ? "L" : "M"}${near(x(index))} ${near(y(value))}`;
    open = value !== null;
  }
  const last = values.findLastIndex((value) => value !== null);
  const value = values[last];
  const gaps = line.lastIndexOf("M") > 0;
  const area =
    gaps || value === null || value === undefined
      ? ""
      : `${line}L${near(x(last))} ${near(height)}L${near(x(values.findIndex((each) => each !== null)))} ${near(height)}Z`;
  return { line, area, end: typeof value === "number" ? { x: x(last), y: y(value) } : undefined };
}

/** A rectangle in pixels; `height` may be given downwards from `y`. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Outline of a bar whose end is rounded: the upper one, or with `down` the lower one. */
export function barPath({ x, y, width, height }: Box, radius: number, down = false): string {
  const r = Math.max(0, Math.min(radius, width / 2, height));
  const [right, foot] = [x + width, y + height];
  if (r === 0) return `M${px(x)} ${px(y)}H${px(right)}V${px(foot)}H${px(x)}Z`;
  return down
    ? `M${px(x)} ${px(y)}H${px(right)}V${px(foot - r)}Q${px(right)} ${px(foot)} ${px(right - r)} ${px(foot)}H${px(x + r)}Q${px(x)} ${px(foot)} ${px(x)} ${px(foot - r)}Z`
    : `M${px(x)} ${px(foot)}V${px(y + r)}Q${px(x)} ${px(y)} ${px(x + r)} ${px(y)}H${px(right - r)}Q${px(right)} ${px(y)} ${px(right)} ${px(y + r)}V${px(foot)}Z`;
}

/** The zigzag across a bar that is broken off. */
export function breakPath(x: number, y: number, width: number): string {
  const [left, right, third] = [x - 3, x + width + 3, (width + 6) / 3];
  return `M${px(left)} ${px(y + 3)}L${px(left + third)} ${px(y - 3)}L${px(left + 2 * third)} ${px(y + 3)}L${px(right)} ${px(y - 3)}`;
}

/**
 * The line of a comparison through the middles of its buckets: interrupted where nothing is known. It only accompanies
 * bars, so its corners are softened; each of its ends of a step stays within the two values.
 */
export function ghostPath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let path = "";
  let former: readonly [number, number] | undefined;
  for (const point of points) {
    if (point) {
      const [x, y] = point;
      const middle = former ? (former[0] + x) / 2 : x;
      path += former
        ? `C${px(middle)} ${px(former[1])} ${px(middle)} ${px(y)} ${px(x)} ${px(y)}`
        : `M${px(x)} ${px(y)}`;
    }
    former = point;
  }
  return path;
}

/** Where labels may stand: from which bucket on, and in steps of how many. */
export interface LabelRaster {
  readonly offset: number;
  readonly least: number;
}

/** Indices of the buckets that get a label: evenly, so that each has `room` pixels. */
export function labelled(
  count: number,
  slot: number,
  room: number,
  { offset, least }: LabelRaster = { offset: 0, least: 1 },
): number[] {
  if (count === 0 || slot <= 0) return [];
  const needed = Math.max(1, room / slot);
  // Steps that people count in: days of weeks, hours of days, months of years.
  const step =
    [1, 2, 3, 4, 6, 7, 8, 12, 14, 16, 24, 28, 48, 56].find((each) => each >= needed && each % least === 0) ??
    Math.ceil(needed / least) * least;
  return Array.from({ length: Math.max(0, Math.ceil((count - offset) / step)) }, (_, index) => offset + index * step);
}

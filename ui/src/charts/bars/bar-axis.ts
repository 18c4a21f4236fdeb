import { type AxisRange, niceRange } from "../scale.js";

/** The axis of bars, and how high a bar may be before it is broken off. */
export interface BarAxis extends AxisRange {
  /** Bars above this are drawn broken, with their value. */
  readonly limit: number;
}

/** A bar so many times as high as the next one would flatten all others. */
const BREAK_RATIO = 1.9;
/** At most this share of the bars, and at least one, may be broken: more of them are no exception. */
const BREAK_SHARE = 0.05;
/** Top of an axis without bars: 1 kWh. */
const EMPTY_TOP = 1_000;
/** Room for the lowest bar. */
const LOW_ROOM = 1.2;
/** With fewer bars nobody can say what is usual. */
const LEAST_BARS = 6;

/**
 * The highest value that still belongs to the scale: without the few that stand far above all others, so that one absurd reading does
 * not flatten the rest.
 */
export function usualTop(tops: readonly number[]): number {
  const known = tops.filter((top) => top > 0).sort((a, b) => b - a);
  const [highest = 0] = known;
  if (known.length < LEAST_BARS) return highest;
  const most = Math.max(1, Math.floor(known.length * BREAK_SHARE));
  for (let count = most; count > 0; count--) {
    const [last = 0, next = 0] = [known[count - 1], known[count]];
    if (next > 0 && last >= next * BREAK_RATIO) return next;
  }
  return highest;
}

/** Ticks of the axis: whole steps, and below zero half a step where no whole one has room. */
export function barTicks({ min, max, step }: AxisRange): number[] {
  const up = Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
  const down = Array.from({ length: Math.floor(-min / step + 1e-9) }, (_, index) =>
    Number((-(index + 1) * step).toPrecision(12)),
  );
  if (down.length === 0 && min <= -step / 2) down.push(-step / 2);
  return [...down.reverse(), ...up];
}

/** Limits of the axis for the tops and bottoms of bars, and for the line of a comparison. */
export function barAxis(
  tops: readonly number[],
  bottoms: readonly number[],
  before: readonly (number | null)[] = [],
): BarAxis {
  const usual = usualTop(tops);
  // What once was far above the bars of now goes off the scale as well: it only accompanies them.
  const line = usualTop(before.filter((value) => value !== null));
  const top = Math.max(usual, line);
  const bottom = Math.min(0, ...bottoms);
  const range = niceRange(bottom, top > 0 ? top : EMPTY_TOP, { fromZero: true, leastSpan: 0 });
  const broken = tops.some((each) => each > range.max);
  // A little that goes out needs no whole step below zero.
  const min = range.min < 0 ? Math.max(range.min, bottom * LOW_ROOM) : bottom * LOW_ROOM;
  return { ...range, min, limit: broken ? range.max : Number.POSITIVE_INFINITY };
}

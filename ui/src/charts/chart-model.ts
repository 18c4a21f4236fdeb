import type { Column } from "../data/api.js";

/** Name of a colour token. */
export type ColorToken = `--${string}`;

/** One line of a chart, with the band of what was between its averages. */
export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly color: ColorToken;
  /** One value for each instant, in the stored unit; null where there is none. */
  readonly values: Column;
  readonly min?: Column;
  readonly max?: Column;
  /** A state: holds its value until the next one. */
  readonly stepped?: boolean;
  /** Thin and dashed: a comparison. */
  readonly dashed?: boolean;
}

/** What a chart shows. Instants are milliseconds, ascending, one column for all lines. */
export interface ChartModel {
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Unit in which the values are stored. */
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  /** Length of a bucket; 0 for single readings. */
  readonly bucketMs: number;
  /** Usual distance between readings, where more is known of it than the values tell. */
  readonly intervalMs?: number;
  /** The axis holds 0: power and energy, not voltage or frequency. */
  readonly fromZero: boolean;
  /** Nothing can be known after this instant, so no gap is drawn there. */
  readonly now: number;
  /** When measuring began: what is empty before is not missing. */
  readonly since?: number | undefined;
}

/** A value for uPlot: null is a gap, undefined is bridged. */
export type Plotted = number | null | undefined;

/** A part of the time axis without any value, in milliseconds. */
export interface GapZone {
  readonly from: number;
  readonly to: number;
}

/** A distance of more usual ones than these is a gap. */
export const GAP_INTERVALS = 3;

/** The least that is usual between two values of a chart. */
export const leastInterval = ({ bucketMs, intervalMs = 0 }: ChartModel): number => Math.max(bucketMs, intervalMs);

/**
 * Usual distance between values, `least` or more: the median of the distances that occur. A meter that speaks once a minute fills only
 * some of the buckets of a short range, and that is no gap.
 */
export function expectedInterval(at: readonly number[], values: Column, least: number): number {
  const distances: number[] = [];
  let before: number | undefined;
  for (const [index, value] of values.entries()) {
    const instant = at[index];
    if (value === null || instant === undefined) continue;
    if (before !== undefined) distances.push(instant - before);
    before = instant;
  }
  if (distances.length === 0) return least;
  distances.sort((a, b) => a - b);
  return Math.max(least, distances[distances.length >> 1] ?? least);
}

/** Marks what is a gap (null) and what is only between two readings (undefined). */
export function markGaps(at: readonly number[], values: Column, least: number): Plotted[] {
  const most = GAP_INTERVALS * expectedInterval(at, values, least);
  const marked: Plotted[] = [...values];
  for (const [start, end] of emptyRuns(values)) {
    const [left, right] = [at[start - 1], at[end]];
    if (left !== undefined && right !== undefined && right - left <= most) marked.fill(undefined, start, end);
  }
  return marked;
}

/** Runs of nulls as [first, after last). */
function emptyRuns(values: Column): [number, number][] {
  const runs: [number, number][] = [];
  for (let index = 0; index < values.length; index++) {
    if (values[index] !== null) continue;
    const start = index;
    while (index < values.length && values[index] === null) index++;
    runs.push([start, index]);
  }
  return runs;
}

/** Where no line has a value: drawn hatched. The future is empty, not missing. */
export function gapZones(model: ChartModel): GapZone[] {
  const { at, lines, bucketMs, from, to, now, since } = model;
  const solid = lines.filter(({ dashed }) => !dashed);
  const [first] = solid;
  const begin = Math.max(from, since ?? from);
  if (!first || at.length === 0) return now > begin ? [{ from: begin, to: Math.min(to, now) }] : [];
  const known = at.map((_, index) => (solid.some(({ values }) => values[index] != null) ? 1 : null));
  const most = GAP_INTERVALS * expectedInterval(at, known, leastInterval(model));
  const zones: GapZone[] = [];
  const add = (start: number, end: number): void => {
    const zone = { from: Math.max(start, from), to: Math.min(end, to, now) };
    if (zone.to - zone.from > most) zones.push(zone);
  };
  let last: number | undefined;
  for (const [index, value] of known.entries()) {
    const instant = at[index];
    if (value === null || instant === undefined) continue;
    add(last ?? begin, instant);
    last = instant + bucketMs;
  }
  add(last ?? begin, Math.min(to, now));
  return zones;
}

/** Indices of values with a gap on both sides: a line cannot show them, so they are drawn as dots. */
export function lonePoints(values: readonly Plotted[]): number[] {
  const neighbour = (index: number, step: 1 | -1): Plotted => {
    let at = index + step;
    while (at >= 0 && at < values.length && values[at] === undefined) at += step;
    return values[at] ?? null;
  };
  const alone = (index: number): boolean => neighbour(index, -1) === null && neighbour(index, 1) === null;
  return values.flatMap((value, index) => (typeof value === "number" && alone(index) ? [index] : []));
}

/** The index of the value nearest to another one, in a direction; stays when there is none. */
export function nextValue(lines: readonly ChartLine[], index: number, step: number): number {
  const length = lines[0]?.values.length ?? 0;
  for (let at = index + step; at >= 0 && at < length; at += step) {
    if (lines.some(({ values }) => values[at] != null)) return at;
  }
  return index;
}

/** Share of a range that values cover, 0 to 1, as far as it has passed and somebody measured. */
export function coverageOf(model: ChartModel): number {
  const { at, from, lines, since = from } = model;
  const first = at.find((_, index) => lines.some(({ dashed, values }) => !dashed && values[index] != null));
  const passed = Math.min(model.to, model.now) - Math.max(from, Math.min(since, first ?? since));
  if (passed <= 0) return 1;
  const missing = gapZones(model).reduce((sum, zone) => sum + zone.to - zone.from, 0);
  return Math.max(0, 1 - missing / passed);
}

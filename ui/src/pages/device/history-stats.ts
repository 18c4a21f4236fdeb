import type { Metric, Series } from "../../data/api.js";

/** What a range says in figures. */
export interface HistoryStats {
  readonly average?: number;
  readonly least?: { readonly value: number; readonly at: number };
  readonly most?: { readonly value: number; readonly at: number };
  /** How much a counter rose between its first and last reading, resets left out. */
  readonly rise?: number;
  /** Share of the passed time that a state was on. */
  readonly onShare?: number;
  /** Share of the passed time that readings cover. */
  readonly coverage: number;
}

/**
 * Figures of one metric of a series. A mean weighs every bucket by the time that its readings cover: buckets differ in
 * how much they know, and the range cuts the first and the last one short.
 */
export function statsOf(series: Series, kind: Metric["kind"], now: number): HistoryStats {
  const metric = series.metrics[0];
  const passed = sumOf(series.at.map((at) => lengthWithin(series, at, now)));
  if (!metric || passed === 0) return { coverage: 0 };
  const covered = series.at.map((at, index) => lengthWithin(series, at) * (metric.coverage[index] ?? 0));
  const coverage = Math.min(1, sumOf(covered) / passed);
  const mean = meanOf(metric.avg, covered);
  if (kind === "counter") return { coverage, ...optional("rise", riseOf(metric.min, metric.max)) };
  if (kind === "state") return { coverage, ...optional("onShare", mean) };
  return {
    coverage,
    ...optional("average", mean),
    ...optional("least", extreme(series.at, metric.min, -1)),
    ...optional("most", extreme(series.at, metric.max, 1)),
  };
}

/** How much of a bucket lies in the range, and before an instant, in milliseconds. */
const lengthWithin = ({ from, to, bucketMs }: Series, at: number, end = to): number =>
  Math.max(0, Math.min(at + bucketMs, to, end) - Math.max(at, from));

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });

/** A lone reading at the very end of a range covers no time, and still is all that is known. */
function meanOf(values: readonly (number | null)[], weights: readonly number[]): number | undefined {
  const known = values.flatMap((value, index) => (value === null ? [] : [{ value, weight: weights[index] ?? 0 }]));
  const all = sumOf(known.map(({ weight }) => weight));
  if (all === 0) return known.length === 0 ? undefined : sumOf(known.map(({ value }) => value)) / known.length;
  return sumOf(known.map(({ value, weight }) => value * weight)) / all;
}

function extreme(
  at: readonly number[],
  values: readonly (number | null)[],
  sign: 1 | -1,
): { value: number; at: number } | undefined {
  let best: { value: number; at: number } | undefined;
  for (const [index, value] of values.entries()) {
    if (value === null || (best && value * sign <= best.value * sign)) continue;
    best = { value, at: at[index] ?? 0 };
  }
  return best;
}

/** Rises only: where a register begins again, nothing is taken away. */
function riseOf(min: readonly (number | null)[], max: readonly (number | null)[]): number | undefined {
  let rise: number | undefined;
  let last: number | undefined;
  for (const [index, low] of min.entries()) {
    const high = max[index];
    if (low === null || high === null || high === undefined) continue;
    const from = last !== undefined && last <= high ? Math.max(last, 0) : low;
    rise = (rise ?? 0) + Math.max(0, high - from);
    last = high;
  }
  return rise;
}

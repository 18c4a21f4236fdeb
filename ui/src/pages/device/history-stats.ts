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

/** Figures of one metric of a series. The mean is weighted by coverage, because buckets differ in how much they know. */
export function statsOf(series: Series, kind: Metric["kind"], now: number): HistoryStats {
  const metric = series.metrics[0];
  const past = series.at.filter((at) => at < now).length;
  if (!metric || past === 0) return { coverage: 0 };
  const coverage = metric.coverage.slice(0, past).reduce((sum, share) => sum + share, 0) / past;
  const weighted = meanOf(metric.avg, metric.coverage);
  if (kind === "counter") return { coverage, ...optional("rise", riseOf(metric.min, metric.max)) };
  if (kind === "state") return { coverage, ...optional("onShare", weighted) };
  return {
    coverage,
    ...optional("average", weighted),
    ...optional("least", extreme(series.at, metric.min, -1)),
    ...optional("most", extreme(series.at, metric.max, 1)),
  };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });

function meanOf(values: readonly (number | null)[], weights: readonly number[]): number | undefined {
  let [sum, weight] = [0, 0];
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    const share = Math.max(weights[index] ?? 0, 1e-6);
    sum += value * share;
    weight += share;
  }
  return weight > 0 ? sum / weight : undefined;
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

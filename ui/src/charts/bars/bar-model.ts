import type { Column } from "../../data/api.js";
import type { ColorToken } from "../chart-model.js";

/** One kind of energy in every bucket: a part of the stack, or what goes below zero. */
export interface BarSeries {
  readonly key: string;
  readonly label: string;
  readonly color: ColorToken;
  /** Never negative, in the stored unit; null where nothing is known. */
  readonly values: Column;
  /** Drawn downwards from zero. */
  readonly below?: boolean;
  /** What nobody measured apart. */
  readonly hatched?: boolean;
}

/** What stacked bars over time show. */
export interface BarModel {
  /** Begins of the buckets and the end of the last one, in milliseconds. */
  readonly edges: readonly number[];
  readonly series: readonly BarSeries[];
  /** Unit in which the values are stored. */
  readonly unit: string;
  /** Nothing can be known after this instant. */
  readonly now: number;
  /** When measuring began: what is empty before is not missing. */
  readonly since?: number | undefined;
  /** The same at another time, bucket by bucket: a dashed line. */
  readonly before?: { readonly label: string; readonly values: Column } | undefined;
  /** Buckets with something worked out, or put right by a person. */
  readonly estimated?: readonly boolean[];
  readonly corrected?: readonly boolean[];
}

/**
 * How a bucket stands: `whole` and measured, `partial` because it is not over, a `gap` without data, in the `future`, or
 * `before` anything was measured.
 */
export type BucketState = "whole" | "partial" | "gap" | "future" | "before";

/** A part of a bar, from one value to another; below zero both are negative. */
export interface Segment {
  readonly series: BarSeries;
  readonly from: number;
  readonly to: number;
}

/** The bar of a bucket. */
export interface BarStack {
  readonly state: BucketState;
  readonly segments: readonly Segment[];
  /** Top of the stack; 0 when there is none. */
  readonly top: number;
  /** Lowest value, 0 or negative. */
  readonly bottom: number;
}

/** Buckets of a model. */
export const bucketCount = ({ edges }: BarModel): number => Math.max(0, edges.length - 1);

/** How a bucket stands. */
export function bucketState({ edges, series, now, since }: BarModel, index: number): BucketState {
  const [from = 0, to = 0] = [edges[index], edges[index + 1]];
  if (from >= now) return "future";
  if (series.some(({ values }) => values[index] != null)) return to > now ? "partial" : "whole";
  return since !== undefined && to <= since ? "before" : "gap";
}

/** The bars of a model, without the series that the reader hid. */
export function stacksOf(model: BarModel, hidden: ReadonlySet<string> = new Set()): BarStack[] {
  const shown = model.series.filter(({ key }) => !hidden.has(key));
  return Array.from({ length: bucketCount(model) }, (_, index) => {
    let [top, bottom] = [0, 0];
    const segments = shown.flatMap((series): Segment[] => {
      const value = series.values[index];
      if (value == null || value <= 0) return [];
      const from = series.below ? bottom : top;
      const to = series.below ? from - value : from + value;
      if (series.below) bottom = to;
      else top = to;
      return [{ series, from, to }];
    });
    return { state: bucketState(model, index), segments, top, bottom };
  });
}

/** A run of neighbouring buckets, both ends included. */
export interface BucketRun {
  readonly first: number;
  readonly last: number;
}

/** Neighbours in one state, as runs. */
export function runsOf(states: readonly BucketState[], wanted: BucketState): BucketRun[] {
  const runs: BucketRun[] = [];
  for (const [index, state] of states.entries()) {
    const run = runs.at(-1);
    if (state !== wanted) continue;
    if (run?.last === index - 1) runs[runs.length - 1] = { first: run.first, last: index };
    else runs.push({ first: index, last: index });
  }
  return runs;
}

/** Sum of what is known; undefined where nothing is. */
export function totalOf(values: Column, upTo = values.length): number | undefined {
  let total: number | undefined;
  for (const value of values.slice(0, upTo)) if (value !== null) total = (total ?? 0) + value;
  return total;
}

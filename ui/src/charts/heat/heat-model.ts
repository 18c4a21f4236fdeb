import { type Instant, localDateOf, localTime } from "@vatio/model";
import type { Column } from "../../data/api.js";

/** Steps of colour. */
export const HEAT_STEPS = 7;
const HOURS = 24;

/** A cell: a value, nothing known, still to come, before measuring began, or an hour that this day does not have. */
export type HeatCell = number | "gap" | "future" | "before" | "none";

/** Days by hours. */
export interface HeatModel {
  /** Begin of each day, or of what is shown of it. */
  readonly days: readonly { readonly date: string; readonly at: number }[];
  /** Days by 24 hours of the clock. */
  readonly cells: readonly (readonly HeatCell[])[];
  /** Upper limits of all steps but the last. */
  readonly limits: readonly number[];
  readonly least: number;
  readonly most: number;
}

/** Energy by hour, as the hub tells it. */
export interface HourColumn {
  /** Begins of the hours and the end of the last one. */
  readonly edges: readonly number[];
  readonly values: Column;
  readonly now: number;
  readonly since?: number | undefined;
  readonly zone: string;
}

/**
 * Arranges hours by day and hour of the clock. Where the clock goes back, the hour that comes twice shows the mean of both, as its
 * colour means energy per hour; the one that a clock leaves out stays empty.
 */
export function heatModel({ edges, values, now, since, zone }: HourColumn): HeatModel {
  const days: { date: string; at: number }[] = [];
  const found: HeatCell[][][] = [];
  for (const [index, at] of edges.slice(0, -1).entries()) {
    const date = localDateOf(at as Instant, zone);
    if (days.at(-1)?.date !== date) {
      days.push({ date, at });
      found.push(Array.from({ length: HOURS }, () => []));
    }
    const { hour } = localTime(at as Instant, zone);
    found.at(-1)?.[hour]?.push(cellOf(values[index] ?? null, { from: at, to: edges[index + 1] ?? at, now, since }));
  }
  const cells = found.map((hours) => hours.map(merged));
  const known = cells.flat().filter((cell) => typeof cell === "number");
  return { days, cells, limits: quantiles(known, HEAT_STEPS), least: Math.min(...known), most: Math.max(...known) };
}

function cellOf(
  value: number | null,
  {
    from,
    to,
    now,
    since,
  }: { readonly from: number; readonly to: number; readonly now: number; readonly since: number | undefined },
): HeatCell {
  if (from >= now) return "future";
  if (value !== null) return value;
  // The hour that runs now may have no slot yet.
  if (to > now) return "future";
  return since !== undefined && to <= since ? "before" : "gap";
}

function merged(cells: readonly HeatCell[]): HeatCell {
  const known = cells.filter((cell) => typeof cell === "number");
  if (known.length > 0) return known.reduce((sum, value) => sum + value, 0) / known.length;
  return cells[0] ?? "none";
}

/** Limits that part values into classes of one size. */
export function quantiles(values: readonly number[], classes: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  return Array.from(
    { length: classes - 1 },
    (_, index) => sorted[Math.floor((sorted.length * (index + 1)) / classes)] ?? 0,
  );
}

/** Step of a value, 0 to 6. */
export function heatStep(value: number, limits: readonly number[]): number {
  const step = limits.findIndex((limit) => value <= limit);
  return step < 0 ? limits.length : step;
}

/** Runs of days of which no hour has a value: drawn as one hatched zone, or as one that is to come. */
export function dayRuns(
  cells: HeatModel["cells"],
  wanted: "gap" | "future",
): readonly { readonly first: number; readonly last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const [index, hours] of cells.entries()) {
    if (!hours.every((cell) => cell === wanted || cell === "none")) continue;
    const run = runs.at(-1);
    if (run?.last === index - 1) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs;
}

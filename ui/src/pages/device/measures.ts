import type { ChartLine, ColorToken } from "../../charts/chart-model.js";
import type { Metric, Phase, Point } from "../../data/api.js";

/** What is drawn for a measure: one line for each point that has it. */
export interface MeasureLine {
  readonly point: Point;
  readonly key: string;
  readonly label: string;
  readonly color: ColorToken;
}

const PHASE_COLORS: Readonly<Record<Phase, ColorToken>> = { 1: "--l1", 2: "--l2", 3: "--l3" };
/** The order in which people ask. */
const ORDER = [
  "power_w",
  "current_a",
  "voltage_v",
  "power_factor",
  "frequency_hz",
  "energy_import_wh",
  "energy_export_wh",
  "temperature_c",
];
/** Measures whose axis holds 0. */
const FROM_ZERO: ReadonlySet<string> = new Set(["W", "Wh", "A", "VA", "var"]);

/** Measures that a point, or one of its phases, has; the usual ones first. */
export function measuresOf(point: Point, phases: readonly Point[]): string[] {
  const all = new Set([point, ...phases].flatMap(({ metrics }) => metrics));
  const rank = (name: string): number => {
    const at = ORDER.indexOf(name);
    return at < 0 ? ORDER.length : at;
  };
  return [...all].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Measures worth watching live: neither counters nor switches. */
export const liveMeasures = (names: readonly string[], metrics: readonly Metric[]): string[] =>
  names.filter((name) => (metrics.find((metric) => metric.name === name)?.kind ?? "gauge") === "gauge");

/** The lines of a measure: its phases where they have it, else the point itself. */
export function linesOf(
  measure: string,
  point: Point,
  { phases, label }: { readonly phases: readonly Point[]; readonly label: string },
): MeasureLine[] {
  const split = phases.filter(({ metrics }) => metrics.includes(measure));
  // The power of a circuit is one figure; the phases of it are a question of their own.
  if (split.length > 1 && measure !== "power_w" && !measure.startsWith("energy_")) {
    return split.map((each) => ({
      point: each,
      key: each.id,
      label: `L${each.phase}`,
      color: PHASE_COLORS[each.phase ?? 1],
    }));
  }
  const owner = point.metrics.includes(measure) ? [point] : split;
  return owner.map((each) => ({
    point: each,
    key: each.id,
    label: each.phase && owner.length > 1 ? `L${each.phase}` : label,
    color: owner.length > 1 && each.phase ? PHASE_COLORS[each.phase] : "--brand",
  }));
}

/** Whether the axis of a unit begins at 0. */
export const startsAtZero = (unit: string): boolean => FROM_ZERO.has(unit);

/** A measure line with its values. */
export const chartLine = ({ key, label, color }: MeasureLine, values: ChartLine["values"]): ChartLine => ({
  key,
  label,
  color,
  values,
});

/**
 * Current imbalance of three phases: the greatest deviation from their mean, as a share of the mean (NEMA MG 1-14.36,
 * there for voltage).
 */
export function imbalance(currents: readonly number[]): number | undefined {
  const mean = currents.reduce((sum, value) => sum + Math.abs(value), 0) / currents.length;
  if (currents.length < 2 || mean < 0.05) return undefined;
  return Math.max(...currents.map((value) => Math.abs(Math.abs(value) - mean))) / mean;
}

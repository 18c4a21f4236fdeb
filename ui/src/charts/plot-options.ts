import type uPlot from "uplot";
import type { UiFormat } from "../i18n/ui-format.js";
import { type ChartLine, type ColorToken, lonePoints, type Plotted } from "./chart-model.js";
import { type AxisRange, tickDecimals, ticksOf } from "./scale.js";

/** What the options of a plot need from the chart around it; read again with every draw. */
export interface PlotHost {
  color(token: ColorToken): string;
  fill(token: ColorToken): string;
  xRange(): uPlot.Range.MinMax;
  yRange(min: number | null, max: number | null): AxisRange;
  readonly axis: AxisRange;
  readonly step: { readonly unit: string; readonly divisor: number };
  readonly format: UiFormat;
  /** Times are drawn in the zone of the site. */
  date(seconds: number): Date;
}

const FONT = '500 12px "Figtree Variable", system-ui, sans-serif';
const DAY_S = 86_400;

/** The columns of a plot: time in seconds, then for each line its band, if it has one, and its values. */
export function seriesOf(lines: readonly ChartLine[], host: PlotHost): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of lines) {
    if (hasBand(line)) {
      const hidden: uPlot.Series = { stroke: "transparent", points: { show: false } };
      series.push(hidden, hidden);
      bands.push({ series: [series.length - 2, series.length - 1], fill: () => host.fill(line.color) });
    }
    series.push(lineOf(line, host));
  }
  return { series, bands };
}

export const hasBand = (line: ChartLine): boolean => line.min !== undefined && line.max !== undefined;

function lineOf({ key, color, dashed, stepped }: ChartLine, host: PlotHost): uPlot.Series {
  return {
    label: key,
    stroke: () => host.color(color),
    width: dashed ? 1.5 : 2,
    ...(dashed ? { dash: [5, 4], alpha: 0.7 } : {}),
    ...(stepped ? { paths: (u, index, from, to) => steppedPaths(u, index, from, to) } : {}),
    points: {
      show: true,
      size: 5,
      fill: () => host.color(color),
      filter: (u, index) => lonePoints(u.data[index] as Plotted[]),
    },
  };
}

let steppedPaths: uPlot.Series.PathBuilder = () => null;

/** Gives the builder of stepped lines, which comes with the library. */
export function useSteppedPaths(builder: uPlot.Series.PathBuilder | undefined): void {
  if (builder) steppedPaths = builder;
}

/** Both axes: time below, values with the unit on the top tick only. */
export function axesOf(host: PlotHost): uPlot.Axis[] {
  const common: uPlot.Axis = {
    stroke: () => host.color("--muted"),
    font: FONT,
    ticks: { show: false },
    border: { show: false },
  };
  const grid = { stroke: () => host.color("--grid"), width: 1 };
  return [
    {
      ...common,
      grid: { show: false },
      size: 30,
      gap: 8,
      space: 68,
      values: (...args: TimeAxisArguments) => timeLabels(args[0], args[1], { incr: args[4], format: host.format }),
    },
    {
      ...common,
      grid,
      size: (_u, labels) => axisWidth(labels),
      gap: 6,
      splits: () => ticksOf(host.axis),
      values: (_u, splits) => valueLabels(splits, host),
    },
  ];
}

/** Plot, ticks, axis, room for a label and distance of the ticks in seconds, as uPlot gives them. */
type TimeAxisArguments = [u: uPlot, splits: number[], axis: number, space: number, incr: number];

/** A label needs this much room before the end of the axis, or it would be cut. */
const LABEL_HALF_PX = 16;

function timeLabels(
  u: uPlot,
  splits: readonly number[],
  { incr, format }: { readonly incr: number; readonly format: UiFormat },
): string[] {
  return splits.map((seconds) => {
    const at = seconds * 1_000;
    // The element of the plot gets its width only after the axes are worked out.
    if (u.valToPos(seconds, "x") > u.bbox.width / devicePixelRatio - LABEL_HALF_PX) return "";
    if (incr >= DAY_S * 28) return format.date(at);
    if (incr >= DAY_S) return format.axisDay(at);
    return format.axisTime(at, incr < 60);
  });
}

const LEAST_AXIS_PX = 48;

/** Room for the longest label: the top one carries the unit. */
const axisWidth = (labels: readonly string[] | null): number =>
  Math.max(LEAST_AXIS_PX, ...(labels ?? []).map(({ length }) => 7 * length + 8));

function valueLabels(splits: readonly number[], { axis, step, format }: PlotHost): string[] {
  const decimals = tickDecimals(axis.step / step.divisor);
  return splits.map((value, index) => {
    const text = value === 0 ? "0" : format.number(value / step.divisor, decimals);
    return index === splits.length - 1 && step.unit ? `${text} ${step.unit}` : text;
  });
}

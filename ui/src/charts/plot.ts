import { stepFor } from "@vatio/model";
import uPlot from "uplot";
import type { UiFormat } from "../i18n/ui-format.js";
import { type ChartModel, type ColorToken, type GapZone, gapZones, leastInterval, markGaps } from "./chart-model.js";
import { colorOf, watchTheme, withAlpha } from "./colors.js";
import { axesOf, hasBand, type PlotHost, seriesOf, useSteppedPaths } from "./plot-options.js";
import { type AxisRange, leastSpanOf, niceRange, steadyRange } from "./scale.js";

/** A part of the time axis in milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What the element around a plot hears and says. */
export interface PlotOptions {
  readonly parent: HTMLElement;
  /** Where colours are read: inside the element, so that its theme counts. */
  readonly probe: HTMLElement;
  readonly words: { readonly noData: () => string };
  readonly format: () => UiFormat;
  readonly live: boolean;
  readonly syncKey?: string | undefined;
  onCursor(index: number | null, left: number): void;
  onZoom(range: TimeRange | undefined): void;
}

useSteppedPaths(uPlot.paths.stepped?.({ align: 1 }));

/** The canvas of a chart: uPlot with the looks and gestures of Vatio. Rebuilt only when its lines change. */
export class Plot implements PlotHost {
  readonly #options: PlotOptions;
  readonly #colors = new Map<string, string>();
  readonly #endTheme: () => void;
  #plot: uPlot | undefined;
  #shape = "";
  #model: ChartModel | undefined;
  #zones: readonly GapZone[] = [];
  /** Hatches and dots: loaded with the first chart that has any. */
  #marks: typeof import("./plot-marks.js") | undefined;
  #zoom: TimeRange | undefined;
  #axis: AxisRange = { min: 0, max: 1, step: 0.5 };

  constructor(options: PlotOptions) {
    this.#options = options;
    this.#endTheme = watchTheme(() => this.redraw());
  }

  get axis(): AxisRange {
    return this.#axis;
  }

  get step(): { readonly unit: string; readonly divisor: number } {
    const { unit = "" } = this.#model ?? {};
    return stepFor(Math.max(Math.abs(this.#axis.min), Math.abs(this.#axis.max)), unit);
  }

  get format(): UiFormat {
    return this.#options.format();
  }

  get zoom(): TimeRange | undefined {
    return this.#zoom;
  }

  /** Shows data. Another range ends a zoom; an axis that slides with the clock keeps it. */
  show(model: ChartModel): void {
    const moved = this.#model !== undefined && !isSlid(this.#model, model);
    if (moved && !this.#options.live) this.#zoom = undefined;
    this.#model = model;
    this.#zones = gapZones(model);
    if (!this.#marks && (this.#options.live || this.#zones.length > 0)) void this.#loadMarks();
    const shape = model.lines
      .map(({ key, color, dashed, stepped, min }) => [key, color, dashed, stepped, min !== undefined].join())
      // A plot that began without any instant keeps its axis of time hidden: the first one builds it anew.
      .concat(String(model.at.length > 0))
      .join("|");
    if (!this.#plot || shape !== this.#shape) this.#build(model, shape);
    else this.#plot.setData(columnsOf(model), true);
  }

  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.#plot?.setSize({ width, height });
  }

  /** Colours are read again: the theme changed, or the font has come. */
  redraw(): void {
    this.#colors.clear();
    this.#plot?.redraw(false, true);
  }

  zoomTo(range: TimeRange): void {
    const { from, to } = this.#model ?? { from: 0, to: 0 };
    const least = Math.max(1_000, (this.#model?.bucketMs ?? 0) * 4);
    const next = { from: Math.max(from, range.from), to: Math.min(to, range.to) };
    if (next.to - next.from < least) return;
    this.#setZoom(next.from <= from && next.to >= to ? undefined : next);
  }

  /** Also tells when nothing is zoomed here: the data itself may be that of a zoom. */
  resetZoom(): void {
    this.#setZoom(undefined);
  }

  /** Puts the crosshair on a value; null takes it away. */
  point(index: number | null): void {
    const plot = this.#plot;
    const seconds = index === null ? undefined : plot?.data[0][index];
    if (plot && seconds !== undefined) plot.setCursor({ left: plot.valToPos(seconds, "x"), top: 10 });
    else plot?.setCursor({ left: -10, top: -10 });
  }

  destroy(): void {
    this.#endTheme();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  color(token: ColorToken): string {
    const color = this.#colors.get(token) ?? colorOf(this.#options.probe, token);
    this.#colors.set(token, color);
    return color;
  }

  fill(token: ColorToken): string {
    const share = Number.parseFloat(getComputedStyle(this.#options.probe).getPropertyValue("--band")) || 0.22;
    return withAlpha(this.color(token), share);
  }

  date(seconds: number): Date {
    return uPlot.tzDate(new Date(seconds * 1_000), this.format.options.zone);
  }

  xRange(): uPlot.Range.MinMax {
    const { from, to } = this.#zoom ?? this.#model ?? { from: 0, to: 1 };
    return [from / 1_000, to / 1_000];
  }

  yRange(min: number | null, max: number | null): AxisRange {
    const { fromZero = true, unit = "" } = this.#model ?? {};
    const next = niceRange(min ?? Number.NaN, max ?? Number.NaN, { fromZero, leastSpan: leastSpanOf(unit) });
    this.#axis = this.#options.live ? steadyRange(next, this.#plot ? this.#axis : undefined) : next;
    return this.#axis;
  }

  #setZoom(zoom: TimeRange | undefined): void {
    this.#zoom = zoom;
    const [min, max] = this.xRange();
    this.#plot?.setScale("x", { min: min ?? 0, max: max ?? 1 });
    this.#options.onZoom(zoom);
  }

  #build(model: ChartModel, shape: string): void {
    this.#plot?.destroy();
    this.#shape = shape;
    const { parent, syncKey } = this.#options;
    const { series, bands } = seriesOf(model.lines, this);
    const options: uPlot.Options = {
      width: Math.max(120, parent.clientWidth),
      height: Math.max(80, parent.clientHeight),
      padding: [10, this.#options.live ? 14 : 8, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => this.date(seconds),
      scales: { x: { range: () => this.xRange() }, y: { range: (_u, min, max) => limitsOf(this.yRange(min, max)) } },
      axes: axesOf(this),
      series,
      bands,
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        points: {
          size: 9,
          width: 2,
          stroke: () => this.color("--surface"),
          fill: (u, index) => this.#pointColor(u, index),
        },
        ...(syncKey ? { sync: { key: syncKey } } : {}),
        bind: { dblclick: () => () => this.#doubleClicked() },
      },
      hooks: this.#hooks(),
    };
    this.#plot = new uPlot(options, columnsOf(model), parent);
    void this.#addGestures(this.#plot);
  }

  /** Fingers and wheel come after the first picture. */
  async #addGestures(plot: uPlot): Promise<void> {
    const { addGestures } = await import("./plot-gestures.js");
    addGestures(plot, {
      zoomTo: ({ from, to }) => this.zoomTo({ from: from * 1_000, to: to * 1_000 }),
      resetZoom: () => this.resetZoom(),
    });
  }

  #hooks(): uPlot.Hooks.Arrays {
    const marks = {
      zones: () => this.#zones,
      words: this.#options.words.noData,
      color: (token: ColorToken) => this.color(token),
    };
    return {
      drawClear: [(u) => this.#marks?.drawGaps(u, marks)],
      draw: [(u) => this.#drawEnds(u)],
      setCursor: [(u) => this.#options.onCursor(cursorIndex(u), u.cursor.left ?? -1)],
      setSelect: [(u) => this.#selected(u)],
    };
  }

  async #loadMarks(): Promise<void> {
    this.#marks = await import("./plot-marks.js");
    this.redraw();
  }

  #drawEnds(u: uPlot): void {
    if (!this.#options.live || !this.#marks) return;
    for (const [index, { label, stroke }] of u.series.entries()) {
      if (label !== undefined && typeof stroke === "function")
        this.#marks.drawEnd(u, index, String(stroke(u, index)), this.color("--surface"));
    }
  }

  /** The hidden edges of a band have no point below the crosshair. */
  #pointColor(u: uPlot, index: number): string {
    const line = this.#model?.lines.find(({ key }) => key === u.series[index]?.label);
    return line ? this.color(line.color) : "transparent";
  }

  #selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 8) return;
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoomTo({ from: u.posToVal(left, "x") * 1_000, to: u.posToVal(left + width, "x") * 1_000 });
  }

  #doubleClicked(): null {
    this.resetZoom();
    return null;
  }
}

/** Whether a range is the former one, or that one a little later. */
const isSlid = (former: TimeRange, next: TimeRange): boolean =>
  next.to - next.from === former.to - former.from &&
  Math.abs(next.from - former.from) <= (former.to - former.from) / 20;

const limitsOf = ({ min, max }: AxisRange): uPlot.Range.MinMax => [min, max];

const cursorIndex = ({ cursor: { idx, left } }: uPlot): number | null =>
  left !== undefined && left >= 0 && typeof idx === "number" ? idx : null;

function columnsOf(model: ChartModel): uPlot.AlignedData {
  const { at, lines } = model;
  const least = leastInterval(model);
  const columns: (number | null | undefined)[][] = [at.map((instant) => instant / 1_000)];
  for (const line of lines) {
    if (hasBand(line)) for (const edge of [line.max, line.min]) columns.push(markGaps(at, edge ?? [], least));
    columns.push(markGaps(at, line.values, least));
  }
  return columns as uPlot.AlignedData;
}

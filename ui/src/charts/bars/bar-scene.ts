import { type BarAxis, barAxis, barTicks } from "./bar-axis.js";
import { type BarModel, type BarStack, bucketCount, runsOf, stacksOf } from "./bar-model.js";
import { type Box, type LabelRaster, labelled } from "./bar-paths.js";

/** Room around the plot, in pixels. */
export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where everything of a bar chart lies, in pixels. */
export interface BarScene {
  readonly width: number;
  readonly height: number;
  readonly margins: Margins;
  /** Width of a bucket with the room around its bar. */
  readonly slot: number;
  readonly barWidth: number;
  readonly axis: BarAxis;
  readonly ticks: readonly number[];
  readonly stacks: readonly BarStack[];
  /** Zones without data, over the whole height. */
  readonly gaps: readonly Box[];
  /** Buckets with a label below. */
  readonly labels: readonly number[];
  /** Left edge of a bucket. */
  left(index: number): number;
  y(value: number): number;
  /** The bucket at a place; undefined outside the plot. */
  at(x: number): number | undefined;
}

/** What a scene is made of. */
export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  readonly hidden: ReadonlySet<string>;
  readonly margins: Margins;
  /** Least distance of two labels below, in pixels. */
  readonly labelRoom: number;
  readonly raster?: LabelRaster;
}

const WIDEST_BAR = 34;
const BAR_SHARE = 0.68;

/** Lays a bar chart out. */
export function barScene(
  model: BarModel,
  { width, height, hidden, margins, labelRoom, raster }: SceneOptions,
): BarScene {
  const count = bucketCount(model);
  const stacks = stacksOf(model, hidden);
  const axis = barAxis(
    stacks.map(({ top }) => top),
    stacks.map(({ bottom }) => bottom),
    model.before?.values,
  );
  const slot = count === 0 ? 0 : Math.max(1, width - margins.left - margins.right) / count;
  const plot = Math.max(1, height - margins.top - margins.bottom);
  const span = axis.max - axis.min || 1;
  const left = (index: number): number => margins.left + slot * index;
  const y = (value: number): number => margins.top + (plot * (axis.max - value)) / span;
  return {
    width,
    height,
    margins,
    slot,
    barWidth: Math.max(Math.min(2, slot), Math.min(slot * BAR_SHARE, WIDEST_BAR)),
    axis,
    ticks: barTicks(axis),
    stacks,
    gaps: runsOf(
      stacks.map(({ state }) => state),
      "gap",
    ).map(({ first, last }) => ({
      x: left(first),
      y: margins.top,
      width: slot * (last - first + 1),
      height: plot,
    })),
    labels: labelled(count, slot, labelRoom, raster),
    left,
    y,
    at: (x) => {
      const index = Math.floor((x - margins.left) / slot);
      return index >= 0 && index < count ? index : undefined;
    },
  };
}

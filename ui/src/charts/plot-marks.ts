import type uPlot from "uplot";
import type { GapZone } from "./chart-model.js";

/** Narrower zones keep their hatch but lose their words. */
const LABEL_FROM_PX = 54;

export interface GapMarks {
  zones(): readonly GapZone[];
  readonly words: () => string;
  color(token: "--surface" | "--surface-2" | "--line-strong" | "--muted"): string;
}

/** Draws zones without data hatched, below the lines. */
export function drawGaps(u: uPlot, marks: GapMarks): void {
  const { ctx, bbox } = u;
  const hatch = hatchPattern(ctx, marks.color("--line-strong"));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const zone of marks.zones()) {
    const left = u.valToPos(zone.from / 1_000, "x", true);
    const right = u.valToPos(zone.to / 1_000, "x", true);
    for (const fill of [marks.color("--surface-2"), hatch]) {
      ctx.fillStyle = fill;
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    if (right - left > LABEL_FROM_PX * devicePixelRatio)
      writeLabel(ctx, marks, { x: (left + right) / 2, y: bbox.top + 14 * devicePixelRatio });
  }
  ctx.restore();
}

function writeLabel(
  ctx: CanvasRenderingContext2D,
  marks: GapMarks,
  { x, y }: { readonly x: number; readonly y: number },
): void {
  const p = devicePixelRatio;
  const words = marks.words();
  ctx.font = `600 ${11 * p}px "Figtree Variable", system-ui, sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const width = ctx.measureText(words).width + 14 * p;
  ctx.fillStyle = marks.color("--surface");
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y - 10 * p, width, 20 * p, 10 * p);
  ctx.fill();
  ctx.fillStyle = marks.color("--muted");
  ctx.fillText(words, x, y + 0.5 * p);
}

function hatchPattern(ctx: CanvasRenderingContext2D, color: string): CanvasPattern | string {
  const p = devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = Math.round(7 * p);
  const pen = tile.getContext("2d");
  if (!pen) return color;
  pen.strokeStyle = color;
  pen.globalAlpha = 0.45;
  pen.lineWidth = p;
  pen.beginPath();
  for (const shift of [-3.5, 0, 3.5, 7]) {
    pen.moveTo((shift - 1) * p, 8 * p);
    pen.lineTo((shift + 8) * p, -p);
  }
  pen.stroke();
  return ctx.createPattern(tile, "repeat") ?? color;
}

/** Marks the newest value of a live line with a dot. */
export function drawEnd(u: uPlot, series: number, color: string, ground: string): void {
  const column = u.data[series];
  const index = column ? lastNumber(column) : -1;
  const [x, y] = [u.data[0][index], column?.[index]];
  if (x === undefined || typeof y !== "number") return;
  const p = devicePixelRatio;
  for (const [radius, fill] of [
    [5.5, ground],
    [3.6, color],
  ] as const) {
    u.ctx.fillStyle = fill;
    u.ctx.beginPath();
    u.ctx.arc(u.valToPos(x, "x", true), u.valToPos(y, "y", true), radius * p, 0, 2 * Math.PI);
    u.ctx.fill();
  }
}

function lastNumber(column: ArrayLike<number | null | undefined>): number {
  let index = column.length - 1;
  while (index >= 0 && typeof column[index] !== "number") index--;
  return index;
}

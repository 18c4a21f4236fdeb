import type { UnitStep } from "@vatio/model";
import { nothing, type SVGTemplateResult, svg } from "lit";
import type { UiFormat } from "../../i18n/ui-format.js";
import { tickDecimals } from "../scale.js";
import type { BarModel, BarStack } from "./bar-model.js";
import { barPath, breakPath, ghostPath } from "./bar-paths.js";
import type { BarScene } from "./bar-scene.js";

/** What a picture of bars needs beside its geometry. */
export interface PictureOptions {
  readonly words: { tick(index: number): string };
  /** Bucket below the pointer. */
  readonly cursor: number | undefined;
  readonly format: UiFormat;
  readonly step: UnitStep;
  readonly noData: string;
}

const RADIUS = 3.2;
/** Narrower zones keep their hatch but lose their words. */
const WORDS_FROM = 64;

/** The picture of a bar chart. */
export function barPicture(model: BarModel, scene: BarScene, options: PictureOptions): SVGTemplateResult {
  const { width, height } = scene;
  return svg`<svg class="bars" viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="var(--untracked)" stroke-width="2.2"></path></pattern></defs>
    ${scene.ticks.map((value) => tick(scene, value, options))}
    ${options.cursor === undefined ? nothing : svg`<rect x=${scene.left(options.cursor)} y=${scene.margins.top} width=${scene.slot} height=${height - scene.margins.top - scene.margins.bottom} rx="5" fill="var(--surface-3)"></rect>`}
    ${scene.gaps.map(({ x, y, width: wide, height: high }) => svg`<rect x=${x} y=${y} width=${wide} height=${high} fill="var(--surface-2)"></rect><rect x=${x} y=${y} width=${wide} height=${high} fill="url(#hatch)" opacity="0.5"></rect>${wide > WORDS_FROM ? gapWords(x + wide / 2, y, options.noData) : nothing}`)}
    ${scene.stacks.map((stack, index) => bar(model, scene, { stack, index }))}
    <path d="M${scene.margins.left} ${scene.y(0)}H${width - scene.margins.right}" stroke="var(--line-strong)" stroke-opacity="0.6"></path>
    ${scene.stacks.map(({ top }, index) => (top > scene.axis.limit ? brokenOff(scene, index, options.format.scaled(top, model.unit, options.step).value) : nothing))}
    ${model.before ? ghost(scene, model.before.values) : nothing}
    ${scene.labels.map((index) => label(scene, index, options.words.tick(index)))}
  </svg>`;
}

function tick(
  { margins, width, y, axis, ticks }: BarScene,
  value: number,
  { format, step }: PictureOptions,
): SVGTemplateResult {
  const text =
    value === 0
      ? "0"
      : format.number(
          Math.abs(value) / step.divisor,
          tickDecimals((value < 0 && -value < axis.step ? -value : axis.step) / step.divisor),
        );
  const isTop = value === ticks.at(-1);
  return svg`<path d="M${margins.left} ${y(value)}H${width - margins.right}" stroke="var(--grid)"></path>
    <text x=${margins.left - 8} y=${y(value) + 4} text-anchor="end">${text}</text>
    ${isTop ? svg`<text x=${margins.left - 8} y=${y(value) - 11} text-anchor="end">${step.unit}</text>` : nothing}`;
}

const gapWords = (x: number, top: number, words: string): SVGTemplateResult =>
  svg`<rect x=${x - 29} y=${top + 5} width="58" height="20" rx="10" fill="var(--surface)"></rect><text class="nd" x=${x} y=${top + 19} text-anchor="middle">${words}</text>`;

function bar(
  model: BarModel,
  scene: BarScene,
  { stack, index }: { readonly stack: BarStack; readonly index: number },
): SVGTemplateResult | typeof nothing {
  const { y, axis, barWidth } = scene;
  if (stack.segments.length === 0) return nothing;
  const x = scene.left(index) + (scene.slot - barWidth) / 2;
  const limited = (value: number): number => Math.min(value, axis.limit);
  const isBroken = stack.top > axis.limit;
  const lift = isBroken ? 14 : 0;
  const lastUp = stack.segments.findLast(({ to }) => to > 0);
  const lastDown = stack.segments.findLast(({ to }) => to < 0);
  return svg`${stack.state === "partial" ? svg`<rect x=${x - 2} y=${y(limited(stack.top)) - 2} width=${barWidth + 4} height=${y(stack.bottom) - y(limited(stack.top)) + 4} rx="4.5" fill="none" stroke="var(--line-strong)" stroke-width="1.4" stroke-dasharray="3 3"></rect>` : nothing}
    ${stack.segments.map((segment) => {
      const [high, low] = segment.to > 0 ? [segment.to, segment.from] : [segment.from, segment.to];
      if (low >= axis.limit) return nothing;
      const top = y(limited(high)) - (segment === lastUp ? lift : 0);
      const isEnd = segment === lastDown || (segment === lastUp && !isBroken);
      const d = barPath(
        { x, y: top, width: barWidth, height: y(limited(low)) - top },
        isEnd ? RADIUS : 0,
        segment.to < 0,
      );
      const { color, hatched } = segment.series;
      return hatched
        ? svg`<path d=${d} fill="url(#hatch)" stroke="var(${color})" stroke-width="1"></path>`
        : svg`<path d=${d} fill="var(${color})"></path>`;
    })}${marks(model, index, { x: x + barWidth / 2, y: y(limited(stack.top)) - lift - 8 })}`;
}

/** A ring for what was worked out, a diamond for what a person put right. */
function marks(
  { estimated, corrected }: BarModel,
  index: number,
  { x, y }: { readonly x: number; readonly y: number },
): SVGTemplateResult | typeof nothing {
  if (corrected?.[index])
    return svg`<path d="M${x} ${y - 4}L${x + 4} ${y}L${x} ${y + 4}L${x - 4} ${y}Z" fill="var(--surface)" stroke="var(--muted)" stroke-width="1.5"></path>`;
  return estimated?.[index]
    ? svg`<circle cx=${x} cy=${y} r="2.8" fill="var(--surface)" stroke="var(--muted)" stroke-width="1.4"></circle>`
    : nothing;
}

function brokenOff(scene: BarScene, index: number, value: string): SVGTemplateResult {
  const { barWidth, margins } = scene;
  const x = scene.left(index) + (scene.slot - barWidth) / 2;
  const at = scene.y(scene.axis.limit) + 14;
  return svg`<path d=${breakPath(x, at, barWidth)} stroke="var(--surface)" stroke-width="5.5" fill="none"></path>
    <path d="${breakPath(x, at - 4.6, barWidth)}${breakPath(x, at + 4.6, barWidth)}" stroke="var(--ink-2)" stroke-width="1.3" fill="none"></path>
    <text class="strong" x=${x + barWidth / 2} y=${margins.top - 20} text-anchor="middle">${value}</text>`;
}

function ghost(scene: BarScene, values: readonly (number | null)[]): SVGTemplateResult {
  const count = scene.stacks.length;
  const points = values
    .slice(0, count)
    .map((value, index) =>
      value === null
        ? undefined
        : ([scene.left(index) + scene.slot / 2, scene.y(Math.min(value, scene.axis.max))] as const),
    );
  return svg`<path d=${ghostPath(points)} fill="none" stroke="var(--ink-2)" stroke-width="1.75" stroke-dasharray="5 4" opacity="0.75"></path>`;
}

function label(scene: BarScene, index: number, text: string): SVGTemplateResult {
  const x = scene.left(index) + scene.slot / 2;
  const isEdge = index === 0 && scene.slot < 40;
  return svg`<text x=${isEdge ? scene.left(0) : x} y=${scene.height - 8} text-anchor=${isEdge ? "start" : "middle"}>${text}</text>`;
}

import { css, html, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cssVars } from "../controls/css-vars.js";
import { icon } from "../controls/icons/icon.js";
import type { IconName } from "../controls/icons/icon-names.js";
import { figure } from "../controls/templates.js";
import { VatioElement } from "../controls/vatio-element.js";
import type { ColorToken } from "./chart-model.js";
import {
  FLOW_BAR,
  type FlowBar,
  type FlowLayout,
  type FlowPart,
  layoutFlow,
  spreadWords,
  visibleParts,
} from "./flow-layout.js";

/** A source or a sink as it is drawn. */
export interface FlowItem extends FlowPart {
  readonly label: string;
  readonly color: ColorToken;
  readonly icon?: IconName;
  /** Not measured, only left over. */
  readonly hatched?: boolean;
}

const PHONE_WIDTH = 560;
const WORD_WIDTH = 96;

/**
 * Where power comes from and where it goes: three columns, ribbons as wide as their watts. Widths ease, nothing moves
 * for ever. In a narrow box it runs downwards with a list below.
 */
@customElement("vt-flow")
export class Flow extends VatioElement {
  @property({ attribute: false }) sources: readonly FlowItem[] = [];
  @property({ attribute: false }) sinks: readonly FlowItem[] = [];
  @property() label = "";
  #width = 0;
  #height = 0;
  readonly #size = new ResizeObserver(([entry]) => {
    const box = entry?.target.getBoundingClientRect();
    if (!box || (box.width === this.#width && box.height === this.#height)) return;
    this.#width = box.width;
    this.#height = box.height;
    this.requestUpdate();
  });

  static override styles = css`
    :host { display: flex; flex-direction: column; min-width: 0; container-type: inline-size; }
    .box { position: relative; flex: 1; min-height: 300px; }
    .box > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
    path { transition: d var(--t-flow) ease-out; }
    rect { transition: y var(--t-flow) ease-out, height var(--t-flow) ease-out, x var(--t-flow) ease-out, width var(--t-flow) ease-out; }
    .w { position: absolute; display: flex; align-items: center; transform: translateY(-50%); line-height: 1.25; top: var(--y); left: var(--x); width: var(--w); transition: top var(--t-flow) ease-out; }
    .w em { font-style: normal; font-weight: 550; font-size: 14px; color: var(--ink-2); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
    .w b { color: var(--live-ink); font-weight: 640; font-size: 14.5px; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .w small { font-size: 13px; font-weight: 550; color: var(--muted); margin-left: 4px; }
    .src { display: grid; grid-template-columns: 30px 1fr; }
    .src .i { grid-row: span 2; width: 22px; height: 22px; color: var(--c); }
    .dst b { margin-left: auto; padding-left: 10px; }
    .down { transform: none; display: block; }
    .down em, .down b { display: block; }
    .down.end { text-align: right; }
    .down.mid { text-align: center; }
    ul.plain-l { display: none; margin-top: 12px; }
    li { display: flex; gap: 9px; align-items: center; padding: 6px 0; font-size: 14px; color: var(--ink-2); }
    li b { margin-left: auto; white-space: nowrap; font-weight: 620; color: var(--ink); font-variant-numeric: tabular-nums; }
    @container (max-width: 559px) { .box { min-height: 200px; height: 200px; flex: none; } ul.plain-l { display: block; } }
  `;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override firstUpdated(): void {
    const box = this.renderRoot.querySelector(".box");
    if (box) this.#size.observe(box);
  }

  protected override render(): TemplateResult {
    const vertical = this.#width < PHONE_WIDTH;
    const layout =
      this.#width > 0
        ? layoutFlow(this.sources, this.sinks, { width: this.#width, height: this.#height, vertical })
        : undefined;
    return html`<div class="box" role="img" aria-label=${this.#name()}>${layout ? this.#picture(layout, vertical) : nothing}</div>
      <ul class="plain-l" aria-hidden="true">${this.sinks.map(({ label, watts, color, hatched }) => html`<li><i class="sw ${hatched ? "hatch" : ""}" ${cssVars({ "--c": `var(${color})` })}></i><span class="clamp">${label}</span><b>${this.format.quantity(watts, "W")}</b></li>`)}</ul>`;
  }

  #picture(layout: FlowLayout, vertical: boolean): TemplateResult {
    const items = new Map([...this.sources, ...this.sinks].map((item) => [item.key, item]));
    const { stations, middle } = layout;
    const along = (bar: FlowBar, begin: number, thickness = FLOW_BAR): SVGTemplateResult =>
      barOf(bar, { begin, thickness, vertical, fill: items.get(bar.key)?.color ?? "--brand" });
    return html`<svg viewBox="0 0 ${this.#width} ${this.#height}" aria-hidden="true">
        <defs>${[...items.values()].flatMap(({ key, color }) => (["source", "sink"] as const).map((side) => gradientOf({ id: `${side}-${key}`, color, side, stations, vertical })))}</defs>
        ${layout.ribbons.map(({ key, side, d }) => svg`<path d=${d} fill="url(#${side}-${key})"/>`)}
        ${along({ ...middle, at: middle.at - 3, size: middle.size + 6 }, stations.middle - 4.5, 9)}
        ${layout.sources.map((bar) => along(bar, stations.source))}
        ${layout.sinks.map((bar) => along(bar, stations.sink - FLOW_BAR))}
      </svg>
      ${layout.sources.map((bar, index) => this.#sourceWords(bar, { index, layout, vertical, item: items.get(bar.key) }))}
      ${vertical ? nothing : layout.sinks.map((bar) => this.#sinkWords(bar, layout, items.get(bar.key)))}`;
  }

  #sourceWords(
    bar: FlowBar,
    {
      index,
      layout,
      vertical,
      item,
    }: { index: number; layout: FlowLayout; vertical: boolean; item: FlowItem | undefined },
  ): TemplateResult | typeof nothing {
    if (!item) return nothing;
    const watts = html`<b>${figure(this.format.scaled(item.watts, "W"))}</b>`;
    const middle = bar.at + bar.size / 2;
    if (!vertical) {
      return html`<div class="w src" ${cssVars({ "--x": "0px", "--y": `${middle}px`, "--w": `${layout.stations.source - 12}px`, "--c": `var(${item.color})` })}>${item.icon ? icon(item.icon) : html`<span></span>`}<em>${item.label}</em>${watts}</div>`;
    }
    const count = layout.sources.length;
    const side = sideOf(index, count);
    const wanted = layout.sources.map((source, at) => {
      const lefts = {
        "": source.at,
        mid: source.at + (source.size - WORD_WIDTH) / 2,
        end: source.at + source.size - WORD_WIDTH,
      };
      return lefts[sideOf(at, count)];
    });
    const left = spreadWords(wanted, WORD_WIDTH, this.#width)[index] ?? 0;
    return html`<div class="w down ${side}" ${cssVars({ "--x": `${left}px`, "--y": "0px", "--w": `${WORD_WIDTH}px` })}><em>${item.label}</em>${watts}</div>`;
  }

  #sinkWords(bar: FlowBar, { stations }: FlowLayout, item: FlowItem | undefined): TemplateResult | typeof nothing {
    if (!item) return nothing;
    const left = stations.sink + 12;
    return html`<div class="w dst" ${cssVars({ "--x": `${left}px`, "--y": `${bar.at + bar.size / 2}px`, "--w": `${this.#width - left}px` })}><em>${item.label}</em><b>${figure(this.format.scaled(item.watts, "W"))}</b></div>`;
  }

  #name(): string {
    const list = (items: readonly FlowItem[]): string =>
      visibleParts(items)
        .map(({ label, watts }) => `${label} ${this.format.quantity(watts, "W")}`)
        .join(", ");
    return `${this.label}: ${this.t("flow.words", { from: list(this.sources) || this.t("state.noData"), to: list(this.sinks) || this.t("state.noData") })}`;
  }
}

/** Words of the first source begin with its bar, those of the last end with it. */
function sideOf(index: number, count: number): "" | "mid" | "end" {
  if (index === 0) return "";
  return index === count - 1 ? "end" : "mid";
}

interface BarLook {
  readonly begin: number;
  readonly thickness: number;
  readonly vertical: boolean;
  readonly fill: ColorToken;
}

function barOf({ at, size }: FlowBar, { begin, thickness, vertical, fill }: BarLook): SVGTemplateResult {
  const [x, y, width, height] = vertical ? [at, begin, size, thickness] : [begin, at, thickness, size];
  return svg`<rect x=${x} y=${y} width=${width} height=${height} rx=${thickness / 2} fill="var(${fill})"/>`;
}

interface GradientLook {
  readonly id: string;
  readonly color: ColorToken;
  readonly side: "source" | "sink";
  readonly stations: FlowLayout["stations"];
  readonly vertical: boolean;
}

/** Strong at the bar, faint at the middle. */
function gradientOf({ id, color, side, stations, vertical }: GradientLook): SVGTemplateResult {
  const [from, to] = side === "source" ? [stations.source, stations.middle] : [stations.middle, stations.sink];
  const [strong, faint] = ["calc(var(--ribbon) * 1.55)", "calc(var(--ribbon) * 0.5)"];
  const [first, last] = side === "source" ? [strong, faint] : [faint, strong];
  const [x1, y1, x2, y2] = vertical ? [0, from, 0, to] : [from, 0, to, 0];
  return svg`<linearGradient id=${id} gradientUnits="userSpaceOnUse" x1=${x1} y1=${y1} x2=${x2} y2=${y2}><stop offset="0" stop-color="var(${color})" stop-opacity=${first}/><stop offset="1" stop-color="var(${color})" stop-opacity=${last}/></linearGradient>`;
}

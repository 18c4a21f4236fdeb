import { stepFor, type UnitStep } from "@vatio/model";
import { css, html, nothing, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { cssVars } from "../../controls/css-vars.js";
import { VatioElement } from "../../controls/vatio-element.js";
import chartSheet from "../chart.css?inline";
import { type BarModel, type BarSeries, bucketCount, bucketState, totalOf } from "./bar-model.js";
import { barPicture } from "./bar-picture.js";
import { type BarScene, barScene } from "./bar-scene.js";
import "../../i18n/areas/usage.js";

/** What buckets are called. */
export interface BarWords {
  /** In full: `Thu 12 Nov`. */
  name(index: number): string;
  /** As short as an axis needs it. */
  tick(index: number): string;
  /** What a bucket that is not over is called: `Today, so far`. */
  readonly partial: string;
}

const STATE_WORDS = {
  whole: "state.noData",
  partial: "state.noData",
  gap: "state.noData",
  future: "bars.toCome",
  before: "bars.before",
} as const;
const NARROW = 520;
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 };

/**
 * Stacked bars over time, with what goes out below zero: gaps hatched and never zero, the bucket that is not over outlined, a bar far
 * above all others broken off with its value, a dashed line for a comparison, a legend with totals that hides parts.
 *
 * @fires vt-open with the index of the bucket that a person wants to see closer
 * @cssproperty --chart-height - least height of the plot
 */
@customElement("vt-bars")
export class Bars extends VatioElement {
  @property({ attribute: false }) model: BarModel | undefined;
  @property({ attribute: false }) words: BarWords | undefined;
  /** Name for those who do not see it. */
  @property() label = "";
  /** Said before the totals: what they are of. */
  @property() heading = "";
  /** A bucket can be opened. */
  @property({ type: Boolean }) opens = false;
  /** Name of the total in the tooltip, and its values where they are not the sum of the stack. */
  @property({ attribute: false }) total: { readonly label: string; readonly values: BarSeries["values"] } | undefined;
  @state() private size = { width: 0, height: 0 };
  @state() private hiddenKeys: ReadonlySet<string> = new Set();
  @state() private cursor: number | undefined;
  @state() private announced = "";
  @query(".box") private readonly box!: HTMLElement | null;
  #touched: number | undefined;
  readonly #watcher = new ResizeObserver(([entry]) => {
    if (entry) this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  static override styles = [
    unsafeCSS(chartSheet),
    css`
    .box { min-height: var(--chart-height, 304px); border-radius: var(--r-s); touch-action: pan-y; outline-offset: 4px; }
    .box.opens { cursor: pointer; }
    svg.bars { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: visible; }
    .top { margin-bottom: 2px; min-height: 30px; }
    text { font: 500 12px var(--font); fill: var(--muted); font-variant-numeric: tabular-nums; }
    text.strong { font-weight: 640; fill: var(--ink); }
    text.nd { font-weight: 600; font-size: 11px; }
    .key { display: flex; flex-wrap: wrap; gap: 6px 18px; font-size: 13px; color: var(--muted); margin-top: 10px; }
    .key span { display: inline-flex; gap: 7px; align-items: center; }
    .sw.part { background: none; border: 1.5px dashed var(--line-strong); }
    .key svg { width: 12px; height: 12px; fill: none; stroke: currentColor; stroke-width: 1.5; }
    .tip { top: 20px; min-width: 176px; }
    .tip hr { border: 0; border-top: 1px solid var(--line); margin: 5px 0; }
    .legend button:disabled { opacity: 1; }
    @media print { .box { height: 300px; } .tip { display: none; } }
  `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.box) this.#watcher.observe(this.box);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.box) this.#watcher.observe(this.box);
  }

  protected override render(): TemplateResult {
    const { model, words } = this;
    const scene = model && words ? this.#scene(model) : undefined;
    return html`${model && words ? this.#legend(model, words) : nothing}
      <div class="box ${this.opens ? "opens" : ""}" tabindex="0" role="img" aria-label=${this.#name()}
        @pointermove=${this.#moved} @pointerleave=${this.#left} @click=${this.#clicked} @keydown=${this.#key} @blur=${this.#left}>
        ${model && words && scene && this.size.width > 0 ? barPicture(model, scene, { words, cursor: this.cursor, format: this.format, step: this.#step(scene), noData: this.t("state.noData") }) : nothing}
        ${model && words && scene ? this.#tip(model, words, scene) : nothing}</div>
      ${model && words && scene ? this.#keys(model, words, scene) : nothing}
      <div class="sr" aria-live="polite">${this.announced}</div>`;
  }

  #scene(model: BarModel): BarScene {
    const narrow = this.size.width < NARROW;
    return barScene(model, {
      ...this.size,
      hidden: this.hiddenKeys,
      margins: { left: narrow ? 34 : 50, right: 4, top: 30, bottom: 30 },
      labelRoom: narrow ? 52 : 68,
    });
  }

  #step({ axis }: BarScene): UnitStep {
    return stepFor(Math.max(axis.max, -axis.min), this.model?.unit ?? "");
  }

  #legend(model: BarModel, words: BarWords): TemplateResult {
    // On a narrow screen the legend takes the part of the tooltip.
    const at = this.size.width < NARROW ? this.cursor : undefined;
    const write = (values: BarSeries["values"]): string => {
      const value = at === undefined ? totalOf(values) : values[at];
      return value == null ? "–" : this.format.scaled(value, model.unit).value;
    };
    const { unit } = stepFor(0, model.unit);
    return html`<div class="top"><div class="legend"><span class="when">${at === undefined ? this.heading : words.name(at)}, ${unit}</span>
      ${model.series.map((each) => this.#legendEntry(each, write(each.values), model.series.length))}
      ${model.before ? html`<span><i class="sw dash" ${cssVars({ "--c": "var(--ink-2)" })}></i>${model.before.label} <b>${write(model.before.values)}</b></span>` : nothing}</div></div>`;
  }

  #legendEntry({ key, label, color, hatched }: BarSeries, value: string, count: number): TemplateResult {
    const mark = html`<i class="sw ${hatched ? "hatch" : ""}" ${cssVars({ "--c": `var(${color})` })}></i>${label} <b>${value}</b>`;
    if (count < 2) return html`<span>${mark}</span>`;
    return html`<button aria-pressed=${!this.hiddenKeys.has(key)} @click=${() => this.#toggle(key)}>${mark}</button>`;
  }

  #tip(model: BarModel, words: BarWords, scene: BarScene): TemplateResult | typeof nothing {
    const { cursor } = this;
    if (cursor === undefined || cursor >= bucketCount(model)) return nothing;
    const width = 206;
    const middle = scene.left(cursor) + scene.slot / 2;
    const x = middle + 14 + width > scene.width ? middle - 14 - width : middle + 14;
    return html`<div class="tip" aria-hidden="true" ${cssVars({ "--x": `${Math.max(0, x)}px` })}><b>${words.name(cursor)}</b>${this.#tipLines(model, cursor, this.#step(scene))}</div>`;
  }

  #tipLines(model: BarModel, index: number, step: UnitStep): TemplateResult {
    const write = (value: number | null | undefined): string =>
      value == null ? this.t("state.noData") : this.format.quantity(value, model.unit, step);
    const state = bucketState(model, index);
    const known = state === "whole" || state === "partial";
    const parts = model.series.filter(({ key, values }) => !this.hiddenKeys.has(key) && values[index] != null);
    return html`${known ? parts.map(({ label, color, hatched, values }) => html`<div><i class=${hatched ? "hatch" : ""} ${cssVars({ "--c": `var(${color})` })}></i><span>${label}</span><span>${write(values[index])}</span></div>`) : html`<div><span>${this.t(STATE_WORDS[state])}</span></div>`}
      ${known && this.total && parts.length > 1 ? html`<hr><div><span>${this.total.label}</span><span>${write(this.total.values[index])}</span></div>` : nothing}
      ${model.before ? html`<hr><div><span>${model.before.label}</span><span>${write(model.before.values[index])}</span></div>` : nothing}
      ${model.estimated?.[index] ? html`<div><span>${this.t("bars.estimated")}</span></div>` : nothing}
      ${model.corrected?.[index] ? html`<div><span>${this.t("bars.corrected")}</span></div>` : nothing}`;
  }

  /** What the marks mean, of those that are there. */
  #keys(model: BarModel, words: BarWords, { stacks, axis }: BarScene): TemplateResult | typeof nothing {
    const has = (wanted: string): boolean => stacks.some(({ state: each }) => each === wanted);
    const entries = [
      has("gap") ? html`<span><i class="sw hatch"></i>${this.t("state.noData")}</span>` : nothing,
      has("partial") ? html`<span><i class="sw part"></i>${words.partial}</span>` : nothing,
      stacks.some(({ top }) => top > axis.limit)
        ? html`<span><svg aria-hidden="true"><path d="M1 5l3-2 4 2 3-2M1 9l3-2 4 2 3-2"></path></svg>${this.t("bars.tall")}</span>`
        : nothing,
      model.estimated?.some(Boolean)
        ? html`<span><svg aria-hidden="true"><circle cx="6" cy="6" r="3.4"></circle></svg>${this.t("bars.estimated")}</span>`
        : nothing,
      model.corrected?.some(Boolean)
        ? html`<span><svg aria-hidden="true"><path d="M6 1.5L10.5 6L6 10.5L1.5 6Z"></path></svg>${this.t("bars.corrected")}</span>`
        : nothing,
    ].filter((entry) => entry !== nothing);
    return entries.length === 0 ? nothing : html`<div class="key">${entries}</div>`;
  }

  #name(): string {
    const { model } = this;
    if (!model) return this.label;
    const totals = model.series.map(({ label, values }) => `${label} ${this.#quantity(totalOf(values))}`);
    return [this.label, totals.join(", "), this.t("chart.keys")].filter(Boolean).join(". ");
  }

  #quantity(value: number | null | undefined): string {
    return value == null ? this.t("state.noData") : this.format.quantity(value, this.model?.unit ?? "");
  }

  #toggle(key: string): void {
    const next = new Set(this.hiddenKeys);
    if (!next.delete(key)) next.add(key);
    // At least one part stays.
    if (next.size < (this.model?.series.length ?? 0)) this.hiddenKeys = next;
  }

  readonly #moved = (event: PointerEvent): void => {
    const at = this.#indexAt(event);
    if (at !== undefined) this.cursor = at;
  };

  readonly #left = (): void => {
    this.cursor = undefined;
    this.#touched = undefined;
  };

  readonly #clicked = (event: PointerEvent): void => {
    const at = this.#indexAt(event);
    if (at === undefined) return;
    // A finger has no pointer to look with first: the first tap shows the values, the second one opens.
    const looksOnly = event.pointerType === "touch" && this.#touched !== at;
    this.#touched = at;
    this.cursor = at;
    if (!looksOnly) this.#open(at);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { model } = this;
    if (!model || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = bucketCount(model) - 1;
    const step = STEPS[event.key];
    const newest = Math.max(
      0,
      model.edges.findLastIndex((edge) => edge <= model.now),
    );
    const at = this.cursor ?? Math.min(last, newest) + (step !== undefined && step < 0 ? 1 : 0);
    if (event.key === "Escape") this.#left();
    else if (event.key === "Enter" && this.cursor !== undefined) this.#open(this.cursor);
    else if (event.key === "Home") this.#go(0);
    else if (event.key === "End") this.#go(Math.min(last, newest));
    else if (step !== undefined) this.#go(Math.max(0, Math.min(last, at + step)));
    else return;
    event.preventDefault();
  };

  #go(index: number): void {
    const { model, words } = this;
    if (!model || !words) return;
    this.cursor = index;
    const state = bucketState(model, index);
    const values = model.series
      .filter(({ values: each }) => each[index] != null)
      .map(({ label, values: each }) => `${label} ${this.#quantity(each[index])}`);
    const total = this.total ? [`${this.total.label} ${this.#quantity(this.total.values[index])}`] : [];
    const known =
      state === "whole" || state === "partial"
        ? [...total, ...values].join(", ")
        : this.t(state === "future" ? "bars.toCome" : "state.noData");
    this.announced = `${words.name(index)}: ${known}`;
  }

  #open(index: number): void {
    if (this.opens) this.dispatchEvent(new CustomEvent<number>("vt-open", { detail: index }));
  }

  #indexAt(event: PointerEvent | MouseEvent): number | undefined {
    const { box, model } = this;
    if (!box || !model) return undefined;
    return this.#scene(model).at(event.clientX - box.getBoundingClientRect().left);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-bars": Bars;
  }
}

import { stepFor } from "@vatio/model";
import { css, html, nothing, type SVGTemplateResult, svg, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { BarModel } from "../../charts/bars/bar-model.js";
import { barPicture } from "../../charts/bars/bar-picture.js";
import { type BarScene, barScene } from "../../charts/bars/bar-scene.js";
import type { BarWords } from "../../charts/bars/bars.js";
import chartSheet from "../../charts/chart.css?inline";
import { VatioElement } from "../../controls/vatio-element.js";
import { between, type SlotRange } from "./day-slots.js";
import "../../i18n/areas/usage.js";

const NARROW = 520;
const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

/**
 * A window of quarter hours as bars, on which a part can be picked by dragging; its edges can be moved.
 * @fires vt-pick with the picked slots
 */
@customElement("vt-day-bars")
export class DayBars extends VatioElement {
  @property({ attribute: false }) model: BarModel | undefined;
  @property({ attribute: false }) words: BarWords | undefined;
  @property({ attribute: false }) shown: SlotRange = { first: 0, end: 0 };
  @property({ attribute: false }) picked: SlotRange | undefined;
  @property() label = "";
  @state() private size = { width: 0, height: 0 };
  @state() private cursor: number | undefined;
  @query(".box") private readonly box!: HTMLElement | null;
  /** Slot at which the finger or the mouse went down; the other end follows it. */
  #anchor: number | undefined;
  readonly #watcher = new ResizeObserver(([entry]) => {
    if (entry) this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  static override styles = [
    unsafeCSS(chartSheet),
    css`
    .box { min-height: var(--chart-height, 280px); touch-action: pan-y; cursor: crosshair; border-radius: var(--r-s); user-select: none; }
    .box > svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: visible; }
    text { font: 500 12px var(--font); fill: var(--muted); font-variant-numeric: tabular-nums; }
    text.strong { font-weight: 640; fill: var(--ink); }
    text.nd { font-weight: 600; font-size: 11px; }
    .said { min-height: 20px; font-size: 13px; color: var(--muted); font-variant-numeric: tabular-nums; }
    .said b { color: var(--ink); font-weight: 640; }
    .grip { cursor: ew-resize; }
    @media (max-width: 720px) { .box { --chart-height: 210px; } }
  `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.box) this.#watcher.observe(this.box);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher.disconnect();
  }

  protected override firstUpdated(): void {
    if (this.box) this.#watcher.observe(this.box);
  }

  protected override render(): TemplateResult {
    const { model, words } = this;
    const part = model && this.#part(model);
    const scene = part && this.size.width > 0 ? this.#scene(part) : undefined;
    return html`<p class="said" aria-hidden="true">${model && words ? this.#said(model, words) : nothing}</p>
      <div class="box" role="img" aria-label=${this.label} @pointerdown=${this.#down} @pointermove=${this.#moved} @pointerup=${this.#up} @pointercancel=${this.#up} @pointerleave=${this.#left}>
      ${part && words && scene ? this.#picture(part, words, scene) : nothing}</div>`;
  }

  #picture(part: BarModel, words: BarWords, scene: BarScene): SVGTemplateResult {
    const { first } = this.shown;
    const step = stepFor(scene.axis.max, part.unit);
    const cursor = this.cursor === undefined ? undefined : this.cursor - first;
    return svg`<svg viewBox="0 0 ${scene.width} ${scene.height}" aria-hidden="true">
      ${barPicture(part, scene, { words: { tick: (index) => words.tick(index + first) }, cursor, format: this.format, step, noData: this.t("state.noData") })}
      ${this.#brush(scene)}</svg>`;
  }

  #brush(scene: BarScene): SVGTemplateResult | typeof nothing {
    const { picked, shown } = this;
    if (!picked || picked.end <= shown.first || picked.first >= shown.end) return nothing;
    const left = scene.left(Math.max(0, picked.first - shown.first));
    const right = scene.left(Math.min(shown.end - shown.first, picked.end - shown.first));
    const foot = scene.height - scene.margins.bottom;
    const middle = (scene.margins.top + foot) / 2;
    const grip = (x: number): SVGTemplateResult =>
      svg`<g class="grip"><path d="M${x} ${scene.margins.top - 8}V${foot}" stroke="var(--brand)" stroke-width="2"></path><rect x=${x - 5} y=${middle - 17} width="10" height="34" rx="5" fill="var(--surface)" stroke="var(--brand)" stroke-width="2"></rect><path d="M${x} ${middle - 6}V${middle + 6}" stroke="var(--brand)" stroke-width="2" stroke-linecap="round"></path></g>`;
    return svg`<rect x=${left} y=${scene.margins.top - 8} width=${right - left} height=${foot - scene.margins.top + 8} rx="6" fill="color-mix(in oklch, var(--brand) 13%, transparent)"></rect>
      ${picked.first >= shown.first ? grip(left) : nothing}${picked.end <= shown.end ? grip(right) : nothing}`;
  }

  #said(model: BarModel, words: BarWords): TemplateResult {
    if (this.cursor === undefined) return html`${this.t("day.heading")}`;
    const value = model.series[0]?.values[this.cursor];
    return html`${words.name(this.cursor)} <b>${value == null ? this.t("state.noData") : this.format.quantity(value, model.unit)}</b>`;
  }

  #part({ edges, series, unit, now, estimated, corrected }: BarModel): BarModel {
    const { first, end } = this.shown;
    return {
      edges: edges.slice(first, end + 1),
      series: series.map((each) => ({ ...each, values: each.values.slice(first, end) })),
      unit,
      now,
      ...(estimated ? { estimated: estimated.slice(first, end) } : {}),
      ...(corrected ? { corrected: corrected.slice(first, end) } : {}),
    };
  }

  #scene(part: BarModel): BarScene {
    const narrow = this.size.width < NARROW;
    const margins = { left: narrow ? 38 : 50, right: 6, top: 30, bottom: 28 };
    return barScene(part, {
      ...this.size,
      hidden: NOTHING_HIDDEN,
      margins,
      labelRoom: 64,
      raster: { offset: -this.shown.first & 3, least: 4 },
    });
  }

  #slotAt(event: PointerEvent): number | undefined {
    const { box, model } = this;
    if (!box || !model) return undefined;
    const index = this.#scene(this.#part(model)).at(event.clientX - box.getBoundingClientRect().left);
    return index === undefined ? undefined : index + this.shown.first;
  }

  readonly #down = (event: PointerEvent): void => {
    const slot = this.#slotAt(event);
    if (slot === undefined || event.button !== 0) return;
    this.#anchor = this.#anchorFor(slot);
    this.box?.setPointerCapture(event.pointerId);
    if (event.pointerType !== "touch") this.#tell(slot);
  };

  /** At an edge of what is picked, that edge moves; elsewhere a new part begins. */
  #anchorFor(slot: number): number {
    const { picked } = this;
    if (picked && slot === picked.first) return picked.end - 1;
    return picked && slot === picked.end - 1 ? picked.first : slot;
  }

  readonly #moved = (event: PointerEvent): void => {
    const slot = this.#slotAt(event);
    this.cursor = slot;
    if (slot !== undefined && this.#anchor !== undefined) this.#tell(slot);
  };

  readonly #up = (event: PointerEvent): void => {
    const slot = this.#slotAt(event);
    if (slot !== undefined && this.#anchor !== undefined && event.type === "pointerup") this.#tell(slot);
    this.#anchor = undefined;
  };

  readonly #left = (): void => {
    this.cursor = undefined;
  };

  #tell(slot: number): void {
    if (this.#anchor === undefined) return;
    this.dispatchEvent(new CustomEvent<SlotRange>("vt-pick", { detail: between(this.#anchor, slot) }));
  }
}

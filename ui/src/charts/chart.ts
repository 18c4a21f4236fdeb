import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { cssVars } from "../controls/css-vars.js";
import { icon } from "../controls/icons/icon.js";
import { VatioElement } from "../controls/vatio-element.js";
import chartSheet from "./chart.css?inline";
import { type ChartLine, type ChartModel, nextValue } from "./chart-model.js";
import { lastIndex, momentText, stepOf, valueText } from "./chart-words.js";
import { Plot, type TimeRange } from "./plot.js";

const TIP_GAP = 14;
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

/**
 * Lines over time: band of min and max below the average, gaps hatched, a legend that shows values and hides lines,
 * crosshair, zoom by drag, keyboard, touch, and the same data as a table.
 *
 * @fires vt-zoom with a `TimeRange`, or null when the zoom is undone
 * @cssproperty --chart-height - least height of the plot
 */
@customElement("vt-chart")
export class Chart extends VatioElement {
  @property({ attribute: false }) model: ChartModel | undefined;
  /** Name for those who do not see it: what, of what. */
  @property() label = "";
  /** Values arrive while it is shown: the axis keeps still and the newest value has a dot. */
  @property({ type: Boolean }) live = false;
  /** The data is that of a zoom, so that it can be undone. */
  @property({ type: Boolean }) zoomed = false;
  /** Charts of one key share their crosshair. */
  @property({ attribute: "sync-key" }) syncKey = "";
  @state() private hiddenLines: ReadonlySet<string> = new Set();
  @state() private cursor: { readonly index: number; readonly left: number } | undefined;
  @state() private asTable = false;
  @state() private announced = "";
  @query(".plot") private readonly parent!: HTMLElement | null;
  @query(".probe") private readonly probe!: HTMLElement;
  #plot: Plot | undefined;
  readonly #size = new ResizeObserver(([entry]) => {
    if (entry) this.#plot?.resize(entry.contentRect.width, entry.contentRect.height);
  });

  static override styles = unsafeCSS(chartSheet);

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#destroy();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // An element that moves in the document gets its canvas again.
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    return html`<div class="top">${this.#legend()}${this.#tools()}</div>
      ${
        this.asTable
          ? html`<vt-chart-table .model=${this.#shown()} label=${this.label}></vt-chart-table>`
          : html`<div class="box"><div class="plot" tabindex="0" role="img" aria-label=${this.#name()} @keydown=${this.#key} @blur=${() => this.#plot?.point(null)}></div>${this.#tip()}</div>`
      }
      <span class="probe"></span>
      <div class="sr" aria-live="polite">${this.announced}</div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.asTable || !this.parent) {
      this.#destroy();
      return;
    }
    const model = this.#shown();
    if (!model) return;
    const isNew = !this.#plot;
    this.#plot ??= this.#create(this.parent);
    if (isNew || changed.has("model") || changed.has("hiddenLines")) this.#plot.show(model);
  }

  #create(parent: HTMLElement): Plot {
    this.#size.observe(parent);
    const plot = new Plot({
      parent,
      probe: this.probe,
      words: { noData: () => this.t("state.noData") },
      format: () => this.format,
      live: this.live,
      syncKey: this.syncKey || undefined,
      onCursor: (index, left) => {
        this.cursor = index === null ? undefined : { index, left };
      },
      onZoom: (range) => this.#zoomed(range),
    });
    // Measured with another font the axes would be cut.
    void document.fonts.load('500 12px "Figtree Variable"').then(() => plot.redraw());
    return plot;
  }

  #destroy(): void {
    this.#size.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  /** The model without the lines that the reader hid. */
  #shown(): ChartModel | undefined {
    const { model } = this;
    if (!model || this.hiddenLines.size === 0) return model;
    return { ...model, lines: model.lines.filter(({ key }) => !this.hiddenLines.has(key)) };
  }

  #legend(): TemplateResult {
    const { model } = this;
    if (!model) return html`<div class="legend"></div>`;
    const index = this.cursor?.index ?? lastIndex(model.lines);
    const scale = { unit: model.unit, step: stepOf(model) };
    const at = model.at[index];
    return html`<div class="legend">
      ${this.cursor && at !== undefined ? html`<span class="when">${momentText(at, model, this.format)}</span>` : nothing}
      ${model.lines.map((line) => this.#legendEntry(line, valueText(line.values[index], this.format, scale)))}
    </div>`;
  }

  #legendEntry(line: ChartLine, value: string): TemplateResult {
    const { key, label, color, dashed, min } = line;
    const single = (this.model?.lines.length ?? 0) < 2;
    const mark = html`<i class="sw ${dashed ? "dash" : "line"}" ${cssVars({ "--c": `var(${color})` })}></i>${label} <b>${value}</b>`;
    const entry = single
      ? html`<span>${mark}</span>`
      : html`<button aria-pressed=${!this.hiddenLines.has(key)} @click=${() => this.#toggle(key)}>${mark}</button>`;
    return html`${entry}${min ? html`<span><i class="sw band" ${cssVars({ "--c": `var(${color})` })}></i>${this.t("chart.band")}</span>` : nothing}`;
  }

  #tools(): TemplateResult {
    const words = this.asTable ? this.t("chart.asChart") : this.t("chart.asTable");
    return html`<div class="tools">
      ${this.zoomed || this.#plot?.zoom ? html`<button class="iconbtn bare" aria-label=${this.t("chart.resetZoom")} title=${this.t("chart.resetZoom")} @click=${() => this.#plot?.resetZoom()}>${icon("rotate-ccw")}</button>` : nothing}
      <button class="iconbtn bare" aria-label=${words} title=${words} aria-pressed=${this.asTable} @click=${this.#toggleTable}>${icon(this.asTable ? "chart-line" : "table")}</button>
      ${document.fullscreenEnabled ? html`<button class="iconbtn bare full" aria-label=${this.t("chart.fullscreen")} @click=${this.#fullscreen}>${icon("maximize-2")}</button>` : nothing}
    </div>`;
  }

  #tip(): TemplateResult | typeof nothing {
    const { cursor, parent } = this;
    const model = this.#shown();
    const at = cursor && model?.at[cursor.index];
    if (!cursor || !model || at === undefined || !parent) return nothing;
    const axis = parent.querySelector<HTMLElement>(".u-over")?.offsetLeft ?? 0;
    const width = 190;
    const room = parent.clientWidth - axis;
    const left = cursor.left + TIP_GAP + width > room ? cursor.left - TIP_GAP - width : cursor.left + TIP_GAP;
    return html`<div class="tip" aria-hidden="true" ${cssVars({ "--x": `${axis + Math.max(2, left)}px` })}>
      <b>${momentText(at, model, this.format)}</b>${model.lines.map((line) => this.#tipLine(line, cursor.index, model))}</div>`;
  }

  #tipLine({ label, color, values, min, max }: ChartLine, index: number, model: ChartModel): TemplateResult {
    const scale = { unit: model.unit, step: stepOf(model) };
    const value = values[index];
    const words = value === null || value === undefined ? this.t("state.noData") : valueText(value, this.format, scale);
    const [low, high] = [min?.[index], max?.[index]];
    const range = typeof low === "number" && typeof high === "number" && low !== high;
    return html`<div><i ${cssVars({ "--c": `var(${color})` })}></i><span>${label}</span><span>${words}</span></div>
      ${range ? html`<div><i class="none"></i><span>${this.t("chart.range")}</span><span>${this.t("unit.to", { from: this.format.scaled(low, model.unit, scale.step).value, to: this.format.scaled(high, model.unit, scale.step).value })}</span></div>` : nothing}`;
  }

  /** What, over which time, and the newest values. */
  #name(): string {
    const model = this.#shown();
    if (!model) return this.label;
    return [this.label, this.#words(lastIndex(model.lines)), this.t("chart.keys")].filter(Boolean).join(". ");
  }

  #words(index: number): string {
    const model = this.#shown();
    const at = model?.at[index];
    if (!model || at === undefined) return this.t("state.noData");
    const scale = { unit: model.unit, step: stepOf(model) };
    return `${momentText(at, model, this.format)}: ${model.lines.map(({ label, values }) => `${label} ${valueText(values[index], this.format, scale)}`).join(", ")}`;
  }

  #toggle(key: string): void {
    const next = new Set(this.hiddenLines);
    if (!next.delete(key)) next.add(key);
    // At least one line stays.
    if (next.size < (this.model?.lines.length ?? 0)) this.hiddenLines = next;
  }

  #zoomed(range: TimeRange | undefined): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent<TimeRange | null>("vt-zoom", { detail: range ?? null }));
  }

  readonly #toggleTable = async (): Promise<void> => {
    await import("./chart-table.js");
    this.asTable = !this.asTable;
  };

  readonly #fullscreen = (): void =>
    void (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen());

  readonly #key = (event: KeyboardEvent): void => {
    const model = this.#shown();
    if (!model) return;
    const step = STEPS[event.key];
    if (event.key === "Escape") this.#plot?.resetZoom();
    else if (event.key === "End") this.#move(lastIndex(model.lines));
    else if (event.key === "Home") this.#move(nextValue(model.lines, -1, 1));
    else if (step !== undefined)
      this.#move(
        nextValue(model.lines, this.cursor?.index ?? lastIndex(model.lines), event.shiftKey ? step * 10 : step),
      );
    else return;
    event.preventDefault();
  };

  #move(index: number): void {
    this.#plot?.point(index);
    this.announced = this.#words(index);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-chart": Chart;
  }
}

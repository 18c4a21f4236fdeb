import { css, html, nothing, type SVGTemplateResult, svg, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { cssVars } from "../../controls/css-vars.js";
import { VatioElement } from "../../controls/vatio-element.js";
import { labelled } from "../bars/bar-paths.js";
import chartSheet from "../chart.css?inline";
import { dayRuns, HEAT_STEPS, type HeatCell, type HeatModel, heatStep } from "./heat-model.js";
import "../../i18n/areas/usage.js";

/** A cell by day and hour of the clock. */
interface Place {
  readonly day: number;
  readonly hour: number;
}

const HOURS = 24;
const FOOT = 24;
const MOVES: Readonly<Record<string, readonly [days: number, hours: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  PageUp: [-7, 0],
  PageDown: [7, 0],
};

/**
 * Days across, hours of the clock down, energy as colour in seven steps of one size: what is missing is hatched, what is still to
 * come has an outline. Arrow keys go through the cells and say them.
 *
 * @fires vt-open with the index of the day that a person wants to see
 */
@customElement("vt-heatmap")
export class Heatmap extends VatioElement {
  @property({ attribute: false }) model: HeatModel | undefined;
  @property() label = "";
  @property() unit = "Wh";
  @state() private size = { width: 0, height: 0 };
  @state() private cursor: Place | undefined;
  @state() private announced = "";
  @query(".box") private readonly box!: HTMLElement | null;
  readonly #watcher = new ResizeObserver(([entry]) => {
    if (entry) this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  static override styles = [
    unsafeCSS(chartSheet),
    css`
    .box { min-height: var(--chart-height, 330px); cursor: pointer; touch-action: pan-y; border-radius: var(--r-s); outline-offset: 4px; }
    .box > svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; overflow: visible; }
    text { font: 500 12px var(--font); fill: var(--muted); font-variant-numeric: tabular-nums; }
    .k { display: flex; flex-wrap: wrap; gap: 6px 3px; align-items: center; font-size: 12px; color: var(--muted); padding-top: 12px; font-variant-numeric: tabular-nums; }
    .k > i { width: 18px; height: 8px; border-radius: 2px; background: var(--c); }
    .k .least { margin-right: 5px; } .k .most { margin-left: 5px; }
    .kk { display: inline-flex; gap: 6px; align-items: center; margin-left: 14px; }
    .sw.part { background: none; border: 1.5px dashed var(--line-strong); }
    .said { min-height: 20px; font-size: 13px; color: var(--ink-2); font-variant-numeric: tabular-nums; }
    .said b { font-weight: 640; color: var(--ink); }
    @media print { .box { height: 300px; } .said { display: none; } }
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
    const { model } = this;
    return html`<p class="said" aria-hidden="true">${model && this.cursor ? this.#said(model, this.cursor) : nothing}</p>
      <div class="box" tabindex="0" role="img" aria-label="${this.label}. ${this.t("chart.keys")}" @pointermove=${this.#moved} @pointerleave=${this.#left} @blur=${this.#left} @click=${this.#clicked} @keydown=${this.#key}>
      ${model && this.size.width > 0 ? this.#picture(model) : nothing}</div>
      ${model ? this.#legend(model) : nothing}<div class="sr" aria-live="polite">${this.announced}</div>`;
  }

  get #left0(): number {
    return this.size.width < 420 ? 24 : 42;
  }

  #cell(model: HeatModel): { readonly width: number; readonly height: number; readonly gap: number } {
    const width = (this.size.width - this.#left0) / Math.max(1, model.days.length);
    return { width, height: (this.size.height - FOOT) / HOURS, gap: Math.min(1.6, width / 5) };
  }

  #picture(model: HeatModel): SVGTemplateResult {
    const { width, height } = this.size;
    const cell = this.#cell(model);
    const left = this.#left0;
    const short = left < 30;
    const steps = Array.from({ length: HEAT_STEPS }, (_, step) =>
      this.#squares(model, (value) => typeof value === "number" && heatStep(value, model.limits) === step),
    );
    const isEdge = (day: number): boolean => day === 0 && cell.width < 40;
    const labels = labelled(model.days.length, cell.width, short ? 56 : 64);
    return svg`<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
      <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="var(--untracked)" stroke-width="2.2"></path></pattern></defs>
      ${[0, 6, 12, 18].map((hour) => svg`<text x=${left - 8} y=${cell.height * (hour + 0.5) + 4.5} text-anchor="end">${short ? hour : this.#hour(hour)}</text>`)}
      ${steps.map((d, step) => svg`<path d=${d} fill="var(--h${step})"></path>`)}
      <path d=${this.#squares(model, (value) => value === "gap")} fill="url(#hatch)" opacity="0.55"></path>
      ${dayRuns(model.cells, "future").map((run) => this.#future(run, cell))}
      ${labels.map((day) => svg`<text x=${isEdge(day) ? left : left + cell.width * (day + 0.5)} y=${height - 5} text-anchor=${isEdge(day) ? "start" : "middle"}>${this.format.date(model.days[day]?.at ?? 0)}</text>`)}
      ${this.cursor ? svg`<rect x=${left + cell.width * this.cursor.day - 1} y=${cell.height * this.cursor.hour - 1} width=${cell.width + 2} height=${cell.height + 2} rx="3" fill="none" stroke="var(--ink)" stroke-width="2"></rect>` : nothing}
    </svg>`;
  }

  /** An hour of the clock: it belongs to no day, so it is written without one. */
  #hour(hour: number): string {
    if (this.format.options.hour12 !== true) return `${String(hour).padStart(2, "0")}:00`;
    return `${hour % 12 || 12} ${hour < 12 ? "AM" : "PM"}`;
  }

  /** All cells of one kind as one path: a map has more than a thousand of them. */
  #squares(model: HeatModel, wanted: (cell: HeatCell) => boolean): string {
    const { width, height, gap } = this.#cell(model);
    const px = (value: number): string => value.toFixed(1);
    let path = "";
    for (const [day, hours] of model.cells.entries())
      for (const [hour, value] of hours.entries())
        if (wanted(value))
          path += `M${px(this.#left0 + width * day + gap / 2)} ${px(height * hour + gap / 2)}h${px(width - gap)}v${px(height - gap)}h-${px(width - gap)}z`;
    return path;
  }

  #future(
    { first, last }: { readonly first: number; readonly last: number },
    { width, height }: { readonly width: number; readonly height: number },
  ): SVGTemplateResult {
    const x = this.#left0 + width * first + 2;
    const wide = width * (last - first + 1) - 3;
    const words = this.t("heat.toCome", { n: last - first + 1 });
    return svg`<rect x=${x} y="1" width=${Math.max(1, wide)} height=${height * HOURS - 2} rx=${Math.min(8, wide / 2)} fill="none" stroke="var(--line-strong)" stroke-opacity="0.6" stroke-dasharray="4 4"></rect>
      ${wide > words.length * 7 ? svg`<text x=${x + wide / 2} y=${height * 12 + 4} text-anchor="middle">${words}</text>` : nothing}`;
  }

  #legend({ least, most, cells }: HeatModel): TemplateResult | typeof nothing {
    if (!Number.isFinite(most)) return nothing;
    const all = cells.flat();
    return html`<div class="k"><span class="least">${this.format.scaled(least, this.unit).value}</span>${Array.from({ length: HEAT_STEPS }, (_, step) => html`<i ${cssVars({ "--c": `var(--h${step})` })}></i>`)}<span class="most">${this.format.quantity(most, this.unit)}</span><span class="sp"></span>
      ${all.includes("gap") ? html`<span class="kk"><i class="sw hatch"></i>${this.t("state.noData")}</span>` : nothing}
      ${all.includes("future") ? html`<span class="kk"><i class="sw part"></i>${this.t("bars.toCome")}</span>` : nothing}</div>`;
  }

  #words(model: HeatModel, { day, hour }: Place): { readonly when: string; readonly value: string } {
    const cell = model.cells[day]?.[hour] ?? "none";
    const hours = this.#hour(hour);
    const date = this.format.date(model.days[day]?.at ?? 0, "weekday");
    const words = { gap: "state.noData", future: "bars.toCome", before: "bars.before", none: "heat.noHour" } as const;
    return {
      when: this.t("heat.when", { date, time: hours }),
      value: typeof cell === "number" ? this.format.quantity(cell, this.unit) : this.t(words[cell]),
    };
  }

  #said(model: HeatModel, place: Place): TemplateResult {
    const { when, value } = this.#words(model, place);
    return html`${when} <b>${value}</b>`;
  }

  #placeAt(event: PointerEvent | MouseEvent): Place | undefined {
    const { model, box } = this;
    if (!model || !box) return undefined;
    const { left, top } = box.getBoundingClientRect();
    const { width, height } = this.#cell(model);
    const day = Math.floor((event.clientX - left - this.#left0) / width);
    const hour = Math.floor((event.clientY - top) / height);
    return day >= 0 && day < model.days.length && hour >= 0 && hour < HOURS ? { day, hour } : undefined;
  }

  readonly #moved = (event: PointerEvent): void => {
    this.cursor = this.#placeAt(event);
  };

  readonly #left = (): void => {
    this.cursor = undefined;
  };

  readonly #clicked = (event: PointerEvent): void => {
    const place = this.#placeAt(event);
    this.cursor = place;
    if (place && event.pointerType !== "touch") this.#open(place);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const { model } = this;
    const move = MOVES[event.key];
    if (!model || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.#left();
    else if (event.key === "Enter" && this.cursor) this.#open(this.cursor);
    else if (move) this.#go(model, move);
    else return;
    event.preventDefault();
  };

  #go(model: HeatModel, [days, hours]: readonly [number, number]): void {
    const from = this.cursor ?? { day: Math.max(0, this.#newestDay(model) - days), hour: 12 - hours };
    this.cursor = {
      day: Math.max(0, Math.min(model.days.length - 1, from.day + days)),
      hour: (from.hour + hours + HOURS) % HOURS,
    };
    const { when, value } = this.#words(model, this.cursor);
    this.announced = `${when}: ${value}`;
  }

  #newestDay({ cells }: HeatModel): number {
    return Math.max(
      0,
      cells.findLastIndex((hours) => hours.some((cell) => typeof cell === "number")),
    );
  }

  #open({ day }: Place): void {
    this.dispatchEvent(new CustomEvent<number>("vt-open", { detail: day }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-heatmap": Heatmap;
  }
}

import { addDays, type Instant, type LocalDate, localDateOf } from "@vatio/model";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { icon } from "../../controls/icons/icon.js";
import { VatioElement } from "../../controls/vatio-element.js";
import { periodDates } from "./periods.js";
import {
  COMPARISONS,
  type Comparison,
  hasLater,
  moveDates,
  RANGES,
  type RangeName,
  spanOf,
  type UsageView,
} from "./usage-view.js";
import { rangeWords, shortRangeWords } from "./usage-words.js";
import "../../i18n/areas/usage.js";

/**
 * Which range is shown, with what it is compared, and what to do with it.
 * @fires vt-view with what changes of the view
 * @fires vt-csv
 */
@customElement("vt-usage-bar")
export class UsageBar extends VatioElement {
  @property({ attribute: false }) view: UsageView | undefined;
  @property({ type: Number }) now = 0;
  @property({ type: Number }) weekStart = 1;
  @property({ type: Boolean }) ready = false;
  @query("#dates") private readonly popup!: HTMLElement;
  @query("#opener") private readonly opener!: HTMLElement;

  static override styles = css`
    :host { display: flex; align-items: center; gap: 12px; margin-bottom: 20px; flex-wrap: wrap; }
    .range, .acts { display: flex; gap: 4px; align-items: center; min-width: 0; }
    .acts { gap: 8px; }
    .range .btn { min-width: 0; }
    .only-s { display: none; }
    .range .btn span { overflow: hidden; text-overflow: ellipsis; }
    .cmp { position: relative; display: inline-flex; align-items: center; min-width: 0; }
    .cmp .i { position: absolute; left: 13px; width: 15px; height: 15px; pointer-events: none; color: var(--ink-2); }
    .cmp select { appearance: none; height: 34px; border: 1px solid var(--line); border-radius: var(--r-full); background: var(--surface); color: var(--ink-2); font: 600 13px var(--font); padding: 0 14px 0 36px; max-width: 100%; text-overflow: ellipsis; cursor: pointer; field-sizing: content; }
    .cmp.on select { background: var(--brand-soft); border-color: transparent; color: var(--brand-ink); }
    .cmp.on .i { color: var(--brand-ink); }
    .cmp select:focus-visible { border-radius: var(--r-full); }
    .cmp option { background: var(--surface); color: var(--ink); }
    [popover] { position: fixed; inset: auto; left: var(--x, 0); top: var(--y, 0); margin: 0; width: min(372px, calc(100vw - 28px)); border: 1px solid var(--line); border-radius: var(--r-l); padding: 16px; background: var(--surface); color: var(--ink); box-shadow: var(--shadow-3); }
    @media (max-width: 720px) {
      :host { gap: 10px; margin-bottom: 12px; }
      .seg { width: 100%; }
      .seg button { flex: 1; padding: 0 4px; font-size: 13px; }
      .only-s { display: inline; }
      .range { flex: 1 1 180px; }
      .range #opener { flex: 1; padding: 0 8px; }
      .range #opener .i { display: none; }
      .cmp { flex: 0 1 auto; max-width: 50%; }
      .cmp select { height: 40px; width: 100%; }
      .sp { display: none; }
      .acts { display: none; }
    }
    @media (max-width: 360px) { .seg button { font-size: 12px; padding: 0; min-width: 0; } .range, .cmp { flex: 1 0 100%; max-width: none; } }
    @media print { :host { display: none; } }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { view } = this;
    if (!view) return nothing;
    return html`<div class="seg" role="group" aria-label=${this.t("usage.range")}>${RANGES.map((range) => html`<button aria-pressed=${range === view.range} @click=${() => this.#choose(range)}>${this.t(`usage.range.${range}`)}</button>`)}</div>
      ${this.#arrows(view)}${this.#comparison(view)}<span class="sp"></span>
      <div class="acts"><button class="btn sm" ?disabled=${!this.ready} @click=${() => this.dispatchEvent(new CustomEvent("vt-csv"))}>${icon("download")}${this.t("usage.csv")}</button>
        <button class="btn sm" ?disabled=${!this.ready} @click=${() => print()}>${icon("printer")}${this.t("usage.print")}</button></div>
      <div id="dates" popover role="dialog" aria-label=${this.t("usage.dates")} @beforetoggle=${this.#place}><vt-usage-dates .dates=${view.dates} .today=${this.#today} .weekStart=${this.weekStart} @vt-view=${this.#picked}></vt-usage-dates></div>`;
  }

  #arrows({ range, dates }: UsageView): TemplateResult {
    const later = hasLater(dates, this.#today);
    const span = spanOf(dates, this.#zone);
    return html`<div class="range">
      <button class="iconbtn s" aria-label=${this.t("usage.earlier")} title=${this.t("usage.earlier")} @click=${() => this.step(-1)}>${icon("chevron-left")}</button>
      <button id="opener" class="btn sm" popovertarget="dates" aria-haspopup="dialog" title=${this.t("usage.dates")}>${icon("calendar")}<span class="hide-s">${rangeWords(range, span, this.now)}</span><span class="only-s">${shortRangeWords(range, span, this.now)}</span></button>
      <button class="iconbtn s" aria-label=${this.t("usage.later")} title=${this.t("usage.later")} ?disabled=${!later} @click=${() => this.step(1)}>${icon("chevron-right")}</button>
      ${later ? html`<button class="iconbtn s" aria-label=${this.t("usage.now")} title=${this.t("usage.now")} @click=${this.#toNow}>${icon("chevrons-right")}</button>` : nothing}</div>`;
  }

  #comparison({ range, compare }: UsageView): TemplateResult {
    const offered = COMPARISONS.filter((each) => !(range === "year" && each === "year"));
    const chosen = offered.includes(compare) ? compare : "prev";
    const words = (each: Comparison): string => {
      if (each === "none") return this.t("usage.compare.none");
      return each === "year" && range !== "year"
        ? this.t(`usage.compare.year.${range}`)
        : this.t(`usage.compare.prev.${range}`);
    };
    return html`<label class="cmp ${chosen === "none" ? "" : "on"}">${icon("arrow-left-right")}<span class="sr">${this.t("usage.compare")}</span>
      <select @change=${(event: Event) => this.#tell({ compare: (event.target as HTMLSelectElement).value as Comparison })}>${offered.map((each) => html`<option value=${each} ?selected=${each === chosen}>${words(each)}</option>`)}</select></label>`;
  }

  /** The range before or after. */
  step(count: 1 | -1): void {
    const { view } = this;
    if (!view || (count > 0 && !hasLater(view.dates, this.#today))) return;
    this.#tell({ dates: moveDates(view.range, view.dates, count) });
  }

  get #zone(): string {
    return this.format.options.zone;
  }

  get #today(): LocalDate {
    return localDateOf(this.now as Instant, this.#zone);
  }

  #tell(change: Partial<UsageView>): void {
    this.dispatchEvent(new CustomEvent<Partial<UsageView>>("vt-view", { detail: change }));
  }

  /** Another kind of range around what is shown now, or around today when that is in sight. */
  #choose(range: RangeName): void {
    const { view } = this;
    if (!view) return;
    if (range === "custom") {
      this.popup.showPopover();
      return;
    }
    const last = addDays(view.dates.until, -1);
    const [anchor = last] = [last, this.#today].sort();
    this.#tell({ range, dates: periodDates(range, anchor, this.weekStart) });
  }

  readonly #toNow = (): void => {
    const { view } = this;
    if (!view) return;
    const range = view.range === "custom" ? "month" : view.range;
    this.#tell({ range, dates: periodDates(range, this.#today, this.weekStart) });
  };

  readonly #picked = ({ detail }: CustomEvent<Partial<UsageView>>): void => {
    this.popup.hidePopover();
    this.#tell(detail);
  };

  readonly #place = (event: Event): void => {
    if ((event as ToggleEvent).newState !== "open") return;
    void import("./usage-dates.js");
    const box = this.opener.getBoundingClientRect();
    const width = Math.min(372, innerWidth - 28);
    this.popup.style.setProperty("--x", `${Math.max(14, Math.min(box.left, innerWidth - width - 14))}px`);
    this.popup.style.setProperty("--y", `${box.bottom + 6}px`);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-usage-bar": UsageBar;
  }
}

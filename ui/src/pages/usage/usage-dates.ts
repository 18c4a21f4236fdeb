import { addDays, type LocalDate } from "@vatio/model";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { textField } from "../../controls/field.js";
import { icon } from "../../controls/icons/icon.js";
import { VatioElement } from "../../controls/vatio-element.js";
import { periodDates } from "./periods.js";
import { customDates, type Dates, moveDates, type RangeName, type UsageView } from "./usage-view.js";
import "../../i18n/areas/usage.js";

/** A range that people often want. */
interface Preset {
  readonly key: "today" | "yesterday" | "week" | "lastWeek" | "month" | "lastMonth" | "year" | "lastYear";
  readonly range: Exclude<RangeName, "custom">;
  readonly back: number;
}

const PRESETS: readonly Preset[] = [
  { key: "today", range: "day", back: 0 },
  { key: "yesterday", range: "day", back: 1 },
  { key: "week", range: "week", back: 0 },
  { key: "lastWeek", range: "week", back: 1 },
  { key: "month", range: "month", back: 0 },
  { key: "lastMonth", range: "month", back: 1 },
  { key: "year", range: "year", back: 0 },
  { key: "lastYear", range: "year", back: 1 },
];

/**
 * Ranges that people often want, and any days.
 * @fires vt-view with the range that was chosen
 */
@customElement("vt-usage-dates")
export class UsageDates extends VatioElement {
  @property({ attribute: false }) dates: Dates | undefined;
  @property() today = "" as LocalDate;
  @property({ type: Number }) weekStart = 1;
  @state() private days = { from: "", to: "" };
  @state() private problem = "";

  static override styles = css`
    :host { display: block; }
    .presets { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; margin-bottom: 14px; }
    .presets .btn { justify-content: flex-start; }
    .form { grid-template-columns: 1fr 1fr; gap: 12px; }
    .form > .btn, .form > .wide { grid-column: 1 / -1; }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("dates") || !this.dates) return;
    this.days = { from: this.dates.from, to: addDays(this.dates.until, -1) };
    this.problem = "";
  }

  protected override render(): TemplateResult {
    const { days } = this;
    return html`<div class="presets">${PRESETS.map((preset) => html`<button class="btn sm ghost" @click=${() => this.#use(preset)}>${this.t(`usage.preset.${preset.key}`)}</button>`)}</div>
      <form class="form" novalidate @submit=${this.#submitted}>
        ${textField({ id: "from", type: "date", label: this.t("usage.from"), value: days.from, onInput: (from) => (this.days = { ...this.days, from }) })}
        ${textField({ id: "to", type: "date", label: this.t("usage.to"), value: days.to, onInput: (to) => (this.days = { ...this.days, to }) })}
        ${this.problem ? html`<div class="field wide"><span class="error" role="alert">${icon("circle-alert")}${this.problem}</span></div>` : nothing}
        <button class="btn primary">${this.t("usage.show")}</button></form>`;
  }

  #use({ range, back }: Preset): void {
    this.#tell({ range, dates: moveDates(range, periodDates(range, this.today, this.weekStart), -back) });
  }

  #tell(change: Partial<UsageView>): void {
    this.dispatchEvent(new CustomEvent<Partial<UsageView>>("vt-view", { detail: change }));
  }

  readonly #submitted = (event: Event): void => {
    event.preventDefault();
    const dates = customDates(this.days.from, this.days.to);
    this.problem = dates ? "" : this.t("usage.badDates");
    if (dates) this.#tell({ range: "custom", dates });
  };
}

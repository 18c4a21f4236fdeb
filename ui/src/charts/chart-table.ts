import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../controls/icons/icon.js";
import { VatioElement } from "../controls/vatio-element.js";
import type { ChartModel } from "./chart-model.js";
import { momentText, stepOf, valueText } from "./chart-words.js";

const PAGE = 100;

/** The data of a chart as a table, newest first, 100 rows at a time. */
@customElement("vt-chart-table")
export class ChartTable extends VatioElement {
  @property({ attribute: false }) model: ChartModel | undefined;
  @property() label = "";
  @state() private page = 0;

  protected override render(): TemplateResult | typeof nothing {
    const { model } = this;
    if (!model) return nothing;
    const rows = [...model.at.keys()]
      .reverse()
      .filter((index) => model.lines.some(({ values }) => values[index] != null));
    const pages = Math.max(1, Math.ceil(rows.length / PAGE));
    const page = Math.min(this.page, pages - 1);
    return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${this.label}><table class="tbl">
        <thead><tr><th scope="col">${this.t("chart.time")}</th>${model.lines.map(({ label, min }) => html`<th scope="col">${label}</th>${min ? html`<th scope="col">${this.t("chart.range")}</th>` : nothing}`)}</tr></thead>
        <tbody>${rows.slice(page * PAGE, (page + 1) * PAGE).map((index) => this.#row(model, index))}</tbody>
      </table></div>
      ${pages > 1 ? this.#pager(page, pages) : nothing}`;
  }

  #row(model: ChartModel, index: number): TemplateResult {
    const scale = { unit: model.unit, step: stepOf(model) };
    const write = (value: number | null | undefined): string => valueText(value, this.format, scale);
    return html`<tr><th scope="row">${momentText(model.at[index] ?? 0, model, this.format)}</th>${model.lines.map(
      ({ values, min, max }) =>
        html`<td>${write(values[index])}</td>${min && max ? html`<td>${this.t("unit.to", { from: write(min[index]), to: write(max[index]) })}</td>` : nothing}`,
    )}</tr>`;
  }

  #pager(page: number, pages: number): TemplateResult {
    return html`<div class="save"><span class="lab">${this.t("chart.page", { page: page + 1, pages })}</span>
      <button class="iconbtn s" aria-label=${this.t("chart.newer")} ?disabled=${page === 0} @click=${() => (this.page = page - 1)}>${icon("chevron-left")}</button>
      <button class="iconbtn s" aria-label=${this.t("chart.older")} ?disabled=${page >= pages - 1} @click=${() => (this.page = page + 1)}>${icon("chevron-right")}</button></div>`;
  }
}

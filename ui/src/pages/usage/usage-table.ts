import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type BarModel, bucketCount, bucketState, totalOf } from "../../charts/bars/bar-model.js";
import type { BarWords } from "../../charts/bars/bars.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { Column, EnergyBucket } from "../../data/api.js";
import "../../i18n/areas/usage.js";

/** The bars as a table, newest first, with a row of totals; what a row holds more of can be opened. */
@customElement("vt-usage-table")
export class UsageTable extends VatioElement {
  @property({ attribute: false }) model: BarModel | undefined;
  @property({ attribute: false }) words: BarWords | undefined;
  @property({ attribute: false }) used: Column = [];
  @property() bucket: EnergyBucket = "day";
  /** Address of what a row opens. */
  @property({ attribute: false }) href: ((index: number) => string | undefined) | undefined;

  static override styles = css`
    :host { display: block; margin-top: 10px; }
    .tw { max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: var(--r-m); }
    table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
    th, td { text-align: right; padding: 9px 14px; border-top: 1px solid var(--line); white-space: nowrap; font-weight: 500; }
    thead th { position: sticky; top: 0; background: var(--surface-2); border-top: 0; font-size: 13px; color: var(--muted); z-index: 1; }
    tbody th, tfoot th { text-align: left; font-weight: 550; position: sticky; left: 0; background: var(--surface); z-index: 1; }
    thead th:first-child { text-align: left; left: 0; z-index: 2; }
    tfoot th, tfoot td { position: sticky; bottom: 0; background: var(--surface-2); font-weight: 640; z-index: 1; }
    tfoot th { z-index: 2; }
    .u { font-weight: 640; }
    .nd { color: var(--muted); }
    small { color: var(--muted); font-size: 12.5px; margin-left: 6px; }
    a { text-decoration: underline; text-decoration-color: var(--line-strong); text-underline-offset: 3px; }
    @media (max-width: 720px) { th, td { padding: 10px; } }
    @media print { .tw { max-height: none; overflow: visible; border: 0; } thead th, tbody th, tfoot th, tfoot td { position: static; } th, td { padding: 4px 6px; font-size: 11px; } }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { model, words } = this;
    if (!model || !words) return nothing;
    const rows = Array.from({ length: bucketCount(model) }, (_, index) => index).filter(
      (index) => bucketState(model, index) !== "future",
    );
    return html`<div class="tw" tabindex="0" role="region" aria-label=${this.t("usage.table")}><table>
      <thead><tr><th scope="col">${this.t(`usage.col.${this.bucket}`)}</th><th scope="col">${this.t("usage.col.used")}</th>${model.series.map(({ label }) => html`<th scope="col">${label}</th>`)}
        ${model.before ? html`<th scope="col">${this.t("usage.col.before")}</th><th scope="col">${this.t("usage.col.difference")}</th>` : nothing}</tr></thead>
      <tbody>${[...rows].reverse().map((index) => this.#row(model, words, index))}</tbody>
      <tfoot>${this.#totals(model, rows.length)}</tfoot></table></div>`;
  }

  #row(model: BarModel, words: BarWords, index: number): TemplateResult {
    const state = bucketState(model, index);
    const used = this.used[index] ?? null;
    const before = model.before?.values[index] ?? null;
    const href = this.href?.(index);
    const name = words.name(index);
    const flag = flagOf(model, index);
    const cells =
      state === "gap" || state === "before"
        ? html`<td class="nd" colspan=${model.series.length + 1}>${this.t(state === "gap" ? "state.noData" : "bars.before")}</td>`
        : html`<td class="u">${this.#kwh(used)}</td>${model.series.map(({ values }) => html`<td>${this.#kwh(values[index])}</td>`)}`;
    return html`<tr><th scope="row">${href ? html`<a href=${href}>${name}</a>` : name}${flag ? html`<small>${this.t(flag)}</small>` : nothing}</th>${cells}
      ${model.before ? html`<td>${this.#kwh(before)}</td><td>${state === "whole" && used !== null && before !== null ? this.#difference(used - before) : ""}</td>` : nothing}</tr>`;
  }

  #totals(model: BarModel, count: number): TemplateResult {
    const sum = (values: Column): string => this.#kwh(totalOf(values, count));
    return html`<tr><th scope="row">${this.t("usage.col.total")}</th><td>${sum(this.used)}</td>${model.series.map(({ values }) => html`<td>${sum(values)}</td>`)}
      ${model.before ? html`<td>${sum(model.before.values)}</td><td></td>` : nothing}</tr>`;
  }

  /** Always two decimals, so that a column can be read down. */
  #kwh(wh: number | null | undefined): string {
    return wh == null ? "–" : this.format.number(wh / 1_000, 2);
  }

  #difference(wh: number): string {
    return wh > 0 ? `+${this.#kwh(wh)}` : this.#kwh(wh);
  }
}

function flagOf({ corrected, estimated }: BarModel, index: number): "bars.corrected" | "bars.estimated" | undefined {
  if (corrected?.[index]) return "bars.corrected";
  return estimated?.[index] ? "bars.estimated" : undefined;
}

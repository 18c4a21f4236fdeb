import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { Plugin } from "../../../data/api.js";
import { counterName, counterReason } from "../counter-words.js";
import { isRejection } from "./plugin-words.js";

type Counted = Plugin["counters"][number];

/** What was rejected, and what else was counted, with the reason of each. */
@customElement("vt-plugin-counters")
export class PluginCounters extends VatioElement {
  @property({ attribute: false }) plugin: Plugin | undefined;

  static override styles = css`
    :host { display: grid; align-content: start; }
    .tbl + .lab { margin-top: 20px; }
    .lab { margin-bottom: 8px; }
    .tbl tfoot th, .tbl tfoot td { border-top: 1px solid var(--line); padding: 10px 0; color: var(--ink); font-size: 14px; font-weight: 640; }
    th { overflow-wrap: anywhere; }
  `;

  protected override render(): TemplateResult | typeof nothing {
    if (!this.plugin) return nothing;
    const counters = [...this.plugin.counters].sort((a, b) => b.count - a.count);
    const rejected = counters.filter(({ name }) => isRejection(name));
    const others = counters.filter(({ name }) => !isRejection(name));
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("counted.title")}</h2></header>
      ${rejected.length === 0 ? html`<p class="lab">${this.t("counted.none")}</p>` : this.#table(this.t("counted.rejected"), rejected)}
      ${others.length === 0 ? nothing : html`<p class="lab">${this.t("counted.other")}</p>${this.#table(this.t("counted.other"), others)}`}
    </section>`;
  }

  #table(label: string, counters: readonly Counted[]): TemplateResult {
    const sum = counters.reduce((total, { count }) => total + count, 0);
    const isRejected = counters.every(({ name }) => isRejection(name));
    return html`<table class="tbl" aria-label=${label}>
      <thead><tr><th scope="col">${this.t("counted.reason")}</th><th scope="col">${this.t("counted.count")}</th></tr></thead>
      <tbody>${counters.map(({ name, reason, count }) => html`<tr><th scope="row">${counterReason(reason)}${isRejected ? nothing : html`<span class="sub">${counterName(name)}</span>`}</th><td>${this.format.number(count)}</td></tr>`)}</tbody>
      ${isRejected && counters.length > 1 ? html`<tfoot><tr><th scope="row">${this.t("counted.all")}</th><td>${this.format.number(sum)}</td></tr></tfoot>` : nothing}
    </table>`;
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { cssVars } from "../../controls/css-vars.js";
import { HubElement } from "../../controls/hub-element.js";
import type { Point } from "../../data/api.js";
import { imbalance } from "./measures.js";

const LIMIT = 0.1;
const SCALE = 0.15;
const COLUMNS = [
  { metric: "voltage_v", head: "V", decimals: 1, divisor: 1 },
  { metric: "current_a", head: "A", decimals: 2, divisor: 1 },
  { metric: "power_w", head: "kW", decimals: 2, divisor: 1_000 },
  { metric: "power_factor", head: "PF", decimals: 2, divisor: 1 },
] as const;

/** What each phase carries, and how unevenly. */
@customElement("vt-phases-card")
export class PhasesCard extends HubElement {
  @property({ attribute: false }) phases: readonly Point[] = [];
  readonly #readings = new ReadingsController(this, () => this.client);

  static override styles = css`
    :host { display: flex; flex: 1; }
    .card { flex: 1; }
    table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14.5px; }
    thead th { font-weight: 500; font-size: 13px; color: var(--muted); text-align: right; padding: 0 0 6px; }
    td { text-align: right; font-weight: 600; padding: 9px 0; border-top: 1px solid var(--line); }
    tbody th { text-align: left; font-weight: 640; border-top: 1px solid var(--line); white-space: nowrap; }
    tbody th i { display: inline-block; width: 11px; height: 11px; border-radius: 3.5px; background: var(--c); margin-right: 9px; vertical-align: -1px; }
    .imb { padding-top: 14px; }
    .imb > div:first-child { display: flex; justify-content: space-between; align-items: baseline; }
    .imb b { font-weight: 640; }
    .ends { position: relative; display: flex; justify-content: space-between; color: var(--muted); font-size: 12.5px; margin-top: 8px; }
    .ends span:nth-child(2) { position: absolute; left: 66.6%; transform: translateX(-50%); }
  `;

  protected override willUpdate(): void {
    this.#readings.watch(this.phases.map(({ id }) => id));
  }

  protected override render(): TemplateResult {
    const columns = COLUMNS.filter(({ metric }) =>
      this.phases.some(({ id }) => this.#readings.value(id, metric) !== undefined),
    );
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("phases.title")}</h2></header>
      <table><thead><tr><th scope="col"><span class="sr">${this.t("phases.phase")}</span></th>${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}</tr></thead>
        <tbody>${this.phases.map(({ id, phase }) => html`<tr><th scope="row"><i ${cssVars({ "--c": `var(--l${phase ?? 1})` })}></i>L${phase}</th>${columns.map(({ metric, decimals, divisor }) => html`<td>${this.#write(id, metric, { decimals, divisor })}</td>`)}</tr>`)}</tbody></table>
      ${this.#imbalance()}</section>`;
  }

  #write(
    id: string,
    metric: string,
    { decimals, divisor }: { readonly decimals: number; readonly divisor: number },
  ): string {
    const value = this.#readings.value(id, metric);
    return value === undefined ? "–" : this.format.number(value / divisor, decimals);
  }

  #imbalance(): TemplateResult | typeof nothing {
    const currents = this.phases
      .map(({ id }) => this.#readings.value(id, "current_a"))
      .filter((value) => value !== undefined);
    const share = currents.length === this.phases.length ? imbalance(currents) : undefined;
    if (share === undefined) return nothing;
    return html`<div class="imb ${share > LIMIT ? "outside" : ""}"><div><span class="lab">${this.t("phases.imbalance")}</span><b class="num">${this.format.percent(share, 1)}</b></div>
      <div class="track" aria-hidden="true"><i class="ok" ${cssVars({ "--width": "66.6%" })}></i><i class="m" ${cssVars({ "--at": `${Math.min(99, (share / SCALE) * 100).toFixed(1)}%` })}></i></div>
      <div class="ends" aria-hidden="true"><span>0</span><span>${this.t("phases.limit", { limit: this.format.percent(LIMIT) })}</span><span>${this.format.percent(SCALE)}</span></div></div>`;
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { totalOf } from "../../charts/bars/bar-model.js";
import { cssVars } from "../../controls/css-vars.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard } from "../../controls/templates.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { Point, Usage } from "../../data/api.js";
import { type DeviceSplit, type DeviceUsage, deviceSplit } from "./usage-model.js";
import "../../i18n/areas/usage.js";

/** Less would be written as 0%. */
const LEAST_SHARE = 0.005;

/** What each device used of all, the largest first; what none measured; and what does not add up. */
@customElement("vt-device-ranking")
export class DeviceRanking extends VatioElement {
  @property({ attribute: false }) usage: Usage | undefined;
  @property({ attribute: false }) points: readonly Point[] = [];
  /** Query that opens the same range on the page of a device. */
  @property() range = "";
  @state() private open = false;

  static override styles = css`
    :host { display: flex; min-width: 0; }
    .card { flex: 1; }
    ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 13px 40px; }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto 48px; gap: 5px 10px; align-items: baseline; font-size: 14.5px; }
    .n { font-weight: 550; color: var(--ink); min-width: 0; overflow-wrap: anywhere; }
    a.n:hover { text-decoration: underline; text-underline-offset: 3px; }
    b { font-weight: 640; font-variant-numeric: tabular-nums; }
    .s { color: var(--muted); font-size: 13px; text-align: right; font-variant-numeric: tabular-nums; }
    .bar { grid-column: 1 / 4; height: 9px; border-radius: 4.5px; margin: 0; }
    .bar i { border-radius: 4.5px; background: var(--c); }
    .bar i.hatch { background: repeating-linear-gradient(135deg, var(--untracked) 0 2px, transparent 2px 6px); transform: none; width: calc(var(--share) * 100%); }
    button.n { border: 0; background: none; padding: 0; text-align: left; display: inline-flex; gap: 6px; align-items: center; min-height: 28px; margin: -4px 0; }
    button.n .i { width: 16px; height: 16px; color: var(--muted); transition: transform var(--t-hover); }
    button.n[aria-expanded="true"] .i { transform: rotate(180deg); }
    @media print { ul { grid-template-columns: repeat(2, 1fr); gap: 8px 30px; } .bar { height: 6px; } }
    .note + .note { margin-top: 8px; }
    .note a { text-decoration: underline; text-underline-offset: 2px; font-weight: 600; color: var(--brand-ink); }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { usage } = this;
    if (!usage) return nothing;
    const split = deviceSplit(usage, this.points);
    const isEmpty = usage.balance.usedWh.every((value) => value === null);
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("usage.byDevice")}</h2><span class="sp"></span><span class="lab">kWh</span></header>
      ${isEmpty || split.devices.length === 0 ? this.#empty(isEmpty) : this.#list(usage, split)}
      ${this.#findings(usage)}</section>`;
  }

  #empty(isEmpty: boolean): TemplateResult {
    if (isEmpty) return emptyCard({ icon: "chart-column", title: this.t("usage.empty") });
    return emptyCard({ icon: "plug", title: this.t("usage.noDevices"), text: this.t("usage.noDevicesText") });
  }

  #list({ balance }: Usage, { devices, others, untracked }: DeviceSplit): TemplateResult {
    const used = totalOf(balance.usedWh) ?? 0;
    const rest = totalOf(untracked) ?? 0;
    const shown = devices.filter(({ total }) => total > 0);
    const more = others.reduce((sum, { total }) => sum + total, 0);
    const most = Math.max(rest, more, ...shown.map(({ total }) => total), 1);
    const scale = { used, most };
    return html`<ul>${shown.map((device) => this.#device(device, scale))}
      ${rest > used * 0.001 ? html`<li title=${this.t("usage.untrackedNote")}><span class="n">${this.t("usage.untracked")}</span>${this.#figures(rest, scale)}<span class="bar"><i class="hatch" ${cssVars({ "--share": rest / most })}></i></span></li>` : nothing}
      ${others.length > 0 ? this.#others(others, more, scale) : nothing}</ul>`;
  }

  #others(
    others: readonly DeviceUsage[],
    total: number,
    scale: { readonly used: number; readonly most: number },
  ): TemplateResult {
    return html`<li><button class="n" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}>${this.t("usage.others", { n: others.length })}${icon("chevron-down")}</button>${this.#figures(total, scale)}${this.#bar(total, "--untracked", scale)}</li>
      ${this.open ? others.map((device) => this.#device(device, scale)) : nothing}`;
  }

  #device(
    { point, color, total }: DeviceUsage,
    scale: { readonly used: number; readonly most: number },
  ): TemplateResult {
    const name = point.device
      ? html`<a class="n" href="/devices/${encodeURIComponent(point.device)}?${this.range}&p=${encodeURIComponent(point.id)}">${point.name}</a>`
      : html`<span class="n">${point.name}</span>`;
    return html`<li>${name}${this.#figures(total, scale)}${this.#bar(total, color, scale)}</li>`;
  }

  #figures(total: number, { used }: { readonly used: number }): TemplateResult {
    return html`<b>${this.format.scaled(total, "Wh", { unit: "kWh", divisor: 1_000 }).value}</b><span class="s">${used > 0 ? this.#share(total / used) : ""}</span>`;
  }

  /** Little is not nothing. */
  #share(share: number): string {
    return share > 0 && share < LEAST_SHARE ? `<${this.format.percent(0.01)}` : this.format.percent(share);
  }

  #bar(total: number, color: string, { most }: { readonly most: number }): TemplateResult {
    return html`<span class="bar"><i ${cssVars({ "--share": (total / most).toFixed(4), "--c": `var(${color})` })}></i></span>`;
  }

  /** Children that used more than the point above them: something is assigned the wrong way, or reversed. */
  #findings({ findings }: Usage): TemplateResult | typeof nothing {
    const excess = new Map<string, number>();
    for (const { point, excessWh } of findings) excess.set(point, (excess.get(point) ?? 0) + excessWh);
    if (excess.size === 0) return nothing;
    return html`<div class="note rule"><div>${[...excess].slice(0, 3).map(([id, wh]) => this.#finding(id, wh))}</div></div>`;
  }

  #finding(id: string, wh: number): TemplateResult | typeof nothing {
    const point = this.points.find((each) => each.id === id);
    if (!point) return nothing;
    const { name, device } = point;
    return html`<p class="note">${icon("info")}<span>${this.t("usage.finding", { name, excess: this.format.quantity(wh, "Wh") })}
      ${device ? html` <a href="/devices/${encodeURIComponent(device)}?${this.range}&p=${encodeURIComponent(id)}">${this.t("usage.findingSee", { name })}</a>` : nothing}</span></p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-device-ranking": DeviceRanking;
  }
}

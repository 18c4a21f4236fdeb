import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cssVars } from "../../../controls/css-vars.js";
import { icon } from "../../../controls/icons/icon.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { System } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";

type Store = System["store"];

const DAYS_PER_YEAR = 365;
const SHORT_DAYS = 30;
const MOST_YEARS = 10;

/** What is stored, how much room is left and how long it lasts. */
@customElement("vt-storage-card")
export class StorageCard extends VatioElement {
  @property({ attribute: false }) store: Store | undefined;

  static override styles = css`
    .fill { display: flex; gap: 3px; height: 10px; margin: 2px 0 10px; }
    .fill i { border-radius: 5px; background: var(--surface-3); flex: var(--n) 1 0; min-width: 0; }
    .fill .used { background: var(--brand); min-width: 6px; }
    .short .fill .used { background: var(--bad-mark); }
    .legend { margin-bottom: 6px; }
    .left { font-size: 14.5px; font-weight: 600; }
    .short .left { color: var(--bad); }
    .pairs { margin-top: 14px; padding-top: 8px; border-top: 1px solid var(--line); }
    .sw.free { background: var(--surface-3); border: 1px solid var(--line-strong); }
    .sw { --c: var(--brand); }
    .hint { margin-bottom: 14px; }
    ul { margin: 6px 0 0; padding-left: 18px; font-size: 13px; color: var(--ink-2); overflow-wrap: anywhere; }
    details summary { cursor: pointer; min-height: 40px; display: flex; align-items: center; gap: 8px; font-size: 14px; font-weight: 600; }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { store } = this;
    if (!store) return nothing;
    const { bytesOnDisk, freeBytes, daysLeft, blocked } = store;
    const isShort = blocked !== undefined || (daysLeft !== undefined && daysLeft < SHORT_DAYS);
    return html`<section class="card ${isShort ? "short" : ""}" aria-labelledby="h"><header><h2 id="h">${this.t("system.storage")}</h2></header>
      ${blocked ? html`<div class="hint bad" role="alert">${icon("circle-alert")}<div><b>${this.t("system.blocked")}.</b> ${i18n.text(blocked)}</div></div>` : nothing}
      <div class="fill" aria-hidden="true"><i class="used" ${cssVars({ "--n": bytesOnDisk })}></i><i ${cssVars({ "--n": freeBytes })}></i></div>
      <div class="legend"><span><i class="sw"></i>${this.t("system.used")} <b>${this.format.bytes(bytesOnDisk)}</b></span><span><i class="sw free"></i>${this.t("system.free")} <b>${this.format.bytes(freeBytes)}</b></span></div>
      <p class="left">${this.#lasts(daysLeft)}</p>
      <p class="lab">${this.t("system.otherUse")}</p>
      <dl class="pairs"><dt>${this.t("system.rows")}</dt><dd>${this.format.number(store.rows)}</dd><dt>${this.t("system.pending")}</dt><dd>${this.format.number(store.pendingRows)}</dd></dl>
      ${this.#repairs(store)}</section>`;
  }

  #lasts(days: number | undefined): string {
    if (days === undefined) return this.t("system.daysUnknown");
    const years = Math.floor(days / DAYS_PER_YEAR);
    if (years >= 2) return this.t("system.yearsLeft", { years: Math.min(years, MOST_YEARS) });
    return this.t("system.daysLeft", { days: Math.floor(days) });
  }

  #repairs({ repairs }: Store): TemplateResult {
    if (repairs.length === 0)
      return html`<p class="note rule">${icon("circle-check")}${this.t("system.noRepairs")}</p>`;
    return html`<details class="note-rule"><summary>${this.t("system.repairs")} <span class="cnt">${repairs.length}</span></summary><ul>${repairs.map((repair) => html`<li>${repair}</li>`)}</ul></details>`;
  }
}

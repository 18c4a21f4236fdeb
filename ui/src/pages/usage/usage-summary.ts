import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../../controls/icons/icon.js";
import { figure } from "../../controls/templates.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { UsageAnswer } from "./usage-data.js";
import { figuresOf } from "./usage-model.js";
import { rangeWords } from "./usage-words.js";
import "../../i18n/areas/usage.js";

/** A change that would be written as 0%. */
const SAME = 0.005;

/** How much was used, and whether that is more or less than at another time. */
@customElement("vt-usage-summary")
export class UsageSummary extends VatioElement {
  @property({ attribute: false }) answer: UsageAnswer | undefined;
  @property({ type: Number }) now = 0;

  static override styles = css`
    :host { display: block; }
    h2 { margin-bottom: 8px; }
    .two { display: flex; gap: 4px 8px; align-items: center; margin-top: 10px; flex-wrap: wrap; }
    .two .lab { font-size: 13px; }
    .delta { display: inline-flex; gap: 5px; align-items: center; font-size: 14px; font-weight: 650; color: var(--good); white-space: nowrap; }
    .delta.up { color: var(--warn); }
    .delta.same { color: var(--ink-2); }
    .delta .i { width: 16px; height: 16px; stroke-width: 2.2; }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { answer } = this;
    if (!answer) return nothing;
    const { used } = figuresOf(answer.usage);
    return html`<h2 class="lab">${this.#heading(answer)}</h2>
        <div class="big">${used === undefined ? "–" : figure(this.format.scaled(used, "Wh"))}</div>
        ${this.#change(answer)}`;
  }

  #heading({ view, span }: UsageAnswer): string {
    const isRunning = span.from <= this.now && this.now < span.to;
    if (isRunning) return this.t(`usage.soFar.${view.range}`);
    return this.t("usage.usedIn", { range: rangeWords(view.range, span, this.now) });
  }

  #change({ change, view, span }: UsageAnswer): TemplateResult | typeof nothing {
    if (!change || view.compare === "none") return nothing;
    const value = this.format.quantity(change.before, "Wh");
    const isRunning = span.from <= this.now && this.now < span.to;
    const by = view.compare === "year" && view.range !== "year" ? "year" : "prev";
    const words = this.t(isRunning ? `usage.by.${by}` : `usage.was.${by}`, { value });
    if (change.share === undefined)
      return html`<div class="two"><span class="lab">${this.t("usage.notCompared")}</span></div>`;
    return html`<div class="two">${this.#delta(change.share)}<span class="lab">${words}</span></div>`;
  }

  #delta(change: number): TemplateResult {
    const share = this.format.percent(Math.abs(change));
    if (Math.abs(change) < SAME) return html`<span class="delta same">${this.t("usage.same")}</span>`;
    const up = change > 0;
    return html`<span class="delta ${up ? "up" : ""}">${icon(up ? "trending-up" : "trending-down")}<span aria-hidden="true">${share}</span><span class="sr">${up ? this.t("usage.more", { share }) : this.t("usage.less", { share })}</span></span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-usage-summary": UsageSummary;
  }
}

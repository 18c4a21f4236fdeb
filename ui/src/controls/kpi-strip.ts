import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cssVars } from "./css-vars.js";
import { figure } from "./templates.js";
import { VatioElement } from "./vatio-element.js";

/** A figure with its meaning: where it is normal, and where it stands. Shares are 0 to 1. */
export interface Kpi {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  /** One line that says what is normal. */
  readonly note: string;
  readonly track?: { readonly from: number; readonly to: number; readonly mark: number };
  readonly outside?: boolean;
}

/** Figures side by side, two in a row on the phone. */
@customElement("vt-kpi-strip")
export class KpiStrip extends VatioElement {
  @property({ attribute: false }) items: readonly Kpi[] = [];
  @property() label = "";

  static override styles = css`
    :host { display: block; }
    section { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); background: var(--surface); border: 1px solid var(--line); border-radius: var(--r-l); overflow: hidden; box-shadow: var(--shadow-1); }
    .kpi { padding: 17px 18px 16px; border-left: 1px solid var(--line); min-width: 0; }
    .kpi:first-child { border-left: 0; }
    .v { color: var(--live-ink); font-size: 25px; font-weight: 620; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; line-height: 1.2; margin-top: 3px; white-space: nowrap; }
    .v small { font-size: 14px; color: var(--muted); font-weight: 550; letter-spacing: 0; margin-left: 5px; }
    .track { position: relative; height: 6px; border-radius: 3px; background: var(--surface-3); margin-top: 11px; }
    .ok { position: absolute; top: 0; bottom: 0; left: var(--from); width: var(--width); border-radius: 3px; background: color-mix(in oklch, var(--brand) 34%, var(--surface)); }
    .m { position: absolute; top: -3px; left: var(--at); width: 4px; height: 12px; border-radius: 2px; background: var(--ink); transform: translateX(-50%); box-shadow: 0 0 0 2px var(--surface); transition: left var(--t-flow) ease-out; }
    .outside .m { background: var(--bad-mark); }
    .h { font-size: 12.5px; color: var(--muted); margin-top: 8px; }
    .outside .h { color: var(--bad); font-weight: 560; }
    .plain .h { margin-top: 25px; }
    @media (max-width: 1000px) { section { grid-template-columns: repeat(3, minmax(0, 1fr)); } .kpi:nth-child(n + 4) { border-top: 1px solid var(--line); } .kpi:nth-child(3n + 1) { border-left: 0; } .kpi:last-child:nth-child(3n + 2) { grid-column: span 2; } }
    @media (max-width: 720px) {
      section { grid-template-columns: repeat(2, 1fr); }
      .kpi { padding: 14px 16px; border-left: 1px solid var(--line) !important; }
      .kpi:nth-child(odd) { border-left: 0 !important; }
      .kpi:nth-child(n + 3) { border-top: 1px solid var(--line); }
      .kpi:last-child:nth-child(odd) { grid-column: 1 / -1; }
    }
  `;

  protected override render(): TemplateResult {
    return html`<section aria-label=${this.label} ${cssVars({ "--n": this.items.length })}>${this.items.map((item) => this.#kpi(item))}</section>`;
  }

  #kpi({ label, value, unit, note, track, outside = false }: Kpi): TemplateResult {
    return html`<div class="kpi ${outside ? "outside" : ""} ${track || this.items.every((item) => !item.track) ? "" : "plain"}"><div class="lab">${label}</div><div class="v">${figure({ value, unit })}</div>
      ${
        track
          ? html`<div class="track" aria-hidden="true"><i class="ok" ${cssVars({ "--from": percent(track.from), "--width": percent(track.to - track.from) })}></i><i class="m" ${cssVars({ "--at": percent(track.mark) })}></i></div>`
          : nothing
      }<div class="h">${note}</div></div>`;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

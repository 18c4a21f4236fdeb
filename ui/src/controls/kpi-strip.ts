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
  `;

  protected override render(): TemplateResult {
    return html`<section class="kpi-strip" aria-label=${this.label} ${cssVars({ "--n": this.items.length })}>${this.items.map((item) => this.#kpi(item))}</section>`;
  }

  #kpi({ label, value, unit, note, track, outside = false }: Kpi): TemplateResult {
    return html`<div class="kpi ${outside ? "outside" : ""}"><div class="lab">${label}</div><div class="v">${figure({ value, unit })}</div>
      ${
        track
          ? html`<div class="track" aria-hidden="true"><i class="ok" ${cssVars({ "--from": percent(track.from), "--width": percent(track.to - track.from) })}></i><i class="m" ${cssVars({ "--at": percent(track.mark) })}></i></div>`
          : nothing
      }<div class="h">${note}</div></div>`;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

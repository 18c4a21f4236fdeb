import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { UsageAnswer } from "./usage-data.js";
import { coverageOf, figuresOf, type UsageFigures } from "./usage-model.js";
import "../../i18n/areas/usage.js";

/** How much came from the grid and from the sun, how much went out, and how much of it all is known. */
@customElement("vt-usage-facts")
export class UsageFacts extends VatioElement {
  @property({ attribute: false }) answer: UsageAnswer | undefined;
  @property({ type: Number }) now = 0;
  @property({ type: Number }) since: number | undefined;

  static override styles = css`
    :host { display: block; }
    .facts { gap: 16px 28px; flex-wrap: wrap; }
    .facts dd { white-space: nowrap; }
    .facts dd.s { font-size: 13px; font-weight: 500; color: var(--muted); letter-spacing: 0; white-space: normal; max-width: 132px; line-height: 1.35; }
    @media (max-width: 720px) { .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); } .facts dd.s { max-width: none; } }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { answer } = this;
    return answer ? html`<dl class="facts">${this.#facts(answer, figuresOf(answer.usage))}</dl>` : nothing;
  }

  #facts({ usage }: UsageAnswer, { sun, exported, gridImport }: UsageFigures): TemplateResult[] {
    const write = (value: number): string => this.format.quantity(value, "Wh");
    const fact = (name: string, value: string, note: string): TemplateResult =>
      html`<div><dt>${name}</dt><dd>${value}</dd>${note ? html`<dd class="s">${note}</dd>` : nothing}</div>`;
    const { share, missing } = coverageOf(usage, { now: this.now, since: this.since });
    const net = (gridImport ?? 0) - (exported ?? 0);
    return [
      ...(gridImport === undefined
        ? []
        : [
            fact(
              this.t("usage.bought"),
              write(gridImport),
              exported === undefined
                ? ""
                : this.t(net >= 0 ? "usage.net" : "usage.netOut", { value: write(Math.abs(net)) }),
            ),
          ]),
      ...(exported === undefined ? [] : [fact(this.t("usage.exportedFact"), write(exported), "")]),
      ...(sun
        ? [
            fact(
              this.t("usage.sun"),
              this.format.percent(sun.share),
              sun.stored > 0
                ? this.t("usage.sunParts", { direct: write(sun.direct), stored: write(sun.stored) })
                : this.t("usage.sunDirect", { direct: write(sun.direct) }),
            ),
          ]
        : []),
      ...(share === undefined
        ? []
        : [
            fact(
              this.t("usage.data"),
              this.format.percent(Math.floor(share * 100) / 100),
              [this.t("usage.dataOf"), missing > 0 ? this.t(`usage.missing.${usage.bucket}`, { n: missing }) : ""]
                .filter(Boolean)
                .join(", "),
            ),
          ]),
    ];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-usage-facts": UsageFacts;
  }
}

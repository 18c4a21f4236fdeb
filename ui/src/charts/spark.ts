import { css, html, nothing, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { VatioElement } from "../controls/vatio-element.js";
import { sparkPath } from "./spark-path.js";

/** A small line without axes: the last minutes beside a figure. Decorative; the figure says the value. */
@customElement("vt-spark")
export class Spark extends VatioElement {
  /** Evenly spaced; null is a gap. */
  @property({ attribute: false }) values: readonly (number | null)[] = [];
  /** Fills below the line. */
  @property({ type: Boolean }) filled = false;
  #width = 0;
  #height = 0;
  readonly #size = new ResizeObserver(([entry]) => {
    this.#width = entry?.contentRect.width ?? 0;
    this.#height = entry?.contentRect.height ?? 0;
    this.requestUpdate();
  });

  static override styles = css`
    :host { display: block; height: 34px; min-width: 0; }
    svg { display: block; width: 100%; height: 100%; overflow: visible; }
    .line { fill: none; stroke: var(--brand); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .end { fill: var(--brand); stroke: var(--surface); stroke-width: 2; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#width < 10) return nothing;
    const path = sparkPath(this.values, { width: this.#width, height: this.#height });
    if (!path) return nothing;
    return html`<svg viewBox="0 0 ${this.#width} ${this.#height}" aria-hidden="true">
      ${
        this.filled
          ? svg`<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="var(--brand)" stop-opacity="0.22"/><stop offset="1" stop-color="var(--brand)" stop-opacity="0"/></linearGradient></defs><path d=${path.area} fill="url(#g)"/>`
          : nothing
      }
      <path class="line" d=${path.line}></path>
      ${path.end ? svg`<circle class="end" cx=${path.end.x} cy=${path.end.y} r="4.5"/>` : nothing}
    </svg>`;
  }
}

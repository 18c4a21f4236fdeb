import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "./icons/icon.js";
import { errorText } from "./templates.js";
import { type ElementErrorDetail, VatioElement } from "./vatio-element.js";

/**
 * Keeps the failure of what it holds to itself: shows a card with a message and a button instead.
 *
 * @slot - what may fail
 * @fires vt-retry when the person wants another attempt
 */
@customElement("vt-boundary")
export class Boundary extends VatioElement {
  /** Whose fault it would be: the name of a plugin. */
  @property() owner = "";
  @state() private error: unknown;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("vt-element-error", this.#caught);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("vt-element-error", this.#caught);
  }

  static override styles = css`
    :host { display: grid; min-width: 0; }
  `;

  /** Shows the card for an error that did not come as an event: a module that does not load. */
  fail(error: unknown): void {
    this.error = error;
  }

  protected override render(): TemplateResult {
    // The guarded element stays in the document: it heals with its next property change.
    return html`${this.error === undefined ? "" : this.#card()}<slot ?hidden=${this.error !== undefined}></slot>`;
  }

  #card(): TemplateResult {
    return html`<div class="card"><div class="blank" role="alert">
      <span class="ico bad">${icon("circle-alert")}</span>
      <b>${this.owner ? this.t("boundary.plugin", { name: this.owner }) : this.t("state.failed")}</b>
      <p>${this.owner && this.error instanceof Error ? this.error.message : errorText(this.error)}</p>
      <button class="btn" @click=${this.#retry}>${icon("rotate-cw")}${this.t("action.retry")}</button>
    </div></div>`;
  }

  readonly #caught = (event: Event): void => {
    event.stopPropagation();
    this.error = (event as CustomEvent<ElementErrorDetail>).detail.error;
  };

  readonly #retry = (): void => {
    this.error = undefined;
    this.dispatchEvent(new CustomEvent("vt-retry"));
  };
}

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { icon } from "./icons/icon.js";
import { VatioElement } from "./vatio-element.js";

/**
 * A modal dialog on the native one: focus stays inside, Esc closes, focus returns. With `side` it is a drawer; on the
 * phone both are sheets at the foot.
 *
 * @slot - content
 * @slot foot - buttons
 * @fires vt-close when the person closes it
 */
@customElement("vt-dialog")
export class Dialog extends VatioElement {
  @property({ type: Boolean, reflect: true }) open = false;
  @property({ type: Boolean, reflect: true }) side = false;
  @property() heading = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  static override styles = css`
    dialog { border: 1px solid var(--line); padding: 0; color: var(--ink); background: var(--surface); border-radius: var(--r-l); box-shadow: var(--shadow-3); width: min(620px, calc(100vw - 32px)); max-height: calc(100dvh - 48px); }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: var(--scrim); }
    .head { display: flex; align-items: center; gap: 12px; padding: 18px 16px 0 22px; }
    .head h2 { font-size: 19px; font-weight: 660; letter-spacing: -0.02em; flex: 1; }
    .body { padding: 14px 22px 20px; overflow: auto; }
    .foot { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; padding: 14px 22px; border-top: 1px solid var(--line); }
    :host([side]) dialog { margin: 0 0 0 auto; height: 100dvh; max-height: 100dvh; width: min(460px, 100vw); border-radius: var(--r-l) 0 0 var(--r-l); }
    :host([side]) .body { flex: 1; }
    @media (prefers-reduced-motion: no-preference) {
      dialog[open] { animation: vt-rise var(--t-dialog) ease-out; }
      @keyframes vt-rise { from { opacity: 0; transform: translateY(8px); } }
    }
    @media (max-width: 720px) {
      dialog, :host([side]) dialog { width: 100%; max-width: 100%; height: fit-content; margin: auto 0 0; border-radius: 22px 22px 0 0; max-height: calc(100dvh - 28px); }
      .head { padding: 16px 10px 0 16px; }
      .body { padding: 12px 16px 16px; }
      .foot { padding: 12px 16px max(14px, env(safe-area-inset-bottom)); }
      ::slotted(.btn) { flex: 1; height: 46px; }
    }
  `;

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="h" @close=${this.#closed} @click=${this.#clicked}>
      ${
        this.open
          ? html`<div class="head"><h2 id="h">${this.heading}</h2><button class="iconbtn bare" aria-label=${this.t("action.close")} @click=${() => this.dialog.close()}>${icon("x")}</button></div>
            <div class="body"><slot></slot></div>
            ${this.querySelector(':scope > [slot="foot"]') ? html`<div class="foot"><slot name="foot"></slot></div>` : nothing}`
          : nothing
      }
    </dialog>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("open")) return;
    if (this.open && !this.dialog.open) this.dialog.showModal();
    else if (!this.open && this.dialog.open) this.dialog.close();
  }

  readonly #closed = (): void => {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new CustomEvent("vt-close"));
  };

  readonly #clicked = (event: MouseEvent): void => {
    // Only the backdrop itself is the dialog; everything inside has a box of its own.
    if (event.target !== this.dialog) return;
    const box = this.dialog.getBoundingClientRect();
    const inside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!inside) this.dialog.close();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-dialog": Dialog;
  }
}

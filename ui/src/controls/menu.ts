import { css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { icon } from "./icons/icon.js";
import { VatioElement } from "./vatio-element.js";

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/**
 * A button with three dots that opens a list of actions, on the native popover.
 *
 * @slot - `<button>` or `<a>` elements
 */
@customElement("vt-menu")
export class Menu extends VatioElement {
  /** Name of the button. */
  @property() label = "";
  @query("[popover]") private readonly list!: HTMLElement;
  @query("button") private readonly button!: HTMLButtonElement;

  static override styles = css`
    :host { display: inline-block; }
    [popover] { position: fixed; inset: auto; margin: 0; padding: 6px; width: 240px; border: 1px solid var(--line); border-radius: var(--r-m); background: var(--surface); color: var(--ink); box-shadow: var(--shadow-3); left: var(--x, 0); top: var(--y, 0); }
    ::slotted(*) { display: flex !important; align-items: center; gap: 10px; width: 100%; min-height: 40px; padding: 8px 10px !important; border: 0 !important; border-radius: 8px !important; background: none !important; font: 560 14px var(--font) !important; text-align: left; cursor: pointer; justify-content: flex-start !important; }
    ::slotted(:hover) { background: var(--surface-2) !important; }
  `;

  protected override render(): TemplateResult {
    return html`<button class="iconbtn" popovertarget="list" aria-haspopup="menu" aria-label=${this.label} title=${this.label}>${icon("ellipsis")}</button>
      <div id="list" popover role="menu" aria-label=${this.label} @beforetoggle=${this.#place} @click=${() => this.list.hidePopover()} @keydown=${this.#key}><slot @slotchange=${this.#named}></slot></div>`;
  }

  readonly #named = (): void => {
    for (const item of this.#items()) item.setAttribute("role", "menuitem");
  };

  #items(): HTMLElement[] {
    return [...this.children].filter((child): child is HTMLElement => child instanceof HTMLElement);
  }

  readonly #place = (event: Event): void => {
    if ((event as ToggleEvent).newState !== "open") return;
    const box = this.button.getBoundingClientRect();
    const width = 240;
    this.list.style.setProperty("--x", `${Math.max(8, Math.min(innerWidth - width - 8, box.right - width))}px`);
    this.list.style.setProperty("--y", `${box.bottom + 6}px`);
    requestAnimationFrame(() => this.#items()[0]?.focus());
  };

  readonly #key = (event: KeyboardEvent): void => {
    const items = this.#items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const from = at < 0 ? items.findIndex((item) => item.matches(":focus")) : at;
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    items[(from + step + items.length) % items.length]?.focus();
  };
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { icon } from "./icons/icon.js";
import { VatioElement } from "./vatio-element.js";

const HIDDEN = "•••• •••• ••••";
const DONE_MS = 1_600;

/** Something to type elsewhere: read-only, with a button that copies it. Without a secure context the text stays selected instead. */
@customElement("vt-copy-field")
export class CopyField extends VatioElement {
  @property() label = "";
  @property() value = "";
  /** Hides the value until the person wants to see it. */
  @property({ type: Boolean }) secret = false;
  @state() private revealed = false;
  @state() private copied = false;
  @query("input") private readonly input!: HTMLInputElement;

  static override styles = css`
    :host { display: grid; gap: 5px; min-width: 0; }
    label { font-size: 13px; font-weight: 550; color: var(--ink-2); }
    .within { position: relative; }
    .within .inp { height: 42px; background: var(--surface-2); border-color: var(--line); padding-right: 42px; font-family: var(--mono); font-size: 13px; }
    .within.two .inp { padding-right: 90px; }
    .eye { right: 42px !important; }
    .done { color: var(--good); }
    @media (max-width: 720px) { .within .inp { height: 46px; font-size: 15px; } .eye { right: 46px !important; } }
  `;

  protected override render(): TemplateResult {
    const shown = this.secret && !this.revealed ? HIDDEN : this.value;
    const what = this.label.toLowerCase();
    return html`<label for="v">${this.label}</label>
      <span class="within ${this.secret ? "two" : ""}">
        <input class="inp" id="v" readonly .value=${shown} @focus=${() => this.input.select()} />
        ${this.secret ? this.#eye(what) : nothing}
        <button class="iconbtn s bare ${this.copied ? "done" : ""}" aria-label=${this.copied ? this.t("action.copied") : this.t("action.copy", { what })} @click=${this.#copy}>${icon(this.copied ? "check" : "copy")}</button>
      </span>
      <span class="sr" role="status">${this.copied ? this.t("action.copied") : nothing}</span>`;
  }

  #eye(what: string): TemplateResult {
    const words = this.revealed ? this.t("action.hide", { what }) : this.t("action.show", { what });
    return html`<button class="iconbtn s bare eye" aria-label=${words} aria-pressed=${this.revealed} @click=${() => (this.revealed = !this.revealed)}>${icon(this.revealed ? "eye-off" : "eye")}</button>`;
  }

  readonly #copy = async (): Promise<void> => {
    this.revealed = true;
    await this.updateComplete;
    this.input.select();
    if (!(await copyText(this.value))) return;
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, DONE_MS);
  };
}

/** Plain http is no secure context: there the old command may still work, else the selected text waits for Ctrl+C. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

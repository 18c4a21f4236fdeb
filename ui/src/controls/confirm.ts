import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { i18n } from "../i18n/i18n.js";
import { VatioElement } from "./vatio-element.js";
import "./dialog.js";

/** A question before something that is hard to take back. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** Word on the button that does it. */
  readonly yes: string;
  /** Word on the button that does nothing; "Cancel" when left out. */
  readonly no?: string;
  readonly danger?: boolean;
}

@customElement("vt-confirm")
class Confirm extends VatioElement {
  @state() private question: Question | undefined;
  #answer: (yes: boolean) => void = () => {};

  ask(question: Question): Promise<boolean> {
    this.question = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  protected override render() {
    const { title = "", text = "", yes = "", no = i18n.t("action.cancel"), danger = false } = this.question ?? {};
    return html`<vt-dialog heading=${title} ?open=${this.question !== undefined} @vt-close=${() => this.#settle(false)}>
      <p>${text}</p>
      <button slot="foot" class="btn" @click=${() => this.#settle(false)}>${no}</button>
      <button slot="foot" class="btn primary ${danger ? "danger" : ""}" @click=${() => this.#settle(true)}>${yes}</button>
    </vt-dialog>`;
  }

  #settle(yes: boolean): void {
    this.question = undefined;
    this.#answer(yes);
  }
}

/** Asks and answers whether the person agreed; Esc and the backdrop mean no. */
export async function confirm(question: Question): Promise<boolean> {
  const element = document.createElement("vt-confirm") as Confirm;
  document.body.append(element);
  const yes = await element.ask(question);
  // The dialog gives the focus back while it closes.
  await element.updateComplete;
  setTimeout(() => element.remove());
  return yes;
}

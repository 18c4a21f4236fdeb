import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { textField } from "../../controls/field.js";
import { icon } from "../../controls/icons/icon.js";
import { passwordField } from "../../controls/password-field.js";
import { errorText } from "../../controls/templates.js";
import type { Session } from "../../data/api.js";
import { gateFrame } from "./gate.js";
import { GateElement } from "./gate-element.js";
import "../../controls/copy-field.js";

const LOOPBACK = /^(?:localhost|127\.|\[::1\])/;

/** Name and password. */
@customElement("vt-login-page")
export class LoginPage extends GateElement {
  @state() private name = "";
  @state() private password = "";
  @state() private stay = true;
  @state() private shown = false;
  @state() private busy = false;
  @state() private problem = "";

  protected override render(): TemplateResult {
    return gateFrame(
      { store: this.store, theme: this.theme },
      html`<div class="card gate-card"><h1>${this.t("login.heading")}</h1><p class="lab">${this.t("login.sub")}</p>
          <form @submit=${this.#submit}>${this.#fields()}
            ${this.problem ? html`<p class="hint bad" role="alert">${icon("circle-alert")}<span>${this.problem}</span></p>` : nothing}
            <button class="btn primary" aria-busy=${this.busy}>${this.t("login.enter")}${icon("arrow-right")}</button></form>
          ${this.#help()}</div>
        ${location.protocol === "http:" && !LOOPBACK.test(location.host) ? html`<p class="note gate-note">${icon("lock-open")}<span>${this.t("login.plainHttp")}</span></p>` : nothing}`,
    );
  }

  #fields(): TemplateResult {
    return html`${textField({ id: "username", label: this.t("login.name"), value: this.name, autocomplete: "username", required: true, maxlength: 200, onInput: (name) => (this.name = name) })}
      ${passwordField({ id: "password", label: this.t("login.password"), value: this.password, autocomplete: "current-password", required: true, shown: this.shown, onShow: (shown) => (this.shown = shown), onInput: (password) => (this.password = password) })}
      <label class="chk"><input type="checkbox" name="stay" .checked=${this.stay} @change=${(event: Event) => (this.stay = (event.target as HTMLInputElement).checked)} /><span>${this.t("login.stay")}<small>${this.t("login.stayHelp")}</small></span></label>`;
  }

  #help(): TemplateResult {
    return html`<details class="gate-help"><summary>${icon("chevron-down")}${this.t("login.forgotten")}</summary><div><p>${this.t("login.forgottenText")}</p>
      <vt-copy-field label=${this.t("login.command")} value="vatio user reset"></vt-copy-field></div></details>`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      const { name, password, stay } = this;
      await this.store.signedIn(await this.client.http.post<Session>("/session", { name: name.trim(), password, stay }));
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  };
}

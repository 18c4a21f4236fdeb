import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { textField } from "../../controls/field.js";
import { icon } from "../../controls/icons/icon.js";
import { passwordField } from "../../controls/password-field.js";
import type { Session } from "../../data/api.js";
import { gateFrame } from "./gate.js";
import { GateElement } from "./gate-element.js";
import { GateProblem } from "./gate-problem.js";
import { resetCommand } from "./reset-command.js";
import "../../controls/copy-field.js";

const LOOPBACK = /^(?:localhost|127\.|\[::1\])/;

/** Name and password. It stands at any address, so that a visitor ends where the wish was. */
@customElement("vt-login-page")
export class LoginPage extends GateElement {
  @state() private name = "";
  @state() private password = "";
  @state() private stay = true;
  @state() private shown = false;
  @state() private busy = false;
  /** Whether empty fields are told of. */
  @state() private tried = false;
  readonly #problem = new GateProblem(this);

  protected override render(): TemplateResult {
    return gateFrame(
      { store: this.store, theme: this.theme },
      html`<div class="card gate-card"><h1>${this.t("login.heading")}</h1><p class="lab">${this.t("login.sub")}</p>
          <form novalidate @submit=${this.#submit}>${this.#fields()}${this.#problem.view()}
            <button class="btn primary" aria-busy=${this.busy}>${this.t("login.enter")}${icon("arrow-right")}</button></form>
          ${this.#help()}</div>
        ${location.protocol === "http:" && !LOOPBACK.test(location.host) ? html`<p class="note gate-note">${icon("lock-open")}<span>${this.t("login.plainHttp")}</span></p>` : nothing}`,
    );
  }

  #fields(): TemplateResult {
    const missing = (value: string): string | undefined =>
      this.tried && value === "" ? this.t("field.required") : undefined;
    return html`${textField({ id: "username", label: this.t("login.name"), value: this.name, error: missing(this.name.trim()), autocomplete: "username", required: true, maxlength: 100, onInput: (name) => (this.name = name) })}
      ${passwordField({ id: "password", label: this.t("login.password"), value: this.password, error: missing(this.password), autocomplete: "current-password", required: true, maxlength: 1024, shown: this.shown, onShow: (shown) => (this.shown = shown), onInput: (password) => (this.password = password) })}
      <label class="chk"><input type="checkbox" name="stay" .checked=${this.stay} @change=${(event: Event) => (this.stay = (event.target as HTMLInputElement).checked)} /><span>${this.t("login.stay")}<small>${this.t("login.stayHelp")}</small></span></label>`;
  }

  #help(): TemplateResult {
    const command = resetCommand(this.name, this.t("login.commandName"));
    return html`<details class="gate-help"><summary>${icon("chevron-down")}${this.t("login.forgotten")}</summary><div><p>${this.t("login.forgottenText")}</p>
      <vt-copy-field label=${this.t("login.command")} value=${command}></vt-copy-field></div></details>`;
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.#takeFields(event.currentTarget as HTMLFormElement);
    this.#problem.clear();
    this.tried = true;
    const { name, password, stay } = this;
    if (name.trim() === "" || password === "") return this.#focus('[aria-invalid="true"]');
    await this.#enter({ name: name.trim(), password, stay });
  };

  async #enter(credentials: {
    readonly name: string;
    readonly password: string;
    readonly stay: boolean;
  }): Promise<void> {
    this.busy = true;
    try {
      await this.store.signedIn(await this.client.http.post<Session>("/session", credentials));
    } catch (error) {
      this.#problem.show(error);
      this.#focus("#password");
    } finally {
      this.busy = false;
    }
  }

  /** Password managers may fill fields without an event. */
  #takeFields(form: HTMLFormElement): void {
    const fields = new FormData(form);
    this.name = String(fields.get("username") ?? "");
    this.password = String(fields.get("password") ?? "");
  }

  #focus(selector: string): void {
    void this.updateComplete.then(() => {
      const input = this.querySelector<HTMLInputElement>(selector);
      input?.focus();
      input?.select();
    });
  }
}

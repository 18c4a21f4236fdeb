import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { textField } from "../../controls/field.js";
import { icon } from "../../controls/icons/icon.js";
import { passwordField } from "../../controls/password-field.js";
import type { SetupRestored } from "../../data/api-types.js";
import { i18n } from "../../i18n/i18n.js";
import { GateElement } from "../login/gate-element.js";
import { GateProblem } from "../login/gate-problem.js";

/** Milliseconds between two looks whether the hub is back. */
const LOOK_EVERY_MS = 1_000;

/** Restores a backup instead of setting the hub up: it asks where the backup lies, and waits until the hub is back with it. */
@customElement("vt-setup-restore")
export class SetupRestore extends GateElement {
  /** The set-up code, as it stands in the form above. */
  @property() code = "";
  @state() private folder = "";
  @state() private passphrase = "";
  @state() private shown = false;
  @state() private busy = false;
  @state() private restored: SetupRestored | undefined;
  readonly #problem = new GateProblem(this);
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    return html`<details class="gate-help"><summary>${icon("chevron-down")}${this.t("setup.restore")}</summary>
      ${this.restored ? this.#done(this.restored) : this.#form()}</details>`;
  }

  #form(): TemplateResult {
    return html`<form class="form" novalidate @submit=${this.#restore}>
      <p class="wide">${this.t("setup.restore.about")}</p>
      ${textField({ id: "restore-folder", label: this.t("setup.restore.folder"), value: this.folder, help: this.t("setup.restore.folderHelp"), mono: true, placeholder: "/mnt/usb/vatio", required: true, maxlength: 1024, onInput: (folder) => (this.folder = folder) })}
      ${passwordField({ id: "restore-passphrase", label: this.t("setup.restore.passphrase"), value: this.passphrase, help: this.t("setup.restore.passphraseHelp"), autocomplete: "off", maxlength: 1024, shown: this.shown, onShow: (shown) => (this.shown = shown), onInput: (passphrase) => (this.passphrase = passphrase) })}
      ${this.#problem.view()}
      <div class="btns"><button class="btn" aria-busy=${this.busy} ?disabled=${this.folder.trim() === ""}>${icon("rotate-cw")}${this.t("setup.restore.go")}</button></div></form>`;
  }

  #done({ key, leftOut, madeAt, restarts }: SetupRestored): TemplateResult {
    const when = i18n.format.dateTime(madeAt);
    return html`<div class="hint" role="status">${icon("circle-check")}<div>${this.t(restarts ? "setup.restore.done" : "setup.restore.restart", { when })}
      ${key === "missing" ? html`<p>${this.t("setup.restore.noKey")}</p>` : nothing}
      ${leftOut.length > 0 ? html`<p>${this.t("setup.restore.leftOut", { count: leftOut.length })}</p>` : nothing}</div></div>`;
  }

  readonly #restore = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.#problem.clear();
    const { code, folder, passphrase } = this;
    const body = { code: code.trim(), folder: folder.trim(), ...(passphrase === "" ? {} : { passphrase }) };
    try {
      this.restored = await this.client.http.post<SetupRestored>("/setup/restore", body);
      if (this.restored.restarts) this.#waitForHub();
    } catch (error) {
      this.#problem.show(error);
    } finally {
      this.busy = false;
    }
  };

  /** The hub is away for a moment. When it is back and asks for nobody's set-up, the people of the backup sign in. */
  #waitForHub(): void {
    this.#timer = setTimeout(async () => {
      const isBack = await this.client.http.get<{ readonly needed: boolean }>("/setup").then(
        ({ needed }) => !needed,
        () => false,
      );
      if (isBack) await this.store.start();
      else if (this.isConnected) this.#waitForHub();
    }, LOOK_EVERY_MS);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-setup-restore": SetupRestore;
  }
}

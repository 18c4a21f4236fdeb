import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { CollectionController } from "../../../controllers/collection-controller.js";
import { field, selectField, textField } from "../../../controls/field.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import { errorText } from "../../../controls/templates.js";
import type { Credential } from "../../../data/api.js";
import "../../../controls/dialog.js";

/** A credential with the password that is told once. */
export interface CreatedCredential {
  readonly credential: Credential;
  readonly password: string;
}

type Kind = "device" | "integration";

const NO_RIGHTS = { publish: "", subscribe: "" };

/**
 * Asks for whom a new MQTT credential is.
 * @fires vt-created with a CreatedCredential
 * @fires vt-close
 */
@customElement("vt-credential-dialog")
export class CredentialDialog extends HubElement {
  @property({ type: Boolean }) open = false;
  @state() private kind: Kind = "device";
  @state() private device = "";
  @state() private username = "";
  @state() private rights = NO_RIGHTS;
  @state() private problem = "";
  @state() private busy = false;
  readonly #devices = new CollectionController(this, () => this.client.devices);

  static override styles = css`
    .seg { margin-bottom: 18px; }
    .hint { margin-bottom: 14px; }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("open") || !this.open) return;
    Object.assign(this, {
      kind: "device",
      device: "",
      username: "",
      rights: NO_RIGHTS,
      problem: "",
      busy: false,
    });
  }

  protected override render(): TemplateResult {
    const close = (): boolean => this.dispatchEvent(new CustomEvent("vt-close"));
    const button = (kind: Kind, label: string) =>
      html`<button type="button" aria-pressed=${this.kind === kind} @click=${() => (this.kind = kind)}>${label}</button>`;
    return html`<vt-dialog heading=${this.t("mqtt.create")} ?open=${this.open} @vt-close=${close}>
      <div class="seg" role="group" aria-label=${this.t("mqtt.kind")}>${button("device", this.t("mqtt.device"))}${button("integration", this.t("mqtt.integration"))}</div>
      ${this.problem ? html`<p class="hint bad" role="alert">${icon("circle-alert")}<span>${this.problem}</span></p>` : nothing}
      <form class="form" novalidate @submit=${this.#create}>${this.kind === "device" ? this.#deviceFields() : this.#integrationFields()}</form>
      <button slot="foot" class="btn" @click=${close}>${this.t("action.cancel")}</button>
      <button slot="foot" class="btn primary" aria-busy=${this.busy} ?disabled=${this.busy} @click=${this.#create}>${this.t("action.create")}</button>
    </vt-dialog>`;
  }

  #deviceFields(): TemplateResult {
    const devices = (this.#devices.value ?? []).filter(({ state: present }) => present === "active");
    if (devices.length === 0) return html`<p class="lab wide">${this.t("mqtt.noDevices")}</p>`;
    const options = [
      { value: "", label: this.t("form.choose") },
      ...devices.map(({ id, name }) => ({ value: id, label: name })),
    ];
    return html`<div class="wide">${selectField({ id: "device", label: this.t("mqtt.whichDevice"), value: this.device, options, onChange: (device) => (this.device = device) })}</div>`;
  }

  #integrationFields(): TemplateResult {
    return html`<div class="wide">${textField({ id: "username", label: this.t("mqtt.username"), help: this.t("mqtt.usernameHelp"), value: this.username, maxlength: 100, mono: true, onInput: (text) => (this.username = text) })}</div>
      ${this.#filters("publish", this.t("mqtt.publish"))}${this.#filters("subscribe", this.t("mqtt.subscribe"))}`;
  }

  #filters(name: "publish" | "subscribe", label: string): TemplateResult {
    return field(
      { id: name, label, help: this.t("mqtt.filterHelp") },
      html`<textarea class="inp mono" id=${name} rows="3" spellcheck="false" aria-describedby="${name}-help" .value=${this.rights[name]} @input=${(event: Event) => (this.rights = { ...this.rights, [name]: (event.target as HTMLTextAreaElement).value })}></textarea>`,
    );
  }

  readonly #create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { kind, device, username } = this;
    const missing = kind === "device" ? device === "" : username.trim() === "";
    if (missing) {
      this.problem = `${kind === "device" ? this.t("mqtt.whichDevice") : this.t("mqtt.username")}: ${this.t("field.required")}`;
      return;
    }
    const body =
      kind === "device"
        ? { kind, device }
        : {
            kind,
            username: username.trim(),
            publish: linesOf(this.rights.publish),
            subscribe: linesOf(this.rights.subscribe),
          };
    this.busy = true;
    this.problem = "";
    try {
      const detail = await this.client.http.post<CreatedCredential>("/mqtt/credentials", body);
      this.dispatchEvent(new CustomEvent("vt-created", { detail }));
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  };
}

const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

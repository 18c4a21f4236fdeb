import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { CollectionController } from "../../../controllers/collection-controller.js";
import { TaskController } from "../../../controllers/task-controller.js";
import { confirm } from "../../../controls/confirm.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import type { IconName } from "../../../controls/icons/icon-names.js";
import { emptyCard, errorCard, errorText } from "../../../controls/templates.js";
import type { Credential } from "../../../data/api.js";
import { segment } from "../../../data/http.js";
import type { CreatedCredential } from "./credential-dialog.js";
import { type Once, onceDialog } from "./once-dialog.js";
import "../../../controls/menu.js";
import "./credential-dialog.js";
import "../../devices/mqtt-refusals.js";

const KIND_ICONS: Readonly<Record<Credential["kind"], IconName>> = {
  device: "cpu",
  integration: "server",
  onboarding: "radar",
};

/** Who may connect to the embedded broker: create, new password, revoke. */
@customElement("vt-credential-list")
export class CredentialList extends HubElement {
  @state() private creating = false;
  @state() private once: Once | undefined;
  readonly #credentials = new TaskController<readonly Credential[]>(this);
  readonly #devices = new CollectionController(this, () => this.client.devices);

  static override styles = css`
    .lab { margin: -8px 0 8px; }
    ul { list-style: none; margin: 0; padding: 0; }
    .rights { font-family: var(--mono); font-size: 12px; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#credentials;
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("mqtt.title")}</h2>${value && value.length > 0 ? html`<span class="cnt">${value.length}</span>` : nothing}<span class="sp"></span><button class="btn sm soft" @click=${() => (this.creating = true)}>${icon("plus")}${this.t("mqtt.create")}</button></header>
      <p class="lab">${this.t("mqtt.text")}</p>
      ${error && !value ? errorCard({ error, retry: () => this.#load() }) : this.#list(value)}
      <vt-mqtt-refusals></vt-mqtt-refusals>
    </section>
    <vt-credential-dialog ?open=${this.creating} @vt-close=${() => (this.creating = false)} @vt-created=${(event: CustomEvent<CreatedCredential>) => this.#created(event.detail)}></vt-credential-dialog>
    ${onceDialog(this.once, () => (this.once = undefined))}`;
  }

  #list(credentials: readonly Credential[] | undefined): TemplateResult {
    if (!credentials) return html`<div class="skeleton"></div>`;
    if (credentials.length === 0)
      return emptyCard({ icon: "key", title: this.t("mqtt.none"), text: this.t("mqtt.noneText") });
    return html`<ul>${credentials.map((credential) => this.#credential(credential))}</ul>`;
  }

  #credential(credential: Credential): TemplateResult {
    const { kind, username, publish, subscribe, lastUsedAt } = credential;
    const used =
      lastUsedAt === undefined
        ? this.t("tokens.neverUsed")
        : this.t("tokens.used", { when: this.format.ago(lastUsedAt, this.client.live.now()) });
    const rights = (label: string, filters: readonly string[]) =>
      html`<small>${label}: <span class="rights">${filters.join(", ") || this.t("mqtt.nothing")}</span></small>`;
    return html`<li class="row"><span class="ico">${icon(KIND_ICONS[kind])}</span>
      <div class="t"><b>${username}</b><small>${this.#owner(credential)}, ${used}</small>${kind === "integration" ? html`${rights(this.t("mqtt.publish"), publish)}${rights(this.t("mqtt.subscribe"), subscribe)}` : nothing}</div>
      <vt-menu label="${this.t("action.more")}: ${username}"><button @click=${() => this.#renew(credential)}>${icon("rotate-cw")}${this.t("mqtt.newPassword")}</button>${kind === "onboarding" ? nothing : html`<button @click=${() => this.#revoke(credential)}>${icon("trash-2")}${this.t("tokens.revoke")}</button>`}</vt-menu></li>`;
  }

  #owner({ kind, device }: Credential): string {
    if (kind === "onboarding") return this.t("mqtt.onboarding");
    if (kind === "integration") return this.t("mqtt.integration");
    return this.#devices.value?.find(({ id }) => id === device)?.name ?? device ?? this.t("mqtt.device");
  }

  #load(): void {
    void this.#credentials.run((signal) =>
      this.client.http.get<readonly Credential[]>("/mqtt/credentials", { signal }),
    );
  }

  #created({ credential, password }: CreatedCredential): void {
    this.creating = false;
    this.once = {
      title: credential.username,
      fields: [
        { label: this.t("mqtt.username"), value: credential.username },
        { label: this.t("mqtt.password"), value: password },
      ],
    };
    this.#load();
  }

  async #renew({ id, username: name }: Credential): Promise<void> {
    if (
      !(await confirm({
        title: this.t("mqtt.newPasswordAsk", { name }),
        text: this.t("mqtt.newPasswordText"),
        yes: this.t("mqtt.newPassword"),
        danger: true,
      }))
    )
      return;
    try {
      this.#created(await this.client.http.post<CreatedCredential>(`/mqtt/credentials/${segment(id)}/password`));
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
  }

  async #revoke({ id, username: name }: Credential): Promise<void> {
    if (
      !(await confirm({
        title: this.t("mqtt.revokeAsk", { name }),
        text: this.t("mqtt.revokeText"),
        yes: this.t("tokens.revoke"),
        danger: true,
      }))
    )
      return;
    try {
      await this.client.http.delete(`/mqtt/credentials/${segment(id)}`);
      this.toast(this.t("tokens.revoked", { name }), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
    this.#load();
  }
}

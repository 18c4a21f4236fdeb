import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { TaskController } from "../../controllers/task-controller.js";
import { select } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { loaded } from "../../controls/templates.js";
import type { DeviceSetup } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";
import "../../controls/copy-field.js";
import "./mqtt-refusals.js";

/** Who was refused while somebody sets a device up. */
const REFUSED_WITHIN_MS = 15 * 60_000;
/** More families than these are chosen from a list: side by side they would not fit. */
const MOST_TABS = 2;

type Family = DeviceSetup["families"][number];

/** What to type into a device so that it finds the hub, with the steps of its family. */
@customElement("vt-connect-card")
export class ConnectCard extends HubElement {
  @property() heading = "";
  /** The device that spoke last, for the line that says that the hub listens. */
  @property() heard = "";
  @state() private family = 0;
  readonly #setup = new TaskController<DeviceSetup>(this);

  static override styles = css`
    :host { display: block; }
    .fields { display: grid; gap: 10px; margin-top: 14px; }
    .pair { display: grid; grid-template-columns: minmax(0, 1fr) 102px; gap: 10px; }
    ol { margin: 0; padding: 0 0 0 20px; display: grid; gap: 6px; font-size: 14px; color: var(--ink-2); }
    ol li::marker { color: var(--muted); font-variant-numeric: tabular-nums; }
    .family { width: 100%; }
    .listen { display: flex; gap: 12px; align-items: center; margin-top: 14px; padding: 11px 14px; border-radius: var(--r-m); background: var(--good-soft); color: var(--good); }
    .listen b { display: block; font-weight: 640; font-size: 14px; line-height: 1.3; }
    .listen small { font-size: 13px; }
    .note { margin-top: 14px; }
    .skeleton { min-height: 260px; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#setup;
    const families = value?.families ?? [];
    return html`<section class="card" aria-labelledby="h">
      <header class="wrap"><h2 id="h">${this.heading}</h2><span class="sp"></span>${families.length > 1 ? this.#tabs(families) : nothing}</header>
      ${loaded({ value, error, retry: () => this.#load() }, (setup) => this.#content(setup))}
    </section>`;
  }

  #tabs(families: readonly Family[]): TemplateResult {
    if (families.length > MOST_TABS) {
      const options = families.map(({ title }, index) => ({ value: String(index), label: i18n.text(title) }));
      return html`<div class="family">${select({ id: "family", value: String(this.family), options, ariaLabel: this.t("connect.family"), onChange: (value) => (this.family = Number(value)) })}</div>`;
    }
    return html`<div class="seg" role="group" aria-label=${this.t("connect.family")}>${families.map(({ title }, index) => html`<button aria-pressed=${index === this.family} @click=${() => (this.family = index)}>${i18n.text(title)}</button>`)}</div>`;
  }

  #content(setup: DeviceSetup): TemplateResult {
    const family = setup.families[this.family];
    return html`${family ? html`<ol>${family.steps.map((step) => html`<li>${i18n.text(step)}</li>`)}</ol>` : nothing}
      <div class="fields">${this.#address(setup)}${setup.external ? nothing : this.#account(setup)}
        ${family?.prefix ? html`<vt-copy-field label=${this.t("connect.prefix")} value=${family.prefix}></vt-copy-field>` : nothing}</div>
      <div class="listen" role="status"><i class="livedot"></i><span><b>${this.t("connect.listening")}</b><small>${this.heard || this.t("connect.appears")}</small></span></div>
      ${setup.external ? nothing : html`<vt-mqtt-refusals within=${REFUSED_WITHIN_MS}></vt-mqtt-refusals>`}
      <p class="note">${icon("key-round")}<span>${setup.external ? this.t("connect.external") : this.t("connect.onboarding")}</span></p>`;
  }

  #address({ hosts, port, tlsPort }: DeviceSetup): TemplateResult {
    const [first = location.hostname, ...others] = hosts;
    return html`<div class="pair"><vt-copy-field label=${this.t("connect.host")} value=${first}></vt-copy-field><vt-copy-field label=${this.t("connect.port")} value=${port}></vt-copy-field></div>
      ${others.length > 0 ? html`<p class="lab">${this.t("connect.alsoAt", { hosts: others.join(", ") })}</p>` : nothing}
      ${tlsPort !== undefined && tlsPort !== port ? html`<p class="lab">${this.t("connect.tls", { port: String(tlsPort) })}</p>` : nothing}`;
  }

  #account({ username, password }: DeviceSetup): TemplateResult {
    return html`<vt-copy-field label=${this.t("connect.user")} value=${username}></vt-copy-field><vt-copy-field label=${this.t("connect.password")} value=${password} secret></vt-copy-field>`;
  }

  #load(): void {
    void this.#setup.run((signal) => this.client.http.get<DeviceSetup>("/devices/setup", { signal }));
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { TickController } from "../../controllers/tick-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Device } from "../../data/api.js";
import { acceptAllButton } from "./accept-all.js";
import { deviceIcon } from "./device-icon.js";
import { heardAt, noneWaiting } from "./device-model.js";
import "./connect-card.js";
import "./pending-device.js";

/** Devices that announced themselves, and how to bring those that did not. */
@customElement("vt-discovery")
export class Discovery extends HubElement {
  /** Also lists what was accepted: in set-up, where it is the answer to a step. */
  @property({ type: Boolean, attribute: "with-accepted" }) withAccepted = false;
  readonly #devices = new CollectionController(this, () => this.client.devices);

  static override styles = css`
    :host { display: block; }
    li { border-top: 1px solid var(--line); padding: 15px 0; }
    li:first-child { border-top: 0; padding-top: 2px; }
    .done { display: flex; align-items: center; gap: 14px; }
    .done .ico { width: 44px; height: 44px; border-radius: 14px; }
    .done b { font-weight: 620; font-size: 15px; flex: 1; min-width: 0; }
    .ok { display: inline-flex; align-items: center; gap: 7px; font-weight: 600; font-size: 14px; color: var(--good); }
    .note { padding-top: 15px; border-top: 1px solid var(--line); margin-top: auto; }
    .skeleton { min-height: 220px; }
  `;

  constructor() {
    super();
    new TickController(this, 1_000);
  }

  protected override render(): TemplateResult {
    const devices = this.#devices.value;
    return html`<div class="grid">
      <section class="card c8" aria-labelledby="h"><header class="wrap"><h2 id="h">${this.t("pending.title")}</h2><span class="lab">${this.#age(devices ?? [])}</span><span class="sp"></span>${acceptAllButton(pendingOf(devices).length, this.renderRoot)}</header>${this.#found(devices)}
        <p class="note">${icon("radar")}<span>${this.t("pending.searching")}</span></p></section>
      <vt-connect-card class="c4" heading=${this.t("connect.title")} heard=${this.#heard(devices ?? [])}></vt-connect-card>
    </div>`;
  }

  #found(devices: readonly Device[] | undefined): TemplateResult {
    if (!devices)
      return this.#devices.error
        ? errorCard({ error: this.#devices.error, retry: this.#devices.retry })
        : html`<div class="skeleton"></div>`;
    const pending = pendingOf(devices);
    const accepted = this.withAccepted ? devices.filter(({ state }) => state === "active") : [];
    if (pending.length + accepted.length === 0)
      return emptyCard({ icon: "radar", title: this.t(noneWaiting(devices)), text: this.t("pending.noneText") });
    return html`<ul class="plain-l">
      ${accepted.map((device) => html`<li class="done"><span class="ico on">${deviceIcon(device, undefined)}</span><b>${device.name}</b><span class="ok">${icon("circle-check")}${this.t("pending.isAccepted")}</span></li>`)}
      ${repeat(
        pending,
        ({ id }) => id,
        (device) => html`<li><vt-pending-device .device=${device}></vt-pending-device></li>`,
      )}
    </ul>`;
  }

  #age(devices: readonly Device[]): string | typeof nothing {
    const newest = Math.max(0, ...devices.map((device) => heardAt(device, this.client.readings)));
    return newest === 0
      ? nothing
      : this.t("pending.lastSeen", { ago: this.format.ago(newest, this.client.live.now()) });
  }

  #heard(devices: readonly Device[]): string {
    const heard = devices
      .filter(({ state }) => state === "pending")
      .map((device) => ({ name: device.name, at: heardAt(device, this.client.readings) }));
    const [newest] = heard.sort((a, b) => b.at - a.at);
    return newest
      ? this.t("connect.heard", { name: newest.name, ago: this.format.ago(newest.at, this.client.live.now()) })
      : "";
  }
}

const pendingOf = (devices: readonly Device[] | undefined): readonly Device[] =>
  (devices ?? []).filter(({ state }) => state === "pending");

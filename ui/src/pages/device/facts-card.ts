import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import type { Device } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";

import { heardAt } from "../devices/device-model.js";

/** What a device is, for whom has to find it. */
@customElement("vt-facts-card")
export class FactsCard extends HubElement {
  @property({ attribute: false }) device: Device | undefined;
  /** Facts side by side instead of below each other. */
  @property({ type: Boolean }) wide = false;

  readonly #readings = new ReadingsController(this, () => this.client);

  static override styles = css`
    :host { display: flex; flex: 1; }
    .card { flex: 1; }
    .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(170px, 44%), 1fr)); }
    .facts dd { overflow-wrap: anywhere; }
    .facts dd { font-size: 15px; letter-spacing: 0; font-weight: 560; }
  `;

  protected override willUpdate(): void {
    this.#readings.watch((this.device?.channels ?? []).flatMap(({ point }) => point ?? []));
  }

  #state({ online, offlineReason }: Device): string {
    if (online) return this.t("state.online");
    return offlineReason ? i18n.text(offlineReason) : this.t("state.silent");
  }

  protected override render(): TemplateResult {
    const { device } = this;
    const facts: readonly (readonly [string, string | undefined])[] = device
      ? [
          [this.t("facts.model"), device.model],
          [this.t("facts.firmware"), device.firmware],
          [this.t("facts.address"), device.address],
          [this.t("facts.driver"), device.driver],
          [this.t("facts.id"), device.hardwareId],
          [this.t("facts.added"), this.format.date(device.addedAt, "long")],
          [this.t("facts.seen"), this.format.ago(heardAt(device, this.client.readings), this.client.live.now())],
          [this.t("facts.state"), this.#state(device)],
        ]
      : [];
    const shown = facts.filter(([, value]) => value);
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("facts.title")}</h2></header>
      ${this.wide ? html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>` : html`<dl class="pairs">${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`}</section>`;
  }
}

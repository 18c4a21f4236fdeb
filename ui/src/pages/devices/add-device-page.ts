import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { HubElement } from "../../controls/hub-element.js";
import "../../shell/page-head.js";
import "./discovery.js";

/** Bringing a device in: what waits already, and what to type into one that does not. */
@customElement("vt-add-device-page")
export class AddDevicePage extends HubElement {
  static override styles = css`
    :host { display: block; }
  `;

  protected override render(): TemplateResult {
    return html`<vt-page-head heading=${this.t("add.title")} sub=${this.t("add.sub")} back="/devices" back-label=${this.t("devices.back")} quiet-sub live></vt-page-head><vt-discovery></vt-discovery>`;
  }
}

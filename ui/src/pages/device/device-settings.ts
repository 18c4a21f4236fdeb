import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { UnsavedController } from "../../controllers/unsaved-controller.js";
import { confirm } from "../../controls/confirm.js";
import { textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { errorText } from "../../controls/templates.js";
import type { Device, Point } from "../../data/api.js";
import { mainPoints } from "../devices/device-model.js";
import "./point-form.js";

/** Name of a device, its circuits, and its end. */
@customElement("vt-device-settings")
export class DeviceSettings extends HubElement {
  @property({ attribute: false }) device: Device | undefined;
  @property({ attribute: false }) points: readonly Point[] = [];
  /** All points of the hub, for what a circuit may be part of. */
  @property({ attribute: false }) allPoints: readonly Point[] = [];
  @state() private name = "";
  @state() private problem = "";
  @state() private busy = false;

  static override styles = css`
    :host { display: block; }
    .danger { display: flex; gap: 16px; align-items: center; flex-wrap: wrap; }
    .danger p { flex: 1 1 240px; color: var(--muted); font-size: 14px; }
  `;

  constructor() {
    super();
    new UnsavedController(
      this,
      () => this.navigation,
      () => this.device !== undefined && this.name.trim() !== this.device.name,
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const former = changed.get("device");
    if (changed.has("device") && (former?.id !== this.device?.id || former?.name !== this.device?.name))
      this.name = this.device?.name ?? "";
  }

  protected override render(): TemplateResult {
    const { device } = this;
    if (!device) return html``;
    return html`<div class="grid">
      <section class="card c12" aria-labelledby="d"><header><h2 id="d">${this.t("deviceSettings.device")}</h2></header>
        <form @submit=${this.#rename}><div class="form">${textField({ id: "name", label: this.t("deviceSettings.name"), value: this.name, maxlength: 100, error: this.problem || undefined, onInput: (name) => (this.name = name) })}</div>
          <div class="save"><span class="lab"></span><button class="btn primary" ?disabled=${this.name.trim() === device.name || this.busy} aria-busy=${this.busy}>${this.t("action.save")}</button></div></form></section>
      ${mainPoints(this.points).map((point) => html`<vt-point-form class="c12" .point=${point} .allPoints=${this.allPoints} zone=${this.format.options.zone}></vt-point-form>`)}
      <section class="card c12" aria-labelledby="r"><header><h2 id="r">${this.t("deviceSettings.remove")}</h2></header>
        <div class="danger"><p>${this.t("deviceSettings.removeText")}</p><button class="btn danger" @click=${this.#remove}>${icon("trash-2")}${this.t("action.remove")}</button></div></section>
    </div>`;
  }

  readonly #rename = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { device } = this;
    const name = this.name.trim();
    this.problem = name === "" ? this.t("field.required") : "";
    if (!device || this.problem) return;
    this.busy = true;
    try {
      const saved = await this.client.http.patch<Device>(`/devices/${encodeURIComponent(device.id)}`, { name });
      this.client.devices.patch((devices) => devices.map((each) => (each.id === saved.id ? saved : each)));
      this.toast(this.t("state.saved"), { kind: "good" });
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  };

  readonly #remove = async (): Promise<void> => {
    const { device } = this;
    if (!device) return;
    const { id, name } = device;
    const sure = await confirm({
      title: this.t("deviceSettings.removeAsk", { name }),
      text: this.t("deviceSettings.removeText"),
      yes: this.t("action.remove"),
      danger: true,
    });
    if (!sure) return;
    try {
      await this.client.http.delete(`/devices/${encodeURIComponent(id)}`);
      await Promise.all([this.client.devices.refresh(), this.client.points.refresh()]);
      this.toast(this.t("deviceSettings.removed", { name }), { kind: "good" });
      this.navigation.go("/devices", { replace: true });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
  };
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { select } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { errorText } from "../../controls/templates.js";
import type { Device, PointRole } from "../../data/api.js";
import {
  type ChannelChoice,
  type Decisions,
  decide,
  POINT_ROLES,
  proposeChoices,
  waitingChannels,
} from "../devices/device-model.js";

/** Circuits that an accepted device showed later: they count nowhere before a person has named them. */
@customElement("vt-new-circuits")
export class NewCircuits extends HubElement {
  @property({ attribute: false }) device: Device | undefined;
  @state() private decisions: Decisions = new Map();
  @state() private busy = false;
  @state() private problem = "";

  static override styles = css`
    :host { display: block; margin-bottom: 14px; }
    p { margin: 2px 0 12px; color: var(--muted); }
    form { display: grid; gap: 8px; }
    .line { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
    .inp { flex: 1 1 180px; }
    .pick { flex: 0 1 180px; }
  `;

  private get choices(): readonly ChannelChoice[] {
    const { decisions, device } = this;
    if (!device) return [];
    const channels = waitingChannels(device);
    const taken = device.channels.filter(({ point }) => point !== undefined).length;
    return proposeChoices({ ...device, channels }, decisions).map((choice, index) => ({
      ...choice,
      name: decisions.get(choice.key)?.name ?? `${device.name} ${taken + index + 1}`,
    }));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { choices, device } = this;
    if (!device || choices.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="h"><h2 id="h">${this.t("circuits.title", { n: choices.length })}</h2><p>${this.t("circuits.text")}</p>
      <form @submit=${this.#accept}>
        ${repeat(
          choices,
          ({ key }) => key,
          (choice) => this.#line(choice),
        )}
        ${this.problem ? html`<span class="error" role="alert">${this.problem}</span>` : nothing}
        <div><button class="btn soft" ?disabled=${this.busy} aria-busy=${this.busy}>${icon("check")}${this.t("action.accept")}</button></div>
      </form></section>`;
  }

  #line({ key, name, role }: ChannelChoice): TemplateResult {
    return html`<div class="line">
      <input class="inp" aria-label=${this.t("pending.channelName", { key })} .value=${name} maxlength="100" required @input=${(event: Event) => this.#decide(key, { name: (event.target as HTMLInputElement).value })} />
      ${select({
        id: `role-${key}`,
        value: role,
        ariaLabel: this.t("pending.role", { name }),
        options: POINT_ROLES.map((value) => ({ value, label: this.t(`role.${value}`) })),
        onChange: (value) => this.#decide(key, { role: value as PointRole }),
      })}</div>`;
  }

  #decide(key: string, change: Partial<Omit<ChannelChoice, "key">>): void {
    this.decisions = decide(this.decisions, key, change);
  }

  readonly #accept = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { choices, device } = this;
    if (!device || this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      await this.client.http.post(`/devices/${encodeURIComponent(device.id)}/accept`, {
        name: device.name,
        channels: choices.map(({ key, name, role }) => ({ key, name: name.trim(), role })),
      });
      await Promise.all([this.client.devices.refresh(), this.client.points.refresh()]);
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-new-circuits": NewCircuits;
  }
}

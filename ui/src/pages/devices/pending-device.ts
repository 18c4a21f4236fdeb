import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { confirm } from "../../controls/confirm.js";
import { select } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { errorText, figure } from "../../controls/templates.js";
import type { Device, PointRole } from "../../data/api.js";
import { deviceIcon } from "./device-icon.js";
import {
  acceptableChannels,
  acceptance,
  type ChannelChoice,
  type Decisions,
  decide,
  POINT_ROLES,
  proposeChoices,
  totalOf,
} from "./device-model.js";
import "../../charts/spark.js";
import "../../controls/menu.js";

const SPARK_POINTS = 46;
const PAST_MS = 5 * 60_000;

/**
 * A device that announced itself: its live watts, a name and what it measures, and whether it is ours.
 * @fires vt-accepted after the hub accepted it
 */
@customElement("vt-pending-device")
export class PendingDevice extends HubElement {
  @property({ attribute: false }) device: Device | undefined;
  /** The name that a person typed; until then it is that of the device. */
  @state() private typed: string | undefined;
  @state() private decisions: Decisions = new Map();
  @state() private busy = false;
  @state() private problem = "";
  readonly #readings = new ReadingsController(this, () => this.client);
  #past: (number | null)[] = [];
  #newest = 0;

  static override styles = css`
    :host { display: block; }
    .head { display: grid; grid-template-columns: 44px minmax(0, 1fr) 104px auto; gap: 0 14px; align-items: center; }
    .ico { width: 44px; height: 44px; border-radius: 14px; }
    .name b { display: block; font-weight: 620; font-size: 15px; line-height: 1.3; overflow-wrap: break-word; }
    .name small { display: block; color: var(--muted); font-size: 13px; line-height: 1.35; overflow-wrap: break-word; }
    .watts { text-align: right; min-width: 92px; font-weight: 640; font-size: 21px; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; white-space: nowrap; line-height: 1.15; }
    .watts small { font-size: 13.5px; font-weight: 560; color: var(--muted); letter-spacing: 0; margin-left: 4px; }
    form { margin: 11px 0 0 58px; display: grid; gap: 8px; }
    .line { display: flex; gap: 8px; align-items: center; min-width: 0; flex-wrap: wrap; }
    .line .inp { flex: 1 1 110px; height: 38px; font-size: 14px; border-radius: 11px; }
    .line .pick { flex: 0 1 150px; }
    .line .sel { height: 38px; font-size: 14px; font-weight: 560; border-radius: 11px; }
    .line .btn { height: 38px; }
    vt-menu small { display: block; font-weight: 450; font-size: 12.5px; line-height: 1.3; color: var(--muted); }
    .error { color: var(--bad); font-size: 13px; }
    @media (max-width: 720px) {
      .head { grid-template-columns: 40px minmax(0, 1fr) auto; gap: 0 12px; }
      .ico { width: 40px; height: 40px; }
      vt-spark { display: none; }
      .watts { font-size: 20px; min-width: 0; }
      form { margin-left: 0; }
      .line .inp, .line .sel { height: 44px; font-size: 16px; }
      .line .inp { flex: 1 1 100%; }
      .line .pick { flex: 1 1 100%; }
      .line .btn { height: 44px; flex: 1; }
    }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { device } = this;
    if (!device) return;
    const former = changed.get("device");
    if (changed.has("device") && former?.id !== device.id) {
      this.typed = undefined;
      this.decisions = new Map();
      void this.#loadPast(device);
    }
    this.#readings.watch(acceptableChannels(device.channels).map(({ id }) => id));
    this.#follow(device);
  }

  private get name(): string {
    return this.typed ?? this.device?.name ?? "";
  }

  /** Made from the channels as they are now: those of some devices arrive one by one. */
  private get choices(): readonly ChannelChoice[] {
    const { device } = this;
    return device ? proposeChoices({ ...device, name: this.name.trim() || device.name }, this.decisions) : [];
  }

  protected override render(): TemplateResult | typeof nothing {
    const { device } = this;
    if (!device) return nothing;
    const watts = this.#watts(device);
    const below = [device.model, device.address ?? device.hardwareId, this.#phases(device)].filter(Boolean).join(", ");
    return html`<div class="head"><span class="ico">${deviceIcon(device, undefined)}</span>
        <div class="name"><b>${device.name}</b><small>${below}</small></div>
        <vt-spark .values=${this.#past}></vt-spark>
        <div class="watts">${watts === undefined ? html`<small>${this.t("now.waiting")}</small>` : figure(this.format.scaled(watts, "W"))}</div></div>
      <form @submit=${this.#accept}>${this.#fields(device)}${this.problem ? html`<span class="error" role="alert">${this.problem}</span>` : nothing}</form>`;
  }

  #phases({ channels }: Device): string {
    const count = channels.filter(({ phase }) => phase !== undefined).length;
    return count > 1 ? this.t("pending.phases", { n: count }) : "";
  }

  #fields(device: Device): TemplateResult {
    const { choices } = this;
    const [first, ...others] = choices;
    const several = others.length > 0;
    return html`<div class="line">
        <input class="inp" aria-label=${this.t("pending.name", { device: device.name })} .value=${this.name} maxlength="100" required @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)} />
        ${first && !several ? this.#role(first, device.name) : nothing}
        ${several ? nothing : this.#buttons()}
      </div>
      ${
        several
          ? html`${repeat(
              choices,
              ({ key }) => key,
              (choice) => this.#channel(choice),
            )}<div class="line">${this.#buttons()}</div>`
          : nothing
      }`;
  }

  #channel(choice: ChannelChoice): TemplateResult {
    return html`<div class="line"><input class="inp" aria-label=${this.t("pending.channelName", { key: choice.key })} .value=${choice.name} maxlength="100" @input=${(event: Event) => this.#choose(choice.key, { name: (event.target as HTMLInputElement).value })} />${this.#role(choice, choice.name)}</div>`;
  }

  #role({ key, role }: ChannelChoice, name: string): TemplateResult {
    return select({
      id: `role-${key}`,
      value: role,
      ariaLabel: this.t("pending.role", { name }),
      options: POINT_ROLES.map((value) => ({ value, label: this.t(`role.${value}`) })),
      onChange: (value) => this.#choose(key, { role: value as PointRole }),
    });
  }

  #buttons(): TemplateResult {
    return html`<vt-menu label=${this.t("pending.more", { name: this.name })}>
        <button type="button" ?disabled=${this.busy} @click=${() => this.#act("reject")}>${icon("x")}<span>${this.t("action.reject")}<small>${this.t("pending.rejectTitle")}</small></span></button>
        <button type="button" ?disabled=${this.busy} @click=${this.#block}>${icon("ban")}<span>${this.t("action.block")}<small>${this.t("pending.blockTitle")}</small></span></button></vt-menu>
      <button class="btn soft" ?disabled=${this.busy} aria-busy=${this.busy}>${icon("check")}${this.t("action.accept")}</button>`;
  }

  #choose(key: string, change: Partial<Omit<ChannelChoice, "key">>): void {
    this.decisions = decide(this.decisions, key, change);
  }

  #watts(device: Device): number | undefined {
    const measuring = acceptableChannels(device.channels).filter(({ metrics }) => metrics.includes("power_w"));
    return totalOf(measuring.map(({ id }) => this.#readings.value(id, "power_w")));
  }

  #follow(device: Device): void {
    const watts = this.#watts(device);
    const at = Math.max(
      0,
      ...acceptableChannels(device.channels).map(({ id }) => this.#readings.get(id, "power_w")?.at ?? 0),
    );
    if (watts === undefined || at <= this.#newest) return;
    this.#newest = at;
    this.#past = [...this.#past, watts].slice(-SPARK_POINTS);
  }

  async #loadPast(device: Device): Promise<void> {
    const [first] = acceptableChannels(device.channels);
    if (!first?.metrics.includes("power_w")) return;
    const to = this.client.live.now();
    try {
      const series = await this.client.series({
        target: first.id,
        metrics: ["power_w"],
        from: to - PAST_MS,
        to,
        buckets: SPARK_POINTS,
      });
      const values = series.metrics[0]?.avg.filter((value) => value !== null) ?? [];
      this.#past = [...values, ...this.#past].slice(-SPARK_POINTS);
      this.requestUpdate();
    } catch {
      // The line begins with what arrives from now on.
    }
  }

  /** Accepts it as its fields stand; a name is needed. */
  async accept(): Promise<void> {
    if (this.name.trim() === "") return;
    await this.#act("accept", acceptance(this.name, this.choices));
  }

  readonly #accept = (event: Event): void => {
    event.preventDefault();
    void this.accept();
  };

  readonly #block = async (): Promise<void> => {
    const { device } = this;
    if (!device) return;
    const sure = await confirm({
      title: this.t("pending.blockAsk", { name: device.name }),
      text: this.t("pending.blockText"),
      yes: this.t("action.block"),
      danger: true,
    });
    if (sure) await this.#act("block");
  };

  async #act(what: "accept" | "reject" | "block", body?: unknown): Promise<void> {
    const { device, name } = this;
    if (!device || this.busy) return;
    this.busy = true;
    this.problem = "";
    try {
      await this.client.http.post(`/devices/${encodeURIComponent(device.id)}/${what}`, body);
      await Promise.all([this.client.devices.refresh(), this.client.points.refresh()]);
      if (what === "accept") {
        this.toast(this.t("pending.accepted", { name: name.trim() }), { kind: "good" });
        this.dispatchEvent(new CustomEvent("vt-accepted", { bubbles: true, composed: true }));
      }
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-pending-device": PendingDevice;
  }
}

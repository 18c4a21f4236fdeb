import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { TickController } from "../../controllers/tick-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Device, Point } from "../../data/api.js";
import type { RouteParams } from "../../shell/route-table.js";
import { heardAt, mainPoints, phasesOf, pointsOf, waitingChannels } from "../devices/device-model.js";
import "../../controls/boundary.js";
import "../../shell/page-head.js";
import "./control-card.js";
import "./facts-card.js";
import "./history-card.js";
import "./live-card.js";
import "./phases-card.js";

const TABS = ["overview", "messages", "settings"] as const;
type Tab = (typeof TABS)[number];

/** One device: power now, live and past, its switch, its phases, what it is, its raw messages, its settings. */
@customElement("vt-device-page")
export class DevicePage extends HubElement {
  @property({ attribute: false }) params: RouteParams = {};
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #points = new CollectionController(this, () => this.client.points);
  #end: (() => void) | undefined;

  static override styles = css`
    :host { display: block; }
    .points { display: flex; gap: 8px; flex-wrap: wrap; margin-bottom: 14px; }
    .skeleton { min-height: 420px; border-radius: var(--r-l); }
    .live { display: grid; grid-template-columns: minmax(0, 1fr); }
    .tabs > * { min-height: 44px; display: inline-flex; align-items: center; }
    .stack > .card:empty { display: none; }
    @media print { .tabs, .points, .live, .control, .aside { display: none !important; } }
    @media (max-width: 1000px) {
      .stack { display: contents; }
      .stack > * { grid-column: span 12; }
      .control { order: 0; }
      .live { order: 1; }
      .aside { order: 2; }
      .history { order: 3; }
    }
  `;

  constructor() {
    super();
    new TickController(this, 5_000);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.navigation.changes.on(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override willUpdate(): void {
    // Elements are upgraded when their module has come; most visits need only the overview.
    const device = this.#devices.value?.find(({ id }) => id === this.params.id);
    if (device?.state === "pending") void import("../devices/pending-device.js");
    else if (this.#tab() === "messages") void import("./device-messages.js");
    else if (this.#tab() === "settings") void import("./device-settings.js");
    if (device?.state === "active" && waitingChannels(device).length > 0) void import("./new-circuits.js");
  }

  protected override render(): TemplateResult {
    const { id = "" } = this.params;
    const device = this.#devices.value?.find((each) => each.id === id);
    const error = this.#devices.error ?? this.#points.error;
    if (!this.#devices.value || !this.#points.value) {
      const retry = (): void => {
        this.#devices.retry();
        this.#points.retry();
      };
      return html`<vt-page-head heading=${this.t("nav.devices")} back="/devices" back-label=${this.t("devices.back")}></vt-page-head>${error ? html`<div class="card">${errorCard({ error, retry })}</div>` : html`<div class="skeleton"></div>`}`;
    }
    if (!device) return this.#unknown();
    const points = pointsOf(device, this.#points.value);
    return html`${this.#head(device, points)}${device.state === "pending" ? this.#pending(device) : html`${this.#tabs()}${this.#part(device, points)}`}`;
  }

  #unknown(): TemplateResult {
    const action = html`<a class="btn primary" href="/devices">${this.t("devices.back")}</a>`;
    return html`<vt-page-head heading=${this.t("device.unknown")} back="/devices" back-label=${this.t("devices.back")}></vt-page-head><div class="card">${emptyCard({ icon: "unplug", title: this.t("device.unknown"), text: this.t("device.unknownText"), action })}</div>`;
  }

  #head(device: Device, points: readonly Point[]): TemplateResult {
    const phases = points.filter(({ phase }) => phase !== undefined).length;
    const sub = [points[0]?.location, device.model, phases > 1 ? this.t("pending.phases", { n: phases }) : ""]
      .filter(Boolean)
      .join(", ");
    const silence = this.client.live.now() - heardAt(device, this.client.readings);
    return html`<vt-page-head heading=${device.name} sub=${sub} back="/devices" back-label=${this.t("devices.back")}>${
      device.online
        ? html`<span slot="pill" class="pill good hide-s"><i class="livedot"></i>${this.t("device.online")}</span>`
        : html`<span slot="pill" class="pill warn hide-s"><i class="dot"></i>${this.t("state.silentFor", { span: this.format.span(silence) })}</span>`
    }</vt-page-head>`;
  }

  #pending(device: Device): TemplateResult {
    return html`<section class="card"><header><h2>${this.t("device.pendingText")}</h2></header><vt-pending-device .device=${device}></vt-pending-device></section>`;
  }

  #tabs(): TemplateResult {
    const { path } = this.navigation.location;
    const current = this.#tab();
    return html`<nav class="tabs" aria-label=${this.t("device.tabs")}>${TABS.map((tab) => html`<a href="${path}${tab === "overview" ? "" : `?tab=${tab}`}" aria-current=${tab === current ? "page" : nothing}>${this.t(`device.tab.${tab}`)}</a>`)}</nav>`;
  }

  #tab(): Tab {
    const wanted = this.navigation.location.query.get("tab");
    return TABS.find((tab) => tab === wanted) ?? "overview";
  }

  #part(device: Device, points: readonly Point[]): TemplateResult {
    switch (this.#tab()) {
      case "messages":
        return html`<vt-boundary><vt-device-messages device=${device.id}></vt-device-messages></vt-boundary>`;
      case "settings":
        return html`<vt-boundary><vt-device-settings .device=${device} .points=${points} .allPoints=${this.#points.value ?? []}></vt-device-settings></vt-boundary>`;
      case "overview":
        return this.#overview(device, points);
    }
  }

  #overview(device: Device, points: readonly Point[]): TemplateResult {
    const isWaiting = waitingChannels(device).length > 0;
    return html`${isWaiting ? html`<vt-boundary><vt-new-circuits .device=${device}></vt-new-circuits></vt-boundary>` : nothing}${this.#cards(device, points)}`;
  }

  #cards(device: Device, points: readonly Point[]): TemplateResult {
    const main = mainPoints(points);
    const wanted = this.navigation.location.query.get("p");
    const point = main.find(({ id }) => id === wanted) ?? main[0];
    if (!point)
      return html`<div class="grid"><div class="card c8">${emptyCard({ icon: "radio", title: this.t("device.waiting"), text: this.t("device.waitingText") })}</div><vt-facts-card class="c4" .device=${device}></vt-facts-card></div>`;
    const phases = phasesOf(point, points);
    const switchable = points.filter(({ switchable: can, channel }) => can && channel !== undefined);
    // Beside the live chart is room for two cards.
    const isCrowded = phases.length > 1 && switchable.length > 0;
    return html`${main.length > 1 ? this.#chooser(main, point) : nothing}<div class="grid">
      <vt-boundary class="c8 live"><vt-live-card .point=${point} .phases=${phases} .since=${device.addedAt}></vt-live-card></vt-boundary>
      <div class="c4 stack">
        ${switchable.length > 0 ? html`<vt-boundary class="control"><vt-control-card .points=${switchable} ?online=${device.online}></vt-control-card></vt-boundary>` : nothing}
        ${phases.length > 1 ? html`<vt-phases-card class="aside" .phases=${phases}></vt-phases-card>` : nothing}
        ${isCrowded ? nothing : html`<vt-facts-card class="aside" .device=${device}></vt-facts-card>`}
      </div>
      <vt-boundary class="c12 history"><vt-history-card .point=${point} .phases=${phases} .since=${device.addedAt}></vt-history-card></vt-boundary>
      ${isCrowded ? html`<vt-facts-card wide class="c12 history" .device=${device}></vt-facts-card>` : nothing}
    </div>`;
  }

  #chooser(points: readonly Point[], current: Point): TemplateResult {
    return html`<div class="points" role="group" aria-label=${this.t("device.circuit")}>${points.map(({ id, name }) => html`<button class="chip" aria-pressed=${id === current.id} @click=${() => this.navigation.setQuery({ p: id })}>${name}</button>`)}</div>`;
  }
}

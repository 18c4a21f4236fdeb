import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { TickController } from "../../controllers/tick-controller.js";
import { select } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Device, Point } from "../../data/api.js";
import { STALE_MS } from "../now/balance.js";
import {
  type DeviceEntry,
  type DeviceFilter,
  type DeviceOrder,
  mainPoints,
  pointsOf,
  selectDevices,
  totalOf,
} from "./device-model.js";
import { deviceRow, deviceRowStyles } from "./device-row.js";
import "../../shell/page-head.js";
import { acceptAllButton } from "./accept-all.js";
import "./pending-device.js";

const FILTERS: readonly DeviceFilter[] = ["all", "online", "silent"];
const ORDERS: readonly DeviceOrder[] = ["power", "name", "seen"];

/** Every device: those that wait for a person first, then the list with power, state and switch. */
@customElement("vt-devices-page")
export class DevicesPage extends HubElement {
  @state() private filter: DeviceFilter = "all";
  @state() private order: DeviceOrder = "power";
  @state() private text = "";
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #points = new CollectionController(this, () => this.client.points);
  readonly #readings = new ReadingsController(this, () => this.client);

  static override styles = [
    deviceRowStyles,
    css`
      :host { display: block; }
      .waiting { margin-bottom: var(--gap); }
      .waiting li { border-top: 1px solid var(--line); padding: 15px 0; }
      .waiting li:first-child { border-top: 0; padding-top: 2px; }
      .tools { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; margin-bottom: 8px; }
      .find { position: relative; flex: 1 1 200px; max-width: 340px; }
      .find .i { position: absolute; left: 12px; top: 50%; transform: translateY(-50%); width: 18px; height: 18px; color: var(--muted); }
      .find .inp { padding-left: 38px; height: 38px; }
      .tools .pick { width: 212px; }
      .tools .sel { height: 38px; font-size: 14px; }
      .card.list { padding-bottom: 4px; }
      .skeleton { min-height: 360px; border-radius: var(--r-l); }
      @media (max-width: 720px) { .find { flex: 1 1 100%; max-width: none; } .find .inp, .tools .sel { height: 44px; } .tools .pick { flex: 1; } .tools .seg { width: 100%; } .tools .seg button { flex: 1; } }
    `,
  ];

  constructor() {
    super();
    new TickController(this, 10_000);
  }

  protected override willUpdate(): void {
    this.#readings.watch((this.#points.value ?? []).filter(({ metrics }) => metrics.length > 0).map(({ id }) => id));
  }

  protected override render(): TemplateResult {
    const devices = this.#devices.value;
    const known = devices?.filter(isMine) ?? [];
    const silent = known.filter(({ online }) => !online).length;
    const sub = devices
      ? [
          this.t("devices.count", { n: known.length }),
          ...(silent > 0 ? [this.t("devices.silent", { n: silent })] : []),
        ].join(", ")
      : "";
    return html`<vt-page-head heading=${this.t("nav.devices")} sub=${sub} quiet-sub live><a slot="actions" class="btn primary" href="/devices/add">${icon("plus")}<span class="hide-s">${this.t("add.title")}</span><span class="sr">${this.t("add.title")}</span></a></vt-page-head>${this.#content(devices)}`;
  }

  #content(devices: readonly Device[] | undefined): TemplateResult {
    const points = this.#points.value;
    const error = this.#devices.error ?? this.#points.error;
    if (!devices || !points) {
      const retry = (): void => {
        this.#devices.retry();
        this.#points.retry();
      };
      return error ? html`<div class="card">${errorCard({ error, retry })}</div>` : html`<div class="skeleton"></div>`;
    }
    const pending = devices.filter(({ state }) => state === "pending");
    const entries = devices.filter(isMine).map((device): DeviceEntry => {
      const own = pointsOf(device, points);
      return { device, points: own, watts: this.#watts(mainPoints(own)) };
    });
    const isEmpty = entries.length + pending.length === 0;
    return html`${pending.length > 0 ? this.#waiting(pending) : nothing}${entries.length > 0 ? this.#list(entries) : nothing}${isEmpty ? this.#empty() : nothing}${this.#blocked(devices)}`;
  }

  #waiting(pending: readonly Device[]): TemplateResult {
    return html`<section class="card waiting" aria-labelledby="p"><header><h2 id="p">${this.t("pending.waiting")}</h2><span class="cnt">${pending.length}</span><span class="sp"></span>${acceptAllButton(pending.length, this.renderRoot)}</header>
      <ul class="plain-l">${repeat(
        pending,
        ({ id }) => id,
        (device) => html`<li><vt-pending-device .device=${device}></vt-pending-device></li>`,
      )}</ul></section>`;
  }

  #list(entries: readonly DeviceEntry[]): TemplateResult {
    const shown = selectDevices(entries, { filter: this.filter, order: this.order, text: this.text });
    const most = Math.max(1, ...entries.map(({ watts }) => Math.abs(watts ?? 0)));
    return html`<section class="card list" aria-label=${this.t("nav.devices")}>${this.#tools()}
      ${
        shown.length === 0
          ? emptyCard({ icon: "search", title: this.t("devices.noneFound"), text: this.t("devices.noneFoundText") })
          : html`<ul class="plain-l">${repeat(
              shown,
              ({ device }) => device.id,
              (entry) => deviceRow(entry, { most, now: this.client.live.now() }),
            )}</ul>`
      }</section>`;
  }

  #tools(): TemplateResult {
    return html`<div class="tools">
      <div class="find">${icon("search")}<input class="inp" type="search" aria-label=${this.t("devices.find")} placeholder=${this.t("devices.find")} .value=${this.text} @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)} /></div>
      <div class="seg" role="group" aria-label=${this.t("devices.filter")}>${FILTERS.map((filter) => html`<button aria-pressed=${filter === this.filter} @click=${() => (this.filter = filter)}>${this.t(`devices.filter.${filter}`)}</button>`)}</div>
      <span class="sp hide-s"></span>
      ${select({ id: "order", value: this.order, ariaLabel: this.t("devices.order"), options: ORDERS.map((value) => ({ value, label: this.t(`devices.order.${value}`) })), onChange: (value) => (this.order = value as DeviceOrder) })}
    </div>`;
  }

  #empty(): TemplateResult {
    const action = html`<a class="btn primary" href="/devices/add">${icon("plus")}${this.t("add.title")}</a>`;
    return html`<div class="card">${emptyCard({ icon: "plug", title: this.t("devices.empty"), text: this.t("devices.emptyText"), action })}</div>`;
  }

  /** Blocked devices stay visible, so that a mistake can be undone by removing them. */
  #blocked(devices: readonly Device[]): TemplateResult | typeof nothing {
    const blocked = devices.filter(({ state }) => state === "blocked");
    if (blocked.length === 0) return nothing;
    return html`<details class="card"><summary>${this.t("devices.blocked", { n: blocked.length })}</summary>${blocked.map(({ id, name, model, hardwareId }) => html`<div class="row"><span class="ico">${icon("ban")}</span><a class="t" href="/devices/${encodeURIComponent(id)}?tab=settings"><b>${name}</b><small>${[model, hardwareId].filter(Boolean).join(", ")}</small></a></div>`)}</details>`;
  }

  #watts(points: readonly Point[]): number | undefined {
    const now = this.client.live.now();
    return totalOf(
      points
        .filter(({ metrics }) => metrics.includes("power_w"))
        .map(({ id }) => this.#readings.get(id, "power_w"))
        .map((reading) => (reading && now - reading.at <= STALE_MS ? reading.value : undefined)),
    );
  }
}

const isMine = ({ state }: Device): boolean => state === "active" || state === "inactive";

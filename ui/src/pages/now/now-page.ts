import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { TickController } from "../../controllers/tick-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Device, Point, Site } from "../../data/api.js";
import { readable } from "./balance.js";
import { figureWords } from "./figure-words.js";
import { siteFigures } from "./site-figures.js";
import "../../controls/boundary.js";
import "../../controls/kpi-strip.js";
import "../../shell/page-head.js";
import "./power-card.js";
import "./power-chart.js";
import "./top-consumers.js";

/** What is going on now: power, where it comes from and goes to, whether the supply is well, who takes most. */
@customElement("vt-now-page")
export class NowPage extends HubElement {
  readonly #sites = new CollectionController(this, () => this.client.sites);
  readonly #points = new CollectionController(this, () => this.client.points);
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #readings = new ReadingsController(this, () => this.client);

  static override styles = css`
    :host { display: block; }
    .skeleton { min-height: 320px; border-radius: var(--r-l); }
    .hint { margin-bottom: var(--gap); }
    @media (max-width: 1000px) { .use { order: 2; } .chart { order: 3; } .kpis { order: 1; } }
  `;

  constructor() {
    super();
    // Ages and the clock in the head move on without readings.
    new TickController(this, 10_000);
  }

  protected override willUpdate(): void {
    this.#readings.watch(readable(this.#points.value ?? []));
  }

  protected override render(): TemplateResult {
    const site = this.#sites.value?.[0];
    const when = this.t("now.when", {
      day: this.format.date(this.client.live.now(), "weekday"),
      time: this.format.time(this.client.live.now()),
    });
    return html`<vt-page-head heading=${site?.name ?? this.t("nav.now")} sub=${when} quiet-sub live></vt-page-head>${this.#content(site)}`;
  }

  #content(site: Site | undefined): TemplateResult {
    const points = this.#points.value;
    const devices = this.#devices.value;
    const error = this.#points.error ?? this.#sites.error ?? this.#devices.error;
    if (error && (!points || !site || !devices))
      return html`<div class="card">${errorCard({ error, retry: this.#retry })}</div>`;
    if (!points || !site || !devices)
      return html`<div class="grid" aria-busy="true"><div class="skeleton c8"></div><div class="skeleton c4"></div><div class="skeleton c12"></div></div>`;
    const pending = devices.filter(({ state }) => state === "pending");
    if (points.length === 0) return this.#firstRun(pending);
    return html`${pending.length > 0 ? this.#pendingHint(pending) : nothing}<div class="grid">
      <vt-boundary class="c8"><vt-power-card .points=${points}></vt-power-card></vt-boundary>
      <vt-boundary class="c4 use"><vt-top-consumers .points=${points} devices=${devices.filter(isMine).length}></vt-top-consumers></vt-boundary>
      ${this.#figures(points, site)}
      <vt-boundary class="c12 chart"><vt-power-chart .points=${points} .since=${firstAdded(devices)}></vt-power-chart></vt-boundary>
    </div>`;
  }

  #figures(points: readonly Point[], site: Site): TemplateResult | typeof nothing {
    const read = ({ id }: Point, metric: string) => this.#readings.get(id, metric);
    const figures = siteFigures(points, { read, site, now: this.client.live.now() });
    if (figures.length === 0) return nothing;
    return html`<vt-boundary class="c12 kpis"><vt-kpi-strip label=${this.t("now.figures")} .items=${figures.map(figureWords)}></vt-kpi-strip></vt-boundary>`;
  }

  #pendingHint(pending: readonly Device[]): TemplateResult {
    return html`<div class="hint info">${icon("radar")}<p>${this.t("now.pending", { n: pending.length })} <a href="/devices">${this.t("now.pendingSee")}</a></p></div>`;
  }

  #firstRun(pending: readonly Device[]): TemplateResult {
    const found = pending.length > 0;
    const action = html`<a class="btn primary" href=${found ? "/devices" : "/devices/add"}>${icon(found ? "list-checks" : "plus")}${this.t(found ? "now.pendingSee" : "add.title")}</a>`;
    const title = found ? this.t("now.pending", { n: pending.length }) : this.t("now.empty");
    return html`<div class="card">${emptyCard({ icon: found ? "radar" : "plug", title, text: this.t(found ? "now.emptyFound" : "now.emptyText"), action })}</div>`;
  }

  readonly #retry = (): void => {
    this.#points.retry();
    this.#sites.retry();
    this.#devices.retry();
  };
}

const isMine = ({ state }: Device): boolean => state === "active" || state === "inactive";

/** When measuring began; undefined without devices. */
const firstAdded = (devices: readonly Device[]): number | undefined =>
  devices
    .filter(isMine)
    .reduce<number | undefined>((first, { addedAt }) => Math.min(first ?? addedAt, addedAt), undefined);

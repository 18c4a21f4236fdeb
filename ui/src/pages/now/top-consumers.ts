import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { cssVars } from "../../controls/css-vars.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { pointIcon } from "../../controls/point-icon.js";
import { emptyCard } from "../../controls/templates.js";
import type { Point, Reading } from "../../data/api.js";
import { readable, STALE_MS, smallest } from "./balance.js";
import "../../controls/device-switch.js";

const SHOWN = 5;
/** So few leave room to say how more are added. */
const FEW = 2;

interface Consumer {
  readonly point: Point;
  readonly reading: Reading | undefined;
}

/** The circuits that take most now, with their switches. */
@customElement("vt-top-consumers")
export class TopConsumers extends HubElement {
  @property({ attribute: false }) points: readonly Point[] = [];
  @property({ type: Number }) devices = 0;

  #order: readonly string[] = [];
  #held: readonly string[] | undefined;
  readonly #readings = new ReadingsController(this, () => this.client);

  static override styles = css`
    :host { display: flex; }
    .card { flex: 1; }
    .ico { transition: background var(--t-hover); }
    .none { width: 44px; display: grid; place-items: center; color: var(--muted); }
    a.t { border-radius: var(--r-s); }
  `;

  protected override willUpdate(): void {
    this.#readings.watch(readable(this.points));
  }

  protected override render(): TemplateResult {
    const now = this.client.live.now();
    const shown = this.#ordered(now).slice(0, SHOWN);
    const most = Math.max(1, ...shown.map((each) => watts(each, now)));
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("now.top")}</h2><span class="sp"></span><a class="more" href="/devices">${this.t("now.all", { n: this.devices })}</a></header>
      ${
        shown.length === 0
          ? nothing
          : html`<div @pointerenter=${this.#hold} @pointerleave=${this.#release} @focusin=${this.#hold} @focusout=${this.#release}>${shown.map((each) => this.#row(each, { most, now }))}</div>`
      }${shown.length > FEW ? nothing : this.#invitation(shown.length)}
    </section>`;
  }

  /** A home that begins with a plug has room for what comes next. */
  #invitation(shown: number): TemplateResult {
    return emptyCard({
      icon: "plug",
      title: this.t(shown === 0 ? "now.noCircuits" : "connect.title"),
      text: this.t("now.noCircuitsText"),
      action: html`<a class="btn" href="/devices/add">${icon("plus")}${this.t("add.title")}</a>`,
    });
  }

  /** Largest first; while a hand is on the list it keeps its order, so that nobody switches the wrong thing. */
  #ordered(now: number): Consumer[] {
    const consumers = smallest(this.points).map(
      (point): Consumer => ({ point, reading: this.#readings.get(point.id, "power_w") }),
    );
    const rank = this.#held;
    if (rank) return consumers.sort((a, b) => placeIn(rank, a) - placeIn(rank, b));
    consumers.sort((a, b) => watts(b, now) - watts(a, now));
    this.#order = consumers.map(({ point }) => point.id);
    return consumers;
  }

  readonly #hold = (): void => {
    this.#held ??= this.#order;
  };

  readonly #release = (): void => {
    this.#held = undefined;
  };

  #row(consumer: Consumer, { most, now }: { readonly most: number; readonly now: number }): TemplateResult {
    const { point, reading } = consumer;
    const stale = !reading || now - reading.at > STALE_MS;
    const value = watts(consumer, now);
    return html`<div class="row"><span class="ico ${!stale && value > 1 ? "on" : ""}">${pointIcon(point)}</span>
      <a class="t" href=${point.device ? `/devices/${encodeURIComponent(point.device)}` : "/devices"}><b class="clamp">${point.name}</b><small>${this.#below(consumer, { stale, now })}</small>
        <div class="bar"><i ${cssVars({ "--share": stale ? 0 : Math.max(0, value / most).toFixed(3) })}></i></div></a>
      <div class="x ${stale ? "stale" : ""}">${reading ? this.format.quantity(reading.value, "W") : "–"}</div>
      ${this.#switch(point)}</div>`;
  }

  #switch(point: Point): TemplateResult {
    const words = this.t("now.protected");
    if (point.protected)
      return html`<span class="none" title=${words}>${icon("shield-check")}<span class="sr">${words}</span></span>`;
    if (!point.switchable || !point.channel) return html`<span class="none"></span>`;
    return html`<vt-device-switch name=${point.name} channel=${point.channel} point=${point.id} ?offline=${!point.online}></vt-device-switch>`;
  }

  #below(
    { point, reading }: Consumer,
    { stale, now }: { readonly stale: boolean; readonly now: number },
  ): string | typeof nothing {
    if (stale)
      return reading ? this.t("now.lastSeen", { ago: this.format.ago(reading.at, now) }) : this.t("now.waiting");
    return point.location ?? this.t(`role.${point.role}`);
  }
}

const placeIn = (order: readonly string[], { point }: Consumer): number => {
  const place = order.indexOf(point.id);
  return place < 0 ? order.length : place;
};

/** What counts for the order: a silent circuit takes nothing that anybody knows of. */
const watts = ({ reading }: Consumer, now: number): number =>
  reading && now - reading.at <= STALE_MS ? reading.value : -1;

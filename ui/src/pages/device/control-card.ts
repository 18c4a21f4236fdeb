import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { pointIcon } from "../../controls/point-icon.js";
import type { Point } from "../../data/api.js";
import "../../controls/device-switch.js";

/** The switches of a device, large. */
@customElement("vt-control-card")
export class ControlCard extends HubElement {
  @property({ attribute: false }) points: readonly Point[] = [];
  @property({ type: Boolean }) online = false;
  readonly #readings = new ReadingsController(this, () => this.client);
  #end: (() => void) | undefined;

  static override styles = css`
    :host { display: block; }
    .ctl { display: flex; align-items: center; gap: 14px; }
    .ctl + .ctl { margin-top: 16px; padding-top: 16px; border-top: 1px solid var(--line); }
    .t { flex: 1; min-width: 0; }
    .t b { font-size: 20px; font-weight: 640; letter-spacing: -0.02em; display: block; line-height: 1.25; }
    .t small { color: var(--muted); font-size: 13px; }
    @media (max-width: 720px) { .card > header { display: none; } .note { margin-top: 12px; padding-top: 11px; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.client.switches.changes.on(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override willUpdate(): void {
    this.#readings.watch(this.points.map(({ id }) => id));
  }

  protected override render(): TemplateResult {
    const several = this.points.length > 1;
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("control.title")}</h2></header>
      ${this.points.map((point) => this.#control(point, several))}
      ${this.points.some((point) => point.protected) ? html`<p class="note rule">${icon("shield-check")}<span>${this.t("control.protected")}</span></p>` : nothing}
    </section>`;
  }

  #below(pending: boolean): string | undefined {
    if (!this.online) return this.t("control.offline");
    return pending ? this.t("control.pending") : undefined;
  }

  #control(point: Point, several: boolean): TemplateResult {
    const channel = point.channel ?? "";
    const { on, pending } = this.client.switches.state({ channel, point: point.id });
    const words = on === undefined ? this.t("control.unknown") : this.t(on ? "state.on" : "state.off");
    return html`<div class="ctl"><span class="ico lg ${on ? "on" : ""}">${several ? pointIcon(point) : icon("power")}</span>
      <div class="t"><b>${several ? point.name : words}</b><small>${this.#below(pending) ?? (several ? words : point.name)}</small></div>
      <vt-device-switch large name=${point.name} channel=${channel} point=${point.id} ?guarded=${point.protected} no-shield ?offline=${!this.online}></vt-device-switch></div>`;
  }
}

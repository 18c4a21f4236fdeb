import type { LocalDate } from "@vatio/model";
import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type HeatModel, heatModel } from "../../charts/heat/heat-model.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { loaded } from "../../controls/templates.js";
import type { Point, Usage } from "../../data/api.js";
import { supplyOf } from "./usage-model.js";
import { type Dates, spanOf } from "./usage-view.js";
import "../../charts/heat/heatmap.js";
import "../../i18n/areas/usage.js";

/**
 * What was used in each hour of each day.
 * @fires vt-day with the day that a person wants to see
 */
@customElement("vt-heat-card")
export class HeatCard extends HubElement {
  @property({ attribute: false }) dates: Dates | undefined;
  @property() site = "";
  @property({ attribute: false }) points: readonly Point[] = [];
  @property({ type: Number }) since: number | undefined;
  @property() label = "";
  readonly #task = new TaskController<Usage>(this);

  static override styles = css`
    :host { display: flex; min-width: 0; }
    .card { flex: 1; min-width: 0; }
    header { margin-bottom: 6px; }
    vt-heatmap { flex: 1; }
    .skeleton { min-height: 330px; }
    @media (max-width: 720px) { vt-heatmap { --chart-height: 270px; } }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const former = changed.get("dates");
    const isOther = former?.from !== this.dates?.from || former?.until !== this.dates?.until;
    if ((changed.has("dates") && isOther) || changed.has("site")) this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("usage.heat")}</h2><span class="sp"></span><span class="lab">${this.t("usage.heatUnit")}</span></header>
      ${loaded({ value, error, retry: () => this.#load() }, (usage) => {
        const model = this.#model(usage);
        return html`<vt-heatmap label=${this.t("usage.heatLabel", { range: this.label })} .model=${model} @vt-open=${({ detail }: CustomEvent<number>) => this.#open(model, detail)}></vt-heatmap>`;
      })}</section>`;
  }

  #model({ edges, balance }: Usage): HeatModel {
    const { zone } = this.format.options;
    return heatModel({ edges, values: balance.usedWh, now: this.client.live.now(), since: this.since, zone });
  }

  #open({ days }: HeatModel, day: number): void {
    const date = days[day]?.date as LocalDate | undefined;
    if (date) this.dispatchEvent(new CustomEvent<LocalDate>("vt-day", { detail: date, bubbles: true, composed: true }));
  }

  #load(): void {
    const { dates, site } = this;
    if (!dates || !site) return;
    const span = spanOf(dates, this.format.options.zone);
    const supply = supplyOf(this.points);
    const query = { site, ...span, bucket: "hour" as const, ...(supply ? { points: supply } : {}) };
    void this.#task.run((signal) => this.client.usage(query, signal));
  }
}

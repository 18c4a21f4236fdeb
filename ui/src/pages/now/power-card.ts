import type { UnitStep } from "@vatio/model";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { RefreshController } from "../../controllers/refresh-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { figure } from "../../controls/templates.js";
import type { Point } from "../../data/api.js";
import { liveStep } from "../../i18n/ui-format.js";
import { type Balance, balanceOf, balancePoints, isConsumer, isUnbalanced, readable, STALE_MS } from "./balance.js";
import { flowSinks, flowSources } from "./flow-items.js";
import { type Sample, SPARK_MS, sparkValues } from "./live-tail.js";
import { knownOf, type LoadSeries, loadPowerHistory, type PowerHistory } from "./power-history.js";
import "../../charts/flow.js";
import "../../charts/spark.js";

/** The small line grows by one value in this time at most. */
const TRAIL_MS = 1_000;

/** Power now, its last half hour, and where it comes from and goes to. */
@customElement("vt-power-card")
export class PowerCard extends HubElement {
  @property({ attribute: false }) points: readonly Point[] = [];
  readonly #readings = new ReadingsController(this, () => this.client);
  readonly #history = new TaskController<PowerHistory>(this);
  readonly #refresh = new RefreshController(this, () => this.#load());
  #step: UnitStep | undefined;
  /** Power as it arrived since the page is open. */
  #trail: Sample[] = [];
  #asked = "";

  static override styles = css`
    :host { display: flex; }
    .card { flex: 1; gap: 8px; padding-bottom: 18px; }
    .head { display: flex; align-items: flex-start; justify-content: space-between; gap: 20px; }
    h2 { margin-bottom: 8px; }
    vt-spark { width: 260px; height: 46px; margin-top: 22px; }
    vt-flow { flex: 1; margin-top: 14px; }
    .wide { flex: 1; display: grid; align-content: center; }
    .wide vt-spark { width: auto; height: 150px; margin: 12px 8px; }
    .age { margin-top: 8px; display: inline-flex; }
    .notes { display: grid; gap: 8px; }
    @media (max-width: 720px) {
      .head { flex-direction: column; gap: 10px; }
      vt-spark { width: 100%; height: 40px; margin-top: 0; }
    }
  `;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked = "";
  }

  protected override willUpdate(): void {
    this.#readings.watch(readable(this.points));
    const ids = this.points.map(({ id }) => id).join();
    if (ids === this.#asked || ids === "") return;
    this.#asked = ids;
    this.#load();
  }

  protected override render(): TemplateResult {
    const now = this.client.live.now();
    const balance = balanceOf(this.points, ({ id }) => this.#readings.get(id, "power_w"), now);
    const { value, stale } = this.#headline(balance);
    const spark = html`<vt-spark filled .values=${this.#spark(stale || this.client.live.state !== "open" ? undefined : value, now)}></vt-spark>`;
    // Where one point tells everything there is nothing to divide, and its line has room to show more.
    const isAlone = Object.values(balancePoints(this.points)).flat().length === 1;
    return html`<section class="card" aria-labelledby="h">
      <div class="head">
        <div><h2 class="lab" id="h">${balance.consumption === undefined && balance.generation !== undefined && !balance.hasGridMeter ? this.t("now.generation") : this.t("now.power")}</h2>
          <div class="big ${stale ? "stale" : ""}">${value === undefined ? "–" : this.#figure(value)}</div>
          ${stale ? html`<span class="pill warn sm age">${this.t("now.lastSeen", { ago: this.format.ago(stale, now) })}</span>` : nothing}</div>
        ${isAlone ? nothing : spark}
      </div>
      ${isAlone ? html`<div class="wide">${spark}</div>` : html`<vt-flow label=${this.t("now.flow")} .sources=${flowSources(balance)} .sinks=${flowSinks(balance)}></vt-flow>`}
      ${this.#notes(balance)}
    </section>`;
  }

  /** Consumption; else the last that the only meter said, with its age; else what solar gives. */
  #headline({ consumption, generation, hasGridMeter, onlyMeter }: Balance): {
    value: number | undefined;
    stale?: number;
  } {
    if (consumption !== undefined) return { value: consumption };
    const last = onlyMeter && this.#readings.get(onlyMeter.id, "power_w");
    if (last) return { value: last.value, stale: last.at };
    return { value: hasGridMeter ? undefined : generation };
  }

  #figure(value: number): TemplateResult {
    this.#step = liveStep(value, "W", this.#step);
    return figure(this.format.scaled(value, "W", this.#step));
  }

  #spark(value: number | undefined, now: number): readonly (number | null)[] {
    const newest = this.#trail.at(-1)?.at ?? 0;
    if (value !== undefined && now - newest >= TRAIL_MS)
      this.#trail = [...this.#trail.filter(({ at }) => at > now - SPARK_MS), { at: now, value }];
    const history = this.#history.value;
    // What lacks circuits would jump where the line goes on with all of them.
    return sparkValues(history?.leftOut ? undefined : history, this.#trail, now);
  }

  #notes(balance: Balance): TemplateResult | typeof nothing {
    const { silent, hasGridMeter, excess, consumption } = balance;
    const unbalanced = isUnbalanced(balance);
    const missing = hasGridMeter && consumption === undefined ? silent.filter((point) => !isConsumer(point)) : [];
    const others = silent.filter((point) => !missing.includes(point));
    if (!unbalanced && silent.length === 0 && hasGridMeter) return nothing;
    return html`<div class="notes">
      ${unbalanced ? html`<p class="hint" role="status">${icon("triangle-alert")}<span><b>${this.t("now.unbalanced")}</b> ${this.t("now.unbalancedText", { excess: this.format.quantity(excess, "W") })}</span></p>` : nothing}
      ${this.#silence("now.unknown", missing, "hint")}
      ${hasGridMeter ? nothing : html`<p class="note">${icon("info")}<span>${this.t("now.noGridMeter")}</span></p>`}
      ${this.#silence("now.silent", others, "note")}
    </div>`;
  }

  /** Who is silent, once anybody has spoken: before, the readings are only on their way. */
  #silence(
    key: "now.unknown" | "now.silent",
    points: readonly Point[],
    look: "hint" | "note",
  ): TemplateResult | typeof nothing {
    if (points.length === 0 || !this.points.some(({ id }) => this.#readings.get(id, "power_w"))) return nothing;
    return html`<p class=${look}>${icon("wifi-off")}<span>${this.t(key, { names: listOf(points), minutes: STALE_MS / 60_000 })}</span></p>`;
  }

  #load(): void {
    const now = this.client.live.now();
    const range = { from: now - SPARK_MS, to: now, buckets: 90 };
    void this.#history.run(async (signal) => {
      const load: LoadSeries = (query) => this.client.series(query, signal);
      const history = await loadPowerHistory(this.points, range, { load, signal });
      this.#refresh.answered(knownOf(history));
      return history;
    });
  }
}

const MOST_NAMES = 3;

function listOf(points: readonly Point[]): string {
  const names = points.slice(0, MOST_NAMES).map(({ name }) => name);
  return points.length > MOST_NAMES ? `${names.join(", ")}, +${points.length - MOST_NAMES}` : names.join(", ");
}

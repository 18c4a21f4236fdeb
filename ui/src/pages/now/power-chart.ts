import type { Instant } from "@vatio/model";
import { addDays, localDateOf, startOfDay } from "@vatio/model";
import { css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChartLine, ChartModel } from "../../charts/chart-model.js";
import { coverageOf } from "../../charts/chart-model.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { errorCard } from "../../controls/templates.js";
import type { Column, Point } from "../../data/api.js";
import { loadPowerHistory, type PowerHistory } from "./power-history.js";
import "../../charts/chart.js";

const RANGES = ["today", "24h", "7d"] as const;
type Range = (typeof RANGES)[number];
const DAY_MS = 86_400_000;
const REFRESH_MS = 60_000;
const POOR_COVERAGE = 0.98;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Loaded {
  readonly span: Span;
  readonly history: PowerHistory;
  /** The same before, moved to the instants of now. */
  readonly before?: PowerHistory;
}

/** Power of today by source, against the day before. */
@customElement("vt-power-chart")
export class PowerChart extends HubElement {
  @property({ attribute: false }) points: readonly Point[] = [];
  @state() private range: Range = "today";
  @state() private compare = false;
  readonly #task = new TaskController<Loaded>(this);
  #timer: ReturnType<typeof setInterval> | undefined;
  #asked = "";

  static override styles = css`
    :host { display: block; }
    .card { --chart-height: 276px; }
    @media (max-width: 720px) {
      .card { --chart-height: 210px; }
      header .seg { width: 100%; }
      header .seg button { flex: 1; }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#asked = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    // Days change with the zone of the site.
    const ids = [this.format.options.zone, ...this.points.map(({ id }) => id)].join();
    if (this.points.length === 0 || (ids === this.#asked && !changed.has("range") && !changed.has("compare"))) return;
    this.#asked = ids;
    this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    const model = value && this.#model(value);
    return html`<section class="card" aria-labelledby="h">
      <header class="wrap"><h2 id="h">${this.t(`now.chart.${this.range}`)}</h2><span class="sp"></span>
        <button class="chip" aria-pressed=${this.compare} @click=${() => (this.compare = !this.compare)}>${icon("arrow-left-right")}${this.t(this.range === "7d" ? "now.vsWeek" : "now.vsYesterday")}</button>
        <div class="seg" role="group" aria-label=${this.t("now.range")}>${RANGES.map((range) => html`<button aria-pressed=${range === this.range} @click=${() => (this.range = range)}>${this.t(`now.range.${range}`)}</button>`)}</div>
      </header>
      ${!value && error ? errorCard({ error, retry: () => this.#load() }) : html`<vt-chart label=${this.t(`now.chart.${this.range}`)} .model=${model}></vt-chart>`}
      ${model && coverageOf(model) < POOR_COVERAGE ? html`<p class="note">${icon("info")}<span>${this.t("now.coverage", { share: this.format.percent(coverageOf(model)) })}</span></p>` : ""}
    </section>`;
  }

  #model({ span, history, before }: Loaded): ChartModel {
    const line = (key: string, label: string, color: ChartLine["color"], values: Column | undefined): ChartLine[] =>
      values ? [{ key, label, color, values }] : [];
    const { consumption, consumptionMin: min, consumptionMax: max } = history;
    const hasSources = history.generation !== undefined || history.storage !== undefined;
    return {
      at: history.at,
      bucketMs: history.bucketMs,
      unit: "W",
      fromZero: true,
      now: this.client.live.now(),
      ...span,
      lines: [
        ...(before
          ? [
              {
                key: "before",
                label: this.t(this.range === "7d" ? "now.before.week" : "now.before.day"),
                color: "--ink-2" as const,
                values: aligned(before.consumption, history.at.length),
                dashed: true,
              },
            ]
          : []),
        ...line("grid", this.t("flow.grid"), "--gridin", hasSources ? history.grid : undefined),
        ...line(
          "storage",
          this.t("flow.storage"),
          "--battery",
          history.storage?.map((value) => (value === null ? null : -value)),
        ),
        ...line("generation", this.t("flow.generation"), "--solar", history.generation),
        {
          key: "consumption",
          label: this.t("now.consumption"),
          color: "--brand",
          values: consumption,
          ...(min && max ? { min, max } : {}),
        },
      ],
    };
  }

  #load(): void {
    const span = this.#span();
    const buckets = Math.min(480, Math.max(120, Math.round(this.clientWidth / 2) || 360));
    void this.#task.run(async (signal) => {
      const load = (part: Span): Promise<PowerHistory> =>
        loadPowerHistory(
          this.points,
          { ...part, buckets },
          { load: (query) => this.client.series(query, signal), signal },
        );
      const shift = this.range === "7d" ? 7 * DAY_MS : DAY_MS;
      const [history, before] = await Promise.all([
        load(span),
        this.compare ? load({ from: span.from - shift, to: span.to - shift }) : undefined,
      ]);
      return { span, history, ...(before ? { before } : {}) };
    });
  }

  /** Days are those of the site, whatever zone the browser is in. */
  #span(): Span {
    const now = this.client.live.now();
    if (this.range !== "today") return { from: now - (this.range === "7d" ? 7 : 1) * DAY_MS, to: now };
    const { zone } = this.format.options;
    const today = localDateOf(now as Instant, zone);
    return { from: startOfDay(today, zone), to: startOfDay(addDays(today, 1), zone) };
  }
}

/** One length for both: a day of 23 or 25 hours has other buckets than its neighbour. */
const aligned = (column: Column, length: number): Column => Array.from({ length }, (_, index) => column[index] ?? null);

import type { Instant } from "@vatio/model";
import { addDays, localDateOf, startOfDay } from "@vatio/model";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChartLine, ChartModel } from "../../charts/chart-model.js";
import { coverageOf } from "../../charts/chart-model.js";
import { RefreshController } from "../../controllers/refresh-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { TickController } from "../../controllers/tick-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { errorCard } from "../../controls/templates.js";
import type { Column, Point } from "../../data/api.js";
import { balanceOf } from "./balance.js";
import { type LiveRow, withRows } from "./live-tail.js";
import { knownOf, type LoadSeries, loadPowerHistory, type PowerHistory } from "./power-history.js";
import "../../charts/chart.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long a range is, and in how many parts it is drawn: a day in quarters of an hour, as suppliers measure demand, so
 * that lines of several sources stay apart where appliances go on and off.
 */
const RANGES = {
  "1h": { length: HOUR_MS, buckets: 720 },
  today: { length: DAY_MS, buckets: 100 },
  "24h": { length: DAY_MS, buckets: 97 },
  "7d": { length: 7 * DAY_MS, buckets: 169 },
} as const;
type Range = keyof typeof RANGES;
const RANGE_NAMES = Object.keys(RANGES) as Range[];

/** The newest values move the line at this pace. */
const TAIL_MS = 2_000;
const TAIL_KEPT_MS = 90_000;
/** What a site that has just begun shows at least. */
const LEAST_MS = 60_000;
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
  /** When the first device came. */
  @property({ type: Number }) since: number | undefined;
  @state() private chosen: Range | undefined;
  @state() private compare = false;
  readonly #task = new TaskController<Loaded>(this);
  readonly #refresh = new RefreshController(this, () => this.#load());
  #asked = "";
  #rows: readonly LiveRow[] = [];

  static override styles = css`
    :host { display: block; }
    .card { --chart-height: 276px; }
    @media (max-width: 720px) {
      .card { --chart-height: 210px; }
      header .seg { width: 100%; }
      header .seg button { flex: 1; }
    }
  `;

  constructor() {
    super();
    new TickController(this, TAIL_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asked = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    // Days change with the zone of the site.
    const asked = [this.format.options.zone, this.range, ...this.points.map(({ id }) => id)].join();
    if (this.points.length === 0 || (asked === this.#asked && !changed.has("compare"))) return;
    this.#asked = asked;
    this.#load();
  }

  /** A site that has just begun has more to show of its last hour than of its day. */
  private get range(): Range {
    const age = this.client.live.now() - (this.since ?? 0);
    return this.chosen ?? (age < HOUR_MS ? "1h" : "today");
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    const model = value && this.#model(value);
    const leftOut = value?.history.leftOut;
    return html`<section class="card" aria-labelledby="h">
      <header class="wrap"><h2 id="h">${this.t(`now.chart.${this.range}`)}</h2><span class="sp"></span>
        <button class="chip" aria-pressed=${this.compare} @click=${() => (this.compare = !this.compare)}>${icon("arrow-left-right")}${this.t(this.range === "7d" ? "now.vsWeek" : "now.vsYesterday")}</button>
        <div class="seg" role="group" aria-label=${this.t("now.range")}>${RANGE_NAMES.map((range) => html`<button aria-pressed=${range === this.range} @click=${() => (this.chosen = range)}>${this.t(`now.range.${range}`)}</button>`)}</div>
      </header>
      ${!value && error ? errorCard({ error, retry: () => this.#load() }) : html`<vt-chart label=${this.t(`now.chart.${this.range}`)} .model=${model}></vt-chart>`}
      ${model ? html`<p class="lab">${this.t("history.bucket", { span: this.format.span(model.bucketMs) })}. ${coverageOf(model) < POOR_COVERAGE ? this.t("now.coverage", { share: this.format.percent(coverageOf(model)) }) : nothing} ${leftOut ? this.t("now.leftOut", { n: leftOut }) : nothing}</p>` : nothing}
    </section>`;
  }

  #model({ span: asked, history: stored, before }: Loaded): ChartModel {
    const now = this.client.live.now();
    const balance = balanceOf(this.points, ({ id }) => this.client.readings.get(id, "power_w"), now);
    this.#rows = this.#rows.filter(({ at }) => at > now - TAIL_KEPT_MS);
    // What was true when the hub went away says nothing of now.
    if (this.client.live.state === "open") this.#rows = [...this.#rows, { at: now, balance }];
    const history = withRows(stored, this.#rows);
    const span = this.#slid(asked, history, now);
    const line = (key: string, label: string, color: ChartLine["color"], values: Column | undefined): ChartLine[] =>
      values ? [{ key, label, color, values }] : [];
    const { consumption, consumptionMin: min, consumptionMax: max } = history;
    const hasSources = history.generation !== undefined || history.storage !== undefined;
    return {
      at: history.at,
      bucketMs: history.bucketMs,
      unit: "W",
      fromZero: true,
      now,
      since: this.since,
      ...span,
      lines: [
        ...(before
          ? [
              {
                key: "before",
                label: this.t(this.range === "7d" ? "now.before.week" : "now.before.day"),
                color: "--ink-2" as const,
                values: aligned(before, stored.bucketMs, history.at),
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
          color: hasSources ? "--load" : "--brand",
          values: consumption,
          ...(min && max ? { min, max } : {}),
        },
      ],
    };
  }

  /** The axis goes with the clock; that of the last hour begins with the first value. */
  #slid({ from, to }: Span, { at, consumption }: PowerHistory, now: number): Span {
    const slid = Math.max(0, now - to);
    const span = { from: from + slid, to: to + slid };
    const first = at[consumption.findIndex((value) => value !== null)];
    if (this.range !== "1h" || first === undefined) return span;
    return { ...span, from: Math.max(span.from, Math.min(first, now - LEAST_MS)) };
  }

  #load(): void {
    const span = this.#span();
    const { buckets } = RANGES[this.range];
    void this.#task.run(async (signal) => {
      const ask: LoadSeries = (query) => this.client.series(query, signal);
      const load = (part: Span): Promise<PowerHistory> =>
        loadPowerHistory(this.points, { ...part, buckets }, { load: ask, signal });
      const shift = this.range === "7d" ? 7 * DAY_MS : DAY_MS;
      const [history, before] = await Promise.all([
        load(span),
        this.compare ? load({ from: span.from - shift, to: span.to - shift }) : undefined,
      ]);
      this.#refresh.answered(knownOf(history));
      return { span, history, ...(before ? { before } : {}) };
    });
  }

  /** Days are those of the site, whatever zone the browser is in. */
  #span(): Span {
    const now = this.client.live.now();
    if (this.range !== "today") return { from: now - RANGES[this.range].length, to: now };
    const { zone } = this.format.options;
    const today = localDateOf(now as Instant, zone);
    return { from: startOfDay(today, zone), to: startOfDay(addDays(today, 1), zone) };
  }
}

/** The former values by their place in the range: a day of 23 or 25 hours has other buckets than its neighbour. */
function aligned({ consumption }: PowerHistory, bucketMs: number, at: readonly number[]): Column {
  const [first = 0] = at;
  return at.map((instant) => consumption[Math.floor((instant - first) / (bucketMs || 1))] ?? null);
}

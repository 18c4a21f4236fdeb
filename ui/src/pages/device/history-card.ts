import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChartLine, ChartModel } from "../../charts/chart-model.js";
import type { TimeRange } from "../../charts/plot.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { select, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { figure, loaded } from "../../controls/templates.js";
import type { Metric, Point, Series } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";
import {
  daysOf,
  daysRange,
  type HistoryRange,
  hasNext,
  moveRange,
  NAMED_RANGES,
  parseRange,
  rangeQuery,
  type Span,
  spanOf,
} from "./history-range.js";
import { type HistoryStats, statsOf } from "./history-stats.js";
import { linesOf, type MeasureLine, measuresOf, startsAtZero } from "./measures.js";
import "../../charts/chart.js";

interface Loaded {
  readonly span: Span;
  readonly measure: string;
  readonly lines: readonly MeasureLine[];
  readonly series: readonly Series[];
  /** The same before, one range earlier. */
  readonly before: readonly Series[];
}

const REFRESH_MS = 60_000;
const FINER_AFTER_MS = 150;

/** Any measure of a circuit over any range, with its figures. Range and measure stand in the address. */
@customElement("vt-history-card")
export class HistoryCard extends HubElement {
  @property({ attribute: false }) point: Point | undefined;
  @property({ attribute: false }) phases: readonly Point[] = [];
  @state() private range: HistoryRange = parseRange(null, null);
  @state() private measure = "";
  /** When the device came. */
  @property({ type: Number }) since: number | undefined;
  @state() private compare = false;
  @state() private zoom: Span | undefined;
  @state() private choosing = false;
  @state() private days = { from: "", to: "" };
  @state() private problem = "";
  readonly #metrics = new CollectionController(this, () => this.client.metrics);
  readonly #task = new TaskController<Loaded>(this);
  #timer: ReturnType<typeof setInterval> | undefined;
  #zoomTimer: ReturnType<typeof setTimeout> | undefined;

  static override styles = css`
    :host { display: block; min-width: 0; }
    .card { --chart-height: 280px; }
    .range { display: flex; gap: 4px; align-items: center; min-width: 0; }
    .range .btn { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
    .pick { width: 170px; }
    .pick .sel { height: 38px; font-size: 14px; font-weight: 560; }
    .stats { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); margin: 4px 0 18px; }
    .stats > div { padding: 2px 18px; border-left: 1px solid var(--line); }
    .stats > div:first-child { padding-left: 0; border: 0; }
    .stats dt { color: var(--muted); font-size: 13.5px; }
    .stats dd { margin: 2px 0 3px; font-size: 24px; font-weight: 620; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .stats dd small { font-size: 14px; font-weight: 550; color: var(--muted); letter-spacing: 0; margin-left: 5px; }
    .stats dd.lab { white-space: normal; font-size: 13px; letter-spacing: 0; font-weight: 500; margin: 0; }
    .skeleton { min-height: 320px; }
    @media (max-width: 720px) {
      .card { --chart-height: 210px; }
      header .seg { width: 100%; order: 1; }
      header .seg button { flex: 1; padding: 0 6px; }
      header .sp { display: none; }
      .chip { order: 5; flex: 1 1 100%; justify-content: center; min-height: 40px; }
      .pick { flex: 1 1 100%; width: auto; order: 2; }
      .range { flex: 1 1 230px; order: 3; }
      .range .btn { flex: 1; }
      .csv { order: 4; }
      .stats { grid-template-columns: 1fr 1fr; gap: 14px 0; }
      .stats > div { padding: 0 0 0 16px; }
      .stats > div:nth-child(odd) { padding-left: 0; border: 0; }
    }
    @media print { header .seg, header .chip, header .csv, .range .iconbtn { display: none; } .range .btn { border: 0; padding: 0; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    void import("./measures-table.js");
    const { query } = this.navigation.location;
    this.range = parseRange(query.get("r"), query.get("to"));
    this.measure = query.get("m") ?? "";
    this.compare = query.get("cmp") === "prev";
    this.#timer = setInterval(() => {
      if (!document.hidden && !this.zoom && !this.#hasNext()) this.#load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    clearTimeout(this.#zoomTimer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const measures = this.#measures();
    if (measures.length > 0 && !measures.includes(this.measure)) this.measure = measures[0] ?? "";
    const former = changed.get("point") as Point | undefined;
    const otherPoint = changed.has("point") && former?.id !== this.point?.id;
    if (otherPoint || changed.has("range") || changed.has("measure") || changed.has("compare")) {
      this.zoom = undefined;
      this.#load();
    }
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    return html`<section class="card" aria-labelledby="h">${this.#head()}
      ${loaded({ value, error, retry: () => this.#load() }, (answer) => this.#content(answer))}
      <vt-measures-table .point=${this.point} .phases=${this.phases} .span=${value?.span} current=${this.measure} @vt-measure=${({ detail }: CustomEvent<string>) => this.#setMeasure(detail)}></vt-measures-table>
      ${this.choosing ? this.#dialog() : nothing}</section>`;
  }

  #head(): TemplateResult {
    const span = this.#span();
    const named = this.range.kind === "named" ? this.range.name : undefined;
    return html`<header class="wrap"><h2 id="h">${this.t("history.title")}</h2>
      <div class="seg" role="group" aria-label=${this.t("history.range")}>${NAMED_RANGES.map((name) => html`<button aria-pressed=${name === named} @click=${() => this.#setRange({ kind: "named", name, end: undefined })}>${this.t(`history.range.${name}`)}</button>`)}</div>
      ${select({ id: "measure", value: this.measure, ariaLabel: this.t("history.metric"), options: this.#measures().map((name) => ({ value: name, label: i18n.metric(name) })), onChange: (name) => this.#setMeasure(name) })}
      <span class="sp"></span>
      ${this.#lines().length === 1 ? html`<button class="chip" aria-pressed=${this.compare} @click=${this.#toggleCompare}>${icon("arrow-left-right")}${this.t("history.compare")}</button>` : nothing}
      <div class="range">
        <button class="iconbtn s" aria-label=${this.t("history.previous")} @click=${() => this.#move(-1)}>${icon("chevron-left")}</button>
        <button class="btn sm" title=${this.t("history.custom")} @click=${this.#choose}>${icon("calendar")}${this.#rangeWords(span)}</button>
        <button class="iconbtn s" aria-label=${this.t("history.next")} ?disabled=${!this.#hasNext()} @click=${() => this.#move(1)}>${icon("chevron-right")}</button></div>
      <div class="range csv"><button class="iconbtn s" aria-label=${this.t("history.print")} title=${this.t("history.print")} ?disabled=${!this.#task.value} @click=${() => print()}>${icon("printer")}</button>
      <button class="iconbtn s" aria-label=${this.t("history.csv")} title=${this.t("history.csv")} ?disabled=${!this.#task.value} @click=${this.#save}>${icon("download")}</button></div></header>`;
  }

  #content(loaded: Loaded): TemplateResult {
    const model = this.#model(loaded);
    const label = this.t("history.label", {
      metric: i18n.metric(loaded.measure),
      name: this.point?.name ?? "",
      range: this.#rangeWords(loaded.span),
    });
    const bucket = loaded.series[0]?.bucketMs ?? 0;
    return html`${this.#stats(loaded)}<vt-chart label=${label} .model=${model} ?zoomed=${this.zoom !== undefined} @vt-zoom=${this.#zoomed}></vt-chart>
      ${bucket >= 1_000 ? html`<p class="lab">${this.t("history.bucket", { span: this.format.span(bucket) })}</p>` : nothing}`;
  }

  #stats({ series, measure, lines }: Loaded): TemplateResult | typeof nothing {
    const [first] = series;
    if (!first || lines.length > 1) return nothing;
    const metric = this.#metric(measure);
    const stats = statsOf(first, metric?.kind ?? "gauge", this.client.live.now());
    return html`<dl class="stats">${this.#statEntries(stats, metric?.unit ?? "").map(({ name, value, note }) => html`<div><dt>${name}</dt><dd>${value}</dd>${note ? html`<dd class="lab">${note}</dd>` : nothing}</div>`)}</dl>`;
  }

  #statEntries(
    { average, least, most, rise, onShare, coverage }: HistoryStats,
    unit: string,
  ): { name: string; value: TemplateResult | string; note?: string }[] {
    const write = (value: number): TemplateResult => figure(this.format.scaled(value, unit));
    return [
      ...(average === undefined ? [] : [{ name: this.t("history.average"), value: write(average) }]),
      ...(most ? [{ name: this.t("history.most"), value: write(most.value), note: this.format.moment(most.at) }] : []),
      ...(least
        ? [{ name: this.t("history.least"), value: write(least.value), note: this.format.moment(least.at) }]
        : []),
      ...(rise === undefined ? [] : [{ name: this.t("history.rise"), value: write(rise) }]),
      ...(onShare === undefined
        ? []
        : [
            {
              name: this.t("history.onShare"),
              value: this.format.percent(onShare),
              note: this.t("history.coverageNote"),
            },
          ]),
      { name: this.t("history.coverage"), value: this.format.percent(coverage), note: this.t("history.coverageNote") },
    ];
  }

  #model({ series, before, lines, span, measure }: Loaded): ChartModel {
    const unit = this.#metric(measure)?.unit ?? "";
    const kind = this.#metric(measure)?.kind;
    const at = series[0]?.at ?? [];
    const single = lines.length === 1 && kind === "gauge";
    return {
      at,
      bucketMs: series[0]?.bucketMs ?? 0,
      unit,
      fromZero: startsAtZero(unit) && kind !== "counter",
      now: this.client.live.now(),
      since: this.since,
      ...span,
      lines: [
        ...before.map(
          (former): ChartLine => ({
            key: "before",
            label: this.t("history.before"),
            color: "--ink-2",
            values: at.map((_, index) => former.metrics[0]?.avg[index] ?? null),
            dashed: true,
          }),
        ),
        ...lines.map(({ key, label, color }, index): ChartLine => {
          const metric = series[index]?.metrics[0];
          const band = single && metric ? { min: metric.min, max: metric.max } : {};
          return {
            key,
            label: lines.length === 1 && kind === "gauge" ? this.t("history.average") : label,
            color,
            values: metric?.avg ?? [],
            ...band,
            ...(kind === "state" ? { stepped: true } : {}),
          };
        }),
      ],
    };
  }

  #dialog(): TemplateResult {
    return html`<vt-dialog heading=${this.t("history.custom")} open @vt-close=${() => (this.choosing = false)}>
      <div class="form">${textField({ id: "from", type: "date", label: this.t("history.from"), value: this.days.from, error: this.problem || undefined, onInput: (from) => (this.days = { ...this.days, from }) })}
        ${textField({ id: "to", type: "date", label: this.t("history.to"), value: this.days.to, onInput: (to) => (this.days = { ...this.days, to }) })}</div>
      <button slot="foot" class="btn" @click=${() => (this.choosing = false)}>${this.t("action.cancel")}</button>
      <button slot="foot" class="btn primary" @click=${this.#chosen}>${this.t("history.show")}</button></vt-dialog>`;
  }

  #rangeWords(span: Span): string {
    if (span.to - span.from > 2 * 3_600_000) return this.format.dayRange(span.from, span.to - 1);
    const isToday = this.client.live.now() - span.to < 12 * 3_600_000;
    return this.t("unit.to", {
      from: isToday ? this.format.time(span.from) : this.format.moment(span.from),
      to: this.format.time(span.to),
    });
  }

  #measures(): string[] {
    return this.point ? measuresOf(this.point, this.phases) : [];
  }

  #metric(name: string): Metric | undefined {
    return this.#metrics.value?.find((metric) => metric.name === name);
  }

  #circumstances(): { readonly now: number; readonly zone: string } {
    return { now: this.client.live.now(), zone: this.format.options.zone };
  }

  #span(): Span {
    return spanOf(this.range, this.#circumstances());
  }

  #hasNext(): boolean {
    return hasNext(this.range, this.#circumstances());
  }

  #load(): void {
    const { point, measure } = this;
    if (!point || !measure) return;
    const span = this.#span();
    const asked = this.zoom ?? span;
    const lines = this.#lines();
    const buckets = Math.max(120, Math.min(1_200, Math.round(this.clientWidth / 2) || 480));
    void this.#task.run(async (signal) => {
      const load = ({ from, to }: Span): Promise<Series[]> =>
        Promise.all(
          lines.map(({ point: { id: target } }) =>
            this.client.series({ target, metrics: [measure], from, to, buckets }, signal),
          ),
        );
      const shift = span.to - span.from;
      const former = { from: asked.from - shift, to: asked.to - shift };
      const isCompared = this.compare && lines.length === 1;
      const [series, before] = await Promise.all([load(asked), isCompared ? load(former) : []]);
      return { span: asked, measure, lines, series, before };
    });
  }

  /** One line, or one for each phase. */
  #lines(): readonly MeasureLine[] {
    const { point, measure, phases } = this;
    return point && measure ? linesOf(measure, point, { phases, label: i18n.metric(measure) }) : [];
  }

  readonly #toggleCompare = (): void => {
    this.compare = !this.compare;
    this.navigation.setQuery({ cmp: this.compare ? "prev" : undefined });
  };

  /** A zoom asks for finer buckets once it stands still. */
  readonly #zoomed = ({ detail }: CustomEvent<TimeRange | null>): void => {
    clearTimeout(this.#zoomTimer);
    this.#zoomTimer = setTimeout(() => {
      this.zoom = detail ?? undefined;
      this.#load();
    }, FINER_AFTER_MS);
  };

  #setRange(range: HistoryRange): void {
    this.range = range;
    this.navigation.setQuery(rangeQuery(range));
  }

  #setMeasure(measure: string): void {
    this.measure = measure;
    this.navigation.setQuery({ m: measure });
  }

  #move(step: 1 | -1): void {
    this.#setRange(moveRange(this.range, step, this.client.live.now()));
  }

  readonly #choose = async (): Promise<void> => {
    await import("../../controls/dialog.js");
    this.days = daysOf(this.#span(), this.format.options.zone);
    this.problem = "";
    this.choosing = true;
  };

  readonly #chosen = (): void => {
    const range = daysRange(this.days.from, this.days.to);
    if (!range) {
      this.problem = this.t("history.fromAfterTo");
      return;
    }
    this.choosing = false;
    this.#setRange(range);
  };

  readonly #save = async (): Promise<void> => {
    const { value } = this.#task;
    const { chartCsv, saveText } = await import("../../charts/csv.js");
    if (value)
      saveText(
        chartCsv(this.#model(value), this.format.options.region),
        `${this.point?.name ?? "vatio"} ${value.measure}.csv`,
      );
  };
}

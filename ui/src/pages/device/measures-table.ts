import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { loaded } from "../../controls/templates.js";
import type { Metric, Point, Series } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";
import type { Span } from "./history-range.js";
import { type HistoryStats, statsOf } from "./history-stats.js";
import { linesOf, type MeasureLine, measuresOf } from "./measures.js";

/** Fine enough for means; extremes are exact at any length. */
const BUCKETS = 240;
const STALE_MS = 300_000;

/** A line of the table: a measure of a point or of one of its phases. */
interface MeasureRow extends MeasureLine {
  readonly measure: string;
}

/**
 * Every measure of a circuit over a range: now, lowest, mean, highest, and how much of the time is known.
 * @fires vt-measure with the name of the measure that a person wants to see as a chart
 */
@customElement("vt-measures-table")
export class MeasuresTable extends HubElement {
  @property({ attribute: false }) point: Point | undefined;
  @property({ attribute: false }) phases: readonly Point[] = [];
  @property({ attribute: false }) span: Span | undefined;
  /** The measure that is shown as a chart. */
  @property() current = "";
  readonly #metrics = new CollectionController(this, () => this.client.metrics);
  readonly #readings = new ReadingsController(this, () => this.client);
  readonly #task = new TaskController<ReadonlyMap<string, Series>>(this);

  static override styles = css`
    :host { display: block; min-width: 0; margin-top: 20px; padding-top: 16px; border-top: 1px solid var(--line); }
    h3 { font-size: 14.5px; font-weight: 640; margin-bottom: 8px; }
    .tbl td, .tbl tbody th { white-space: nowrap; padding-top: 7px; padding-bottom: 7px; }
    .tbl th:last-child, .tbl td:last-child { color: var(--muted); font-weight: 500; }
    button { border: 0; background: none; padding: 4px 0; min-height: 32px; text-align: left; font-weight: 560; text-decoration: underline; text-decoration-color: var(--line-strong); text-underline-offset: 3px; }
    button[aria-pressed="true"] { color: var(--brand-ink); font-weight: 640; text-decoration: none; }
    .skeleton { min-height: 220px; }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const former = changed.get("span");
    const isOther = former?.from !== this.span?.from || former?.to !== this.span?.to;
    if ((changed.has("span") && isOther) || (changed.has("point") && changed.get("point")?.id !== this.point?.id))
      this.#load();
    this.#readings.watch(this.#rows().map(({ point }) => point.id));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { value, error } = this.#task;
    const rows = this.#rows();
    if (rows.length === 0) return nothing;
    return html`<h3 id="m">${this.t("history.all")}</h3>${loaded({ value, error, retry: () => this.#load() }, (series) => this.#table(rows, series))}`;
  }

  #table(rows: readonly MeasureRow[], series: ReadonlyMap<string, Series>): TemplateResult {
    const heads = ["now", "least", "average", "most", "coverage"] as const;
    return html`<div class="scroll-x" tabindex="0" role="region" aria-labelledby="m"><table class="tbl">
      <thead><tr><th scope="col">${this.t("history.metric")}</th>${heads.map((head) => html`<th scope="col">${this.t(`history.${head}`)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => this.#row(row, series))}</tbody></table></div>`;
  }

  #row({ measure, point, label }: MeasureRow, series: ReadonlyMap<string, Series>): TemplateResult {
    const metric = this.#metrics.value?.find(({ name }) => name === measure);
    const found = series.get(point.id);
    const own = found?.metrics.find((each) => each.metric === measure);
    const stats =
      found && own
        ? statsOf({ ...found, metrics: [own] }, metric?.kind ?? "gauge", this.client.live.now())
        : { coverage: 0 };
    const name = i18n.metric(measure);
    const words = label === name ? name : `${name} ${label}`;
    return html`<tr><th scope="row"><button aria-pressed=${measure === this.current} @click=${() => this.#choose(measure)}>${words}</button></th>
      <td>${this.#now(measure, point, metric)}</td>${this.#figures(stats, metric)}<td>${this.format.percent(stats.coverage)}</td></tr>`;
  }

  #now(measure: string, point: Point, metric: Metric | undefined): TemplateResult | string {
    const reading = this.#readings.get(point.id, measure);
    if (!reading || this.client.live.now() - reading.at > STALE_MS) return "–";
    if (metric?.kind === "state") return this.t(reading.value > 0 ? "state.on" : "state.off");
    return this.format.quantity(reading.value, metric?.unit ?? "");
  }

  #figures({ average, least, most, rise, onShare }: HistoryStats, metric: Metric | undefined): TemplateResult {
    const write = (value: number | undefined): string =>
      value === undefined ? "–" : this.format.quantity(value, metric?.unit ?? "");
    // A register only rises and a state is on or off: their mean would say nothing.
    if (metric?.kind === "counter")
      return html`<td colspan="3">${this.t("history.riseOf", { value: write(rise) })}</td>`;
    if (metric?.kind === "state")
      return html`<td colspan="3">${onShare === undefined ? "–" : this.t("history.onOf", { share: this.format.percent(onShare) })}</td>`;
    return html`<td>${write(least?.value)}</td><td>${write(average)}</td><td>${write(most?.value)}</td>`;
  }

  #rows(): MeasureRow[] {
    const { point, phases } = this;
    if (!point) return [];
    return measuresOf(point, phases).flatMap((measure) =>
      linesOf(measure, point, { phases, label: i18n.metric(measure) }).map((line) => ({ ...line, measure })),
    );
  }

  #choose(measure: string): void {
    this.dispatchEvent(new CustomEvent<string>("vt-measure", { detail: measure }));
  }

  #load(): void {
    const { span } = this;
    if (!span) return;
    const rows = this.#rows();
    const targets = [...new Set(rows.map(({ point }) => point.id))];
    void this.#task.run(async (signal) => {
      const series = await Promise.all(
        targets.map((target) => {
          const metrics = rows.filter(({ point }) => point.id === target).map(({ measure }) => measure);
          return this.client.series({ target, metrics, ...span, buckets: BUCKETS }, signal);
        }),
      );
      return new Map(targets.map((target, index) => [target, series[index] as Series]));
    });
  }
}

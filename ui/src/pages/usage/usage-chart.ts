import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { BarModel } from "../../charts/bars/bar-model.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard } from "../../controls/templates.js";
import { VatioElement } from "../../controls/vatio-element.js";
import type { Point } from "../../data/api.js";
import type { UsageAnswer } from "./usage-data.js";
import { GROUPINGS, siteCoverage, usageBars } from "./usage-model.js";
import { bucketOf, rangeBelow, type UsageView } from "./usage-view.js";
import { bucketWords, rangeWords } from "./usage-words.js";
import "../../i18n/areas/usage.js";

/**
 * The energy of a range as bars or as a table, by source or by device.
 * @fires vt-view with what changes of the view
 * @fires vt-down with the index of the bucket that a person wants to see closer
 */
@customElement("vt-usage-chart")
export class UsageChart extends VatioElement {
  @property({ attribute: false }) answer: UsageAnswer | undefined;
  @property({ attribute: false }) points: readonly Point[] = [];
  @property({ type: Number }) now = 0;
  @property({ type: Number }) since: number | undefined;
  /** Address of what a bucket opens. */
  @property({ attribute: false }) href: ((index: number) => string | undefined) | undefined;

  static override styles = css`
    :host { display: flex; flex-direction: column; min-width: 0; }
    header { display: flex; align-items: center; gap: 10px 18px; margin: 20px 0 12px; flex-wrap: wrap; }
    .as button { display: inline-flex; gap: 7px; align-items: center; justify-content: center; }
    .as .i { width: 16px; height: 16px; }
    @media (max-width: 720px) {
      vt-bars { --chart-height: 230px; }
      header { gap: 8px; margin: 14px 0 10px; }
      header > .sp { display: none; }
      .by { flex: 1; }
      .chip { order: 3; flex: 1 1 100%; justify-content: center; }
      .by button { flex: 1; }
      .as button span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    }
    @media print { header { display: none; } }
  `;

  protected override willUpdate(): void {
    if (this.answer?.view.view === "table") void import("./usage-table.js");
  }

  protected override render(): TemplateResult | typeof nothing {
    const { answer } = this;
    if (!answer) return nothing;
    const { view, usage } = answer;
    return html`<header><div class="seg by" role="group" aria-label=${this.t("usage.split")}>${GROUPINGS.map((grouping) => html`<button aria-pressed=${grouping === view.grouping} @click=${() => this.#tell({ grouping })}>${this.t(`usage.split.${grouping}`)}</button>`)}</div>
        ${view.range === "day" ? html`<button class="chip" aria-pressed=${view.fine} @click=${() => this.#tell({ fine: !view.fine })}>${this.t("usage.fine")}</button>` : nothing}
        <span class="sp"></span>
        <div class="seg as" role="group" aria-label=${this.t("usage.as")}>${this.#as("chart", view)}${this.#as("table", view)}</div></header>
      ${usage.balance.usedWh.every((value) => value === null) ? emptyCard({ icon: "chart-column", title: this.t("usage.empty"), text: this.t("usage.emptyText") }) : this.#shown(answer)}`;
  }

  /** What is shown as text for spreadsheets. */
  async csv(): Promise<string | undefined> {
    const { answer } = this;
    if (!answer) return undefined;
    const { usageCsv } = await import("./usage-csv.js");
    const { zone, region } = this.format.options;
    return usageCsv({
      model: this.#model(answer),
      used: answer.usage.balance.usedWh,
      coverage: siteCoverage(answer.usage),
      words: {
        from: this.t("usage.csv.from"),
        to: this.t("usage.csv.to"),
        used: this.t("usage.used"),
        coverage: this.t("usage.csv.coverage"),
        estimated: this.t("usage.csv.estimated"),
        corrected: this.t("usage.csv.corrected"),
      },
      zone,
      region,
    });
  }

  #as(kind: UsageView["view"], { view }: UsageView): TemplateResult {
    return html`<button aria-pressed=${kind === view} @click=${() => this.#tell({ view: kind })}>${icon(kind === "chart" ? "chart-column" : "table")}<span>${this.t(`usage.as.${kind}`)}</span></button>`;
  }

  #shown(answer: UsageAnswer): TemplateResult {
    const { view, usage, span } = answer;
    const bucket = bucketOf(view);
    const words = bucketWords(usage.edges, bucket, this.now);
    const model = this.#model(answer);
    if (view.view === "table")
      return html`<vt-usage-table .model=${model} .words=${words} .used=${usage.balance.usedWh} bucket=${bucket} .href=${this.href}></vt-usage-table>`;
    const range = rangeWords(view.range, span, this.now);
    return html`<vt-bars label=${this.t(`usage.chart.${view.grouping}`, { range })} heading=${this.t(`usage.range.${view.range}`)} .model=${model} .words=${words} .total=${{ label: this.t("usage.used"), values: usage.balance.usedWh }} ?opens=${rangeBelow(bucket) !== undefined} @vt-open=${this.#opened}></vt-bars>`;
  }

  #model({ view, usage, before }: UsageAnswer): BarModel {
    const compare = view.compare === "year" && view.range !== "year" ? "year" : "prev";
    const label =
      compare === "year" && view.range !== "year"
        ? this.t(`usage.compare.year.${view.range}`)
        : this.t(`usage.compare.prev.${view.range}`);
    return usageBars(usage, {
      grouping: view.grouping,
      points: this.points,
      now: this.now,
      since: this.since,
      before: before ? { label, values: before } : undefined,
    });
  }

  #tell(change: Partial<UsageView>): void {
    this.dispatchEvent(new CustomEvent<Partial<UsageView>>("vt-view", { detail: change }));
  }

  readonly #opened = ({ detail }: CustomEvent<number>): void => {
    this.dispatchEvent(new CustomEvent<number>("vt-down", { detail }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "vt-usage-chart": UsageChart;
  }
}

import type { UnitStep } from "@vatio/model";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChartModel } from "../../charts/chart-model.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { ReadingsController } from "../../controllers/readings-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, figure } from "../../controls/templates.js";
import type { Point, ReadingsFrame } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";
import { liveStep } from "../../i18n/ui-format.js";
import { STALE_MS } from "../now/balance.js";
import { LiveTrace } from "./live-trace.js";
import { chartLine, linesOf, liveMeasures, type MeasureLine, measuresOf, startsAtZero } from "./measures.js";
import "../../charts/chart.js";

const SPAN_MS = 5 * 60_000;
/** At most four pictures a second. */
const DRAW_MS = 250;
const MOST_MEASURES = 4;

/** Power now and the last five minutes of any measure, drawn as readings arrive. */
@customElement("vt-live-card")
export class LiveCard extends HubElement {
  @property({ attribute: false }) point: Point | undefined;
  @property({ attribute: false }) phases: readonly Point[] = [];
  /** When the device came. */
  @property({ type: Number }) since: number | undefined;
  @state() private measure = "";
  @state() private pausedAt: number | undefined;
  @state() private model: ChartModel | undefined;
  readonly #metrics = new CollectionController(this, () => this.client.metrics);
  readonly #readings = new ReadingsController(this, () => this.client);
  #lines: readonly MeasureLine[] = [];
  #trace = new LiveTrace({ lines: 0, spanMs: SPAN_MS });
  #step: UnitStep | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ends: (() => void)[] = [];
  #visible = true;
  #drawnAt = 0;
  readonly #watcher = new IntersectionObserver(([entry]) => {
    this.#visible = entry?.isIntersecting ?? true;
  });

  static override styles = css`
    :host { display: flex; min-width: 0; }
    .card { flex: 1; min-width: 0; }
    .head { display: flex; justify-content: space-between; gap: 20px; align-items: flex-start; }
    .head h2 { margin-bottom: 8px; }
    .tools { display: flex; gap: 10px; margin: 20px 0 6px; flex-wrap: wrap; min-width: 0; }
    vt-chart { flex: 1; }
    .foot { display: flex; align-items: center; margin-top: 4px; min-height: 40px; }
    .pill { margin-top: 8px; }
    @media (max-width: 720px) { .head { flex-direction: column; gap: 14px; } .facts { width: 100%; } .seg { width: 100%; } .seg button { flex: 1 0 auto; padding: 0 6px; } vt-chart { --chart-height: 190px; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watcher.observe(this);
    const { live } = this.client;
    this.#ends = [live.readings.on((frame) => this.#received(frame)), live.holes.on(() => void this.#fill())];
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher.disconnect();
    clearInterval(this.#timer);
    for (const end of this.#ends) end();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { point } = this;
    if (!point) return;
    const measures = this.#measures();
    if (!measures.includes(this.measure)) this.measure = measures[0] ?? "";
    this.#readings.watch([point, ...this.phases].map(({ id }) => id));
    const former = changed.get("point") as Point | undefined;
    const isOther = changed.has("point") && former?.id !== point.id;
    if (isOther || changed.has("measure")) this.#begin(point);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { point } = this;
    if (!point) return nothing;
    const measures = this.#measures().slice(0, MOST_MEASURES);
    return html`<section class="card" aria-labelledby="h">
      <div class="head">${this.#hero(point)}${this.#facts(point)}</div>
      ${measures.length > 1 ? html`<div class="tools"><div class="seg" role="group" aria-label=${this.t("live.measure")}>${measures.map((name) => html`<button aria-pressed=${name === this.measure} @click=${() => (this.measure = name)}>${i18n.metric(name)}</button>`)}</div></div>` : nothing}
      ${
        this.#readings.get(point.id, this.measure) || this.#trace.newest > 0
          ? html`<vt-chart live label="${i18n.metric(this.measure)}, ${this.t("live.windowPlain")}" .model=${this.model}></vt-chart>`
          : emptyCard({ icon: "radio", title: this.t("device.waiting"), text: this.t("device.waitingText") })
      }
      <div class="foot"><span class="lab">${this.#footWords()}</span><span class="sp"></span>
        <button class="btn sm ghost" aria-pressed=${this.pausedAt !== undefined} @click=${this.#pause}>${icon(this.pausedAt === undefined ? "pause" : "play")}${this.t(this.pausedAt === undefined ? "action.pause" : "action.resume")}</button></div>
    </section>`;
  }

  #hero(point: Point): TemplateResult {
    const name = point.metrics.includes("power_w") ? "power_w" : this.measure;
    // Before the units are known a number would mean nothing, and its step would stay.
    const reading = this.#metrics.value && this.#readings.get(point.id, name);
    const now = this.client.live.now();
    const stale = !reading || now - reading.at > STALE_MS;
    const unit = this.#unit(name);
    if (reading) this.#step = liveStep(reading.value, unit, this.#step);
    return html`<div><h2 class="lab" id="h">${name === "power_w" ? this.t("live.powerNow") : this.t("live.now", { metric: i18n.metric(name) })}</h2>
      <div class="big ${stale ? "stale" : ""}">${reading ? figure(this.format.scaled(reading.value, unit, this.#step ?? { unit, divisor: 1 })) : "–"}</div>
      ${stale && reading ? html`<span class="pill warn sm">${this.t("now.lastSeen", { ago: this.format.ago(reading.at, now) })}</span>` : nothing}</div>`;
  }

  /** Counters and what else has one value: beside the figure. */
  #facts(point: Point): TemplateResult {
    const shown = ["energy_import_wh", "energy_export_wh", "temperature_c"].flatMap((name) => {
      const reading = this.#readings.get(point.id, name);
      return reading && !(name === "energy_export_wh" && reading.value === 0) ? [{ name, value: reading.value }] : [];
    });
    return html`<dl class="facts">${shown.map(({ name, value }) => html`<div><dt>${name === "energy_import_wh" ? this.t("live.lastReading") : i18n.metric(name)}</dt><dd>${this.format.quantity(value, this.#unit(name))}</dd></div>`)}</dl>`;
  }

  #footWords(): string {
    if (this.pausedAt !== undefined) return this.t("live.paused", { time: this.format.time(this.pausedAt, true) });
    const every = this.#trace.interval ?? 0;
    return every >= 1_000 ? this.t("live.window", { span: this.format.span(every) }) : this.t("live.windowPlain");
  }

  #measures(): string[] {
    const { point } = this;
    return point ? liveMeasures(measuresOf(point, this.phases), this.#metrics.value ?? []) : [];
  }

  #unit(name: string): string {
    return this.#metrics.value?.find((metric) => metric.name === name)?.unit ?? "";
  }

  #begin(point: Point): void {
    this.#lines = linesOf(this.measure, point, { phases: this.phases, label: i18n.metric(this.measure) });
    this.#trace = new LiveTrace({ lines: this.#lines.length, spanMs: SPAN_MS });
    this.pausedAt = undefined;
    void this.#fill();
  }

  /** What was measured before the page came, or while the stream was away. */
  async #fill(): Promise<void> {
    const [trace, measure, now] = [this.#trace, this.measure, this.client.live.now()];
    await Promise.all(
      this.#lines.map(async ({ point }, line) => {
        try {
          const series = await this.client.series({
            target: point.id,
            metrics: [measure],
            from: now - SPAN_MS,
            to: now,
            buckets: SPAN_MS / 1_000,
          });
          trace.fill(line, series);
        } catch {
          // The line begins with what arrives from now on.
        }
      }),
    );
    this.requestUpdate();
  }

  #received({ target, at, columns }: ReadingsFrame): void {
    const line = this.#lines.findIndex(({ point }) => point.id === target);
    const column = columns[this.measure];
    if (line >= 0 && column) this.#trace.receive(line, at, column);
  }

  #draw(): void {
    if (document.hidden || !this.#visible || this.pausedAt !== undefined || this.#lines.length === 0) return;
    const now = this.client.live.now();
    // Without new readings the axis still slides, but once a second is enough.
    if (this.#trace.newest < this.#drawnAt && now - this.#drawnAt < 1_000) return;
    this.#drawnAt = now;
    const { at, columns, intervalMs } = this.#trace.read(now - SPAN_MS, now);
    const unit = this.#unit(this.measure);
    this.model = {
      at,
      bucketMs: 0,
      intervalMs,
      unit,
      from: now - SPAN_MS,
      to: now,
      now,
      since: this.since,
      fromZero: startsAtZero(unit) && unit !== "A",
      lines: this.#lines.map((line, index) => chartLine(line, columns[index] ?? [])),
    };
  }

  readonly #pause = (): void => {
    this.pausedAt = this.pausedAt === undefined ? this.client.live.now() : undefined;
  };
}

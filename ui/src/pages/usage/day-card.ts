import { addDays, type LocalDate } from "@vatio/model";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { BarModel } from "../../charts/bars/bar-model.js";
import type { ColorToken } from "../../charts/chart-model.js";
import { TaskController } from "../../controllers/task-controller.js";
import { select, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { loaded } from "../../controls/templates.js";
import type { Column, Point, Usage } from "../../data/api.js";
import { type PickedEnergy, peakOf, pickedEnergy, type SlotRange, slotAt, windowAround } from "./day-slots.js";
import { spanOf } from "./usage-view.js";
import { bucketWords } from "./usage-words.js";
import "../../i18n/areas/usage.js";
import "./day-bars.js";
import "./day-strip.js";

const SITE = "";
const WINDOW = 24;

const ROLE_COLORS: Readonly<Record<Point["role"], ColorToken>> = {
  grid: "--gridin",
  generation: "--solar",
  storage: "--battery",
  circuit: "--u2",
  load: "--u2",
  motor: "--u2",
};

/**
 * The quarter hours of a day, of the site or of one circuit: a window of them large, the whole day small below, and a part that a
 * person picks by dragging or by typing its times.
 *
 * @slot - what can be done with the part that is picked
 * @fires vt-pick with the picked `SlotRange`, or null
 */
@customElement("vt-day-card")
export class DayCard extends HubElement {
  @property() date = "" as LocalDate;
  @property() site = "";
  @property({ attribute: false }) points: readonly Point[] = [];
  @state() private point = SITE;
  @state() private shown: SlotRange = { first: 0, end: WINDOW };
  @state() private picked: SlotRange | undefined;
  readonly #task = new TaskController<Usage>(this);

  static override styles = css`
    :host { display: flex; min-width: 0; }
    .card { flex: 1; min-width: 0; }
    .pick { width: 220px; }
    .pick .sel { height: 38px; font-size: 14px; font-weight: 560; }
    .picked { display: grid; grid-template-columns: 132px 132px minmax(0, 1fr) auto; gap: 12px; align-items: end; margin-top: 16px; }
    .picked p { padding-bottom: 10px; font-size: 13px; line-height: 1.35; color: var(--muted); font-variant-numeric: tabular-nums; }
    .picked p b { color: var(--ink); font-weight: 640; }
    .skeleton { min-height: 380px; }
    @media (max-width: 720px) {
      .pick { flex: 1 1 100%; }
      header .sp { display: none; }
      .picked { grid-template-columns: 1fr 1fr; }
      .picked p { grid-column: 1 / -1; padding: 0; order: 2; }
      .picked .btn { grid-column: 1 / -1; order: 3; }
    }
    @media print { :host { display: none; } }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("date") || changed.has("site")) {
      this.#pick(undefined);
      this.#load();
    }
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    const date = this.format.date(spanOf(this.#dates, this.#zone).from, "weekday");
    return html`<section class="card" aria-labelledby="h"><header class="wrap"><h2 id="h">${this.t("day.title", { date })}</h2><span class="sp"></span>
        ${select({ id: "point", value: this.point, ariaLabel: this.t("day.point"), options: this.#choices(), onChange: (point) => this.#choose(point) })}</header>
      ${loaded({ value, error, retry: () => this.#load() }, (usage) => this.#content(usage, date))}<slot></slot></section>`;
  }

  #content(usage: Usage, date: string): TemplateResult {
    const values = this.#values(usage);
    const model = this.#model(usage, values);
    const words = bucketWords(usage.edges, "slot", this.client.live.now());
    return html`<vt-day-bars label=${this.t("day.chart", { date })} .model=${model} .words=${words} .shown=${this.shown} .picked=${this.picked} @vt-pick=${({ detail }: CustomEvent<SlotRange>) => this.#pick(detail)}></vt-day-bars>
      <vt-day-strip label=${this.t("day.window")} .values=${values} .shown=${this.shown} .picked=${this.picked} .words=${words} @vt-window=${({ detail }: CustomEvent<SlotRange>) => (this.shown = detail)}></vt-day-strip>
      ${this.#fields(usage, values)}`;
  }

  #fields({ edges }: Usage, values: Column): TemplateResult {
    const times = timesOf(edges, this.#zone);
    const { picked } = this;
    const energy = picked && pickedEnergy(values, picked);
    const set = (change: Partial<SlotRange>): void =>
      this.#typed({ ...(picked ?? { first: 0, end: times.length }), ...change }, times.length);
    return html`<div class="picked">
      ${textField({
        id: "from",
        type: "time",
        label: this.t("day.from"),
        value: picked ? (times[picked.first] ?? "") : "",
        onInput: (time) => {
          const first = slotAt(times, time);
          if (first !== undefined) set({ first });
        },
      })}
      ${textField({
        id: "to",
        type: "time",
        label: this.t("day.to"),
        value: picked ? (times[picked.end] ?? "00:00") : "",
        onInput: (time) => {
          const end = slotAt(times, time, true);
          if (end !== undefined) set({ end });
        },
      })}
      <p aria-live="polite">${energy ? html`<b>${this.#pickedWords(energy)}</b>` : this.t("day.text")}</p>
      ${picked ? html`<button class="btn sm ghost" @click=${() => this.#pick(undefined)}>${icon("x")}${this.t("day.clear")}</button>` : nothing}</div>`;
  }

  #pickedWords({ slots, wh, missing }: PickedEnergy): string {
    const value = this.format.quantity(wh, "Wh");
    return missing > 0
      ? this.t("day.pickedPart", { n: slots, value, missing })
      : this.t("day.picked", { n: slots, value });
  }

  #choices(): { value: string; label: string }[] {
    const main = this.points.filter(({ phase }) => phase === undefined);
    return [{ value: SITE, label: this.t("day.site") }, ...main.map(({ id, name }) => ({ value: id, label: name }))];
  }

  #values({ balance, points }: Usage): Column {
    if (this.point === SITE) return balance.usedWh;
    const usage = points.find(({ point }) => point === this.point);
    if (!usage) return balance.usedWh.map(() => null);
    // What a meter only gives, as an inverter does, is its energy as well.
    const gives = !usage.importWh.some((value) => value !== null && value > 0);
    return gives && usage.exportWh.some((value) => value !== null) ? usage.exportWh : usage.importWh;
  }

  #model({ edges, points }: Usage, values: Column): BarModel {
    const usage = points.find(({ point }) => point === this.point);
    const label = this.points.find(({ id }) => id === this.point)?.name ?? this.t("usage.used");
    const color = ROLE_COLORS[usage?.role ?? "load"];
    return {
      edges,
      series: [{ key: "slots", label, color, values }],
      unit: "Wh",
      now: this.client.live.now(),
      ...(usage
        ? {
            estimated: usage.quality.map((bits) => (bits & 2) !== 0),
            corrected: usage.quality.map((bits) => (bits & 4) !== 0),
          }
        : {}),
    };
  }

  #choose(point: string): void {
    this.point = point;
    const { value } = this.#task;
    if (value && !this.picked) this.#center(value);
  }

  #typed({ first, end }: SlotRange, count: number): void {
    if (first >= end) return;
    this.#pick({ first, end });
    if (first < this.shown.first || end > this.shown.end)
      this.shown = windowAround((first + end) / 2, Math.max(WINDOW, end - first), count);
  }

  #pick(picked: SlotRange | undefined): void {
    this.picked = picked;
    this.dispatchEvent(new CustomEvent<SlotRange | null>("vt-pick", { detail: picked ?? null }));
  }

  #center(usage: Usage): void {
    const values = this.#values(usage);
    this.shown = windowAround(peakOf(values) ?? values.length / 2, WINDOW, values.length);
  }

  get #zone(): string {
    return this.format.options.zone;
  }

  get #dates(): { readonly from: LocalDate; readonly until: LocalDate } {
    return { from: this.date, until: addDays(this.date, 1) };
  }

  #load(): void {
    const { site } = this;
    if (!site || !this.date) return;
    const span = spanOf(this.#dates, this.#zone);
    void this.#task.run(async (signal) => {
      const usage = await this.client.usage({ site, ...span, bucket: "slot" }, signal);
      this.#center(usage);
      return usage;
    });
  }
}

/** Begin of each slot as fields of time hold it, whatever clock the reader prefers. */
function timesOf(edges: readonly number[], zone: string): string[] {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return edges.slice(0, -1).map((at) => format.format(at));
}

import { addDays, type Instant, type LocalDate, localDateOf } from "@vatio/model";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Device, Point, Site } from "../../data/api.js";
import { periodDates } from "./periods.js";
import type { UsageBar } from "./usage-bar.js";
import type { UsageChart } from "./usage-chart.js";
import { loadUsage, rememberComparison, rememberedComparison, type UsageAnswer } from "./usage-data.js";
import { bucketOf, parseView, rangeBelow, type UsageView, type ViewContext, viewQuery } from "./usage-view.js";
import { rangeWords } from "./usage-words.js";
import { weekStartOf } from "./week-start.js";
import "../../i18n/areas/usage.js";
import "../../controls/boundary.js";
import "../../shell/page-head.js";
import "./usage-bar.js";
import "./usage-chart.js";
import "./usage-facts.js";
import "./usage-summary.js";

// Asked for at once, beside the data; whoever has no bars to look at yet does not wait for them.
void import("../../charts/bars/bars.js");
void import("./device-ranking.js");

const REFRESH_MS = 60_000;

/** How much: energy over any range, by source and by device, against another time. The address holds what is shown. */
@customElement("vt-usage-page")
export class UsagePage extends HubElement {
  readonly #sites = new CollectionController(this, () => this.client.sites);
  readonly #points = new CollectionController(this, () => this.client.points);
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #task = new TaskController<UsageAnswer>(this);
  @query("vt-usage-bar") private readonly bar!: UsageBar | null;
  @query("vt-usage-chart") private readonly chart!: UsageChart | null;
  #asked = "";
  #timer: ReturnType<typeof setInterval> | undefined;
  #ends: (() => void)[] = [];

  static override styles = css`
    :host { display: block; }
    .skeleton { min-height: 420px; border-radius: var(--r-l); }
    .use { padding-bottom: 18px; transition: opacity var(--t-hover); }
    .use[aria-busy="true"] { opacity: 0.6; }
    .top { display: flex; gap: 20px 36px; align-items: flex-start; flex-wrap: wrap; }
    vt-usage-summary { flex: 1 1 280px; max-width: 400px; }
    vt-usage-facts { margin-left: auto; }
    .acts { display: none; }
    .grid > * { min-width: 0; }
    .paper { display: none; }
    .paper h1 { font-size: 22px; font-weight: 680; }
    @media (max-width: 1100px) { .rank, .heat { grid-column: span 12; } }
    @media (max-width: 1000px) { vt-usage-facts { margin-left: 0; width: 100%; } }
    @media (max-width: 720px) {
      .top { display: contents; }
      vt-usage-chart { order: 1; }
      vt-usage-facts { order: 2; margin-top: 16px; padding-top: 14px; border-top: 1px solid var(--line); }
      vt-usage-summary { flex: none; max-width: none; }
      .acts { order: 3; }
    }
    @media (max-width: 720px) { .acts { display: flex; gap: 8px; margin-top: 16px; } .acts .btn { flex: 1; height: 44px; } }
    @media print { vt-page-head, .acts { display: none; } .paper { display: block; margin-bottom: 14px; } .grid { display: block; } .grid > * { margin-bottom: 14px; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ends = [this.navigation.changes.on(() => this.requestUpdate())];
    const key = (event: KeyboardEvent): void => this.#key(event);
    document.addEventListener("vt-key", key as unknown as EventListener);
    this.#ends.push(() => document.removeEventListener("vt-key", key as unknown as EventListener));
    this.#timer = setInterval(() => this.#refresh(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    for (const end of this.#ends) end();
    this.#asked = "";
  }

  protected override willUpdate(): void {
    const site = this.#sites.value?.[0];
    if (!site || !this.#points.value) return;
    const view = this.#view();
    const { range, dates, compare, fine } = view;
    const asked = [site.id, range, dates.from, dates.until, compare, fine].join();
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#load(site, view);
    if (hasHeat(view)) void import("./heat-card.js");
    if (range === "day") void import("./day-card.js");
  }

  protected override render(): TemplateResult {
    const site = this.#sites.value?.[0];
    return html`<vt-page-head heading=${this.t("nav.usage")} sub=${site?.name ?? ""} live></vt-page-head>${this.#content(site)}`;
  }

  #content(site: Site | undefined): TemplateResult {
    const [points, devices] = [this.#points.value, this.#devices.value];
    const error = this.#sites.error ?? this.#points.error ?? this.#devices.error;
    if (!site || !points || !devices)
      return error
        ? html`<div class="card">${errorCard({ error, retry: this.#retry })}</div>`
        : html`<div class="skeleton"></div>`;
    if (points.length === 0) return this.#firstRun();
    const view = this.#view();
    return html`<vt-usage-bar .view=${view} .now=${this.client.live.now()} .weekStart=${this.#context().weekStart} .ready=${this.#task.value !== undefined} @vt-view=${this.#changed} @vt-csv=${this.#save}></vt-usage-bar>
      ${this.#answer(site, { points, devices, view })}`;
  }

  #firstRun(): TemplateResult {
    const action = html`<a class="btn primary" href="/devices/add">${icon("plus")}${this.t("add.title")}</a>`;
    return html`<div class="card">${emptyCard({ icon: "chart-column", title: this.t("usage.first"), text: this.t("usage.firstText"), action })}</div>`;
  }

  #answer(
    site: Site,
    {
      points,
      devices,
      view,
    }: { readonly points: readonly Point[]; readonly devices: readonly Device[]; readonly view: UsageView },
  ): TemplateResult {
    const { value: answer, error, loading } = this.#task;
    const isShown = answer?.view.dates.from === view.dates.from && answer.view.dates.until === view.dates.until;
    // What is on the page stays there while the hub is away; another range cannot be shown.
    if (error && !loading && !isShown)
      return html`<div class="card">${errorCard({ error, retry: () => this.#load(site, view) })}</div>`;
    if (!answer) return html`<div class="skeleton"></div>`;
    const now = this.client.live.now();
    const since = firstAdded(devices);
    const range = `r=${answer.view.dates.from}..${addDays(answer.view.dates.until, -1)}`;
    const words = rangeWords(answer.view.range, answer.span, now);
    return html`<div class="paper"><h1>${this.t("nav.usage")}</h1><p>${this.t("usage.printed", { site: site.name, range: words })}</p></div>
      <div class="grid">
      <section class="card c12 use" aria-label=${words} aria-busy=${loading}>
        <div class="top"><vt-usage-summary .answer=${shownAs(answer, view)} .now=${now}></vt-usage-summary><vt-usage-facts .answer=${answer} .now=${now} .since=${since}></vt-usage-facts></div>
        <vt-usage-chart .answer=${shownAs(answer, view)} .points=${points} .now=${now} .since=${since} .href=${this.#href} @vt-view=${this.#changed} @vt-down=${this.#down}></vt-usage-chart>
        <div class="acts"><button class="btn" @click=${this.#save}>${icon("download")}${this.t("usage.csv")}</button><button class="btn" @click=${() => print()}>${icon("printer")}${this.t("usage.print")}</button></div>
      </section>
      ${answer.view.range === "day" && answer.usage.balance.usedWh.some((value) => value !== null) ? html`<vt-boundary class="c12"><vt-day-card .date=${answer.view.dates.from} .site=${site.id} .points=${points}></vt-day-card></vt-boundary>` : nothing}
      <vt-boundary class=${hasHeat(answer.view) ? "c5 rank" : "c12 rank"}><vt-device-ranking .usage=${answer.usage} .points=${points} .range=${range}></vt-device-ranking></vt-boundary>
      ${hasHeat(answer.view) ? html`<vt-boundary class="c7 heat"><vt-heat-card .dates=${answer.view.dates} .site=${site.id} .points=${points} .since=${since} label=${words} @vt-day=${this.#day}></vt-heat-card></vt-boundary>` : nothing}
    </div>`;
  }

  #context(): ViewContext {
    const { zone, region } = this.format.options;
    const today = localDateOf(this.client.live.now() as Instant, zone);
    return { today, weekStart: weekStartOf(region), compare: rememberedComparison() };
  }

  #view(): UsageView {
    return parseView(this.navigation.location.query, this.#context());
  }

  #load(site: Site, view: UsageView): void {
    const { zone } = this.format.options;
    void this.#task.run((signal) =>
      loadUsage(view, { client: this.client, site: site.id, zone, points: this.#points.value ?? [], signal }),
    );
  }

  /** What runs on grows while it is looked at. */
  #refresh(): void {
    const site = this.#sites.value?.[0];
    const { value } = this.#task;
    const now = this.client.live.now();
    // Midnight makes another day, week or month of what is shown.
    this.requestUpdate();
    if (document.hidden || !site || !value || value.span.to <= now || value.span.from > now) return;
    this.#load(site, this.#view());
  }

  readonly #changed = ({ detail }: CustomEvent<Partial<UsageView>>): void => {
    if (detail.compare) rememberComparison(detail.compare);
    const view = { ...this.#view(), ...detail };
    this.navigation.setQuery({
      ...viewQuery(view, this.#context()),
      cmp: view.compare === "prev" ? undefined : view.compare,
    });
  };

  /** Address of the range that a bucket stands for. */
  readonly #href = (index: number): string | undefined => {
    const { value } = this.#task;
    const at = value?.usage.edges[index];
    const below = value && rangeBelow(bucketOf(value.view));
    if (!value || at === undefined || !below) return undefined;
    const context = this.#context();
    const date = localDateOf(at as Instant, this.format.options.zone);
    const view = { ...this.#view(), range: below, dates: periodDates(below, date, context.weekStart) };
    return this.#address(view, context);
  };

  #address(view: UsageView, context: ViewContext): string {
    const query = new URLSearchParams();
    const wanted = { ...viewQuery(view, context), cmp: view.compare === context.compare ? undefined : view.compare };
    for (const [name, text] of Object.entries(wanted)) if (text !== undefined) query.set(name, text);
    return `${this.navigation.location.path}?${query}`;
  }

  readonly #down = ({ detail }: CustomEvent<number>): void => {
    const href = this.#href(detail);
    if (href) this.navigation.go(href);
  };

  readonly #day = ({ detail }: CustomEvent<LocalDate>): void => {
    const context = this.#context();
    this.navigation.go(
      this.#address({ ...this.#view(), range: "day", dates: periodDates("day", detail, context.weekStart) }, context),
    );
  };

  #key({ detail }: { readonly detail?: unknown }): void {
    if (detail === "[") this.bar?.step(-1);
    if (detail === "]") this.bar?.step(1);
    if (detail === "c")
      this.#changed(
        new CustomEvent("vt-view", { detail: { compare: this.#view().compare === "none" ? "prev" : "none" } }),
      );
  }

  readonly #save = async (): Promise<void> => {
    const { value } = this.#task;
    const csv = await this.chart?.csv();
    if (!value || csv === undefined) return;
    const { saveText } = await import("../../charts/csv.js");
    const { dates, range } = value.view;
    const name =
      range === "custom"
        ? `${dates.from} ${addDays(dates.until, -1)}`
        : dates.from.slice(0, { day: 10, week: 10, month: 7, year: 4 }[range]);
    saveText(csv, `vatio ${this.t("nav.usage")} ${name}.csv`.toLowerCase());
  };

  readonly #retry = (): void => {
    this.#sites.retry();
    this.#points.retry();
    this.#devices.retry();
  };
}

/** An answer in the looks of a view: those need no new answer. */
function shownAs({ before, change, ...answer }: UsageAnswer, { grouping, view, compare }: UsageView): UsageAnswer {
  // Another comparison is on its way: this one is none of it.
  const isSame = compare === answer.view.compare;
  const compared = { ...(isSame && before ? { before } : {}), ...(isSame && change ? { change } : {}) };
  return { ...answer, ...compared, view: { ...answer.view, grouping, view, compare } };
}

const MOST_HEAT_DAYS = 80;

/** A map of hours says something for several days; more of them than this would be finer than the eye. */
function hasHeat({ range, dates }: UsageView): boolean {
  const days = (Date.parse(dates.until) - Date.parse(dates.from)) / 86_400_000;
  return range !== "day" && range !== "year" && days > 1 && days <= MOST_HEAT_DAYS;
}

/** When measuring began; undefined without devices. */
function firstAdded(devices: readonly Device[]): number | undefined {
  const mine = devices.filter(({ state }) => state === "active" || state === "inactive");
  return mine.length === 0 ? undefined : Math.min(...mine.map(({ addedAt }) => addedAt));
}

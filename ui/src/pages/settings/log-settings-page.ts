import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { TaskController } from "../../controllers/task-controller.js";
import { selectField, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, errorCard, errorText } from "../../controls/templates.js";
import type { LogLevel } from "../../data/api.js";
import type { PlainKey } from "../../i18n/catalogue.js";
import { copyButton, followButton, followPill } from "./log/log-bar.js";
import { LogController } from "./log/log-controller.js";
import { LOG_LEVELS } from "./log/log-tail.js";
import { filterOf, type LogView, RANGES, viewOf } from "./log/log-view.js";
import "./log/log-lines.js";
import "./settings-frame.js";

const MOST_LINES = 500;
const TYPING_MS = 350;
const LEVEL_WORDS: Readonly<Record<LogLevel, PlainKey>> = {
  debug: "log.debug",
  info: "log.info",
  warn: "log.warn",
  error: "log.error",
};
/** Parts of the hub that write; plugins are added by name. */
const SOURCES = ["hub", "store", "mqtt", "http", "bus", "plugins", "auth", "live", "registry"];

/** The system log: what happened, by level, part, text and time, as it happens; and what is written at all. */
@customElement("vt-log-settings-page")
export class LogSettingsPage extends HubElement {
  @state() private view: LogView = viewOf(new URLSearchParams());
  @state() private text = "";
  readonly #log = new LogController(this, { client: () => this.client, most: MOST_LINES });
  readonly #level = new TaskController<{ readonly level: LogLevel }>(this);
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** The range is counted from when it was chosen: a filter that moves with the clock would load again and again. */
  #since = 0;

  static override styles = css`
    .btns { display: flex; gap: 6px; margin-left: auto; }
    .filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 150px), 1fr)); gap: 12px; margin-bottom: 14px; }
    .filters .grow { grid-column: span 2; }
    vt-log-lines { --log-height: max(360px, calc(100vh - 440px)); }
    .writes { flex-flow: row wrap; align-items: center; gap: 14px 20px; }
    .writes .field { width: 240px; max-width: 100%; }
    .writes p { flex: 1 1 220px; margin-top: 22px; }
    @media (max-width: 720px) { .writes .field { width: 100%; } .writes p { margin-top: 0; } }
    .end { margin-top: 10px; }
    .card + .card { margin-top: var(--gap); }
    @media (max-width: 720px) { .filters { grid-template-columns: 1fr 1fr; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.view = viewOf(this.navigation.location.query);
    this.text = this.view.text;
    this.#since = this.client.live.now();
    void this.#level.run((signal) => this.client.http.get("/logs/level", { signal }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  protected override willUpdate(): void {
    this.#log.show(filterOf(this.view, this.#since));
  }

  protected override render(): TemplateResult {
    const log = this.#log;
    return html`<vt-settings-frame section="log">
      <section class="card" aria-labelledby="h">
        <header class="wrap"><h2 id="h">${this.t("log.title")}</h2>${this.view.to === undefined ? followPill(log) : nothing}
          <span class="btns">${this.view.to === undefined ? followButton(log) : nothing}${copyButton(log.lines, (message, options) => this.toast(message, options))}</span></header>
        ${this.#filters()}${this.#content()}
      </section>
      ${this.#writes()}
    </vt-settings-frame>`;
  }

  #filters(): TemplateResult {
    const { view } = this;
    const option = (value: string, label: string) => ({ value, label });
    const plugins = (this.client.plugins.value ?? []).map(({ id, name }) => option(`plugin:${id}`, name));
    const others = [...new Set([...SOURCES, ...this.#log.lines.map(({ source }) => source), view.source])]
      .filter((source) => source !== "" && !plugins.some(({ value }) => value === source))
      .sort();
    return html`<div class="filters" role="search" aria-label=${this.t("log.title")}>
      <div class="grow">${textField({ id: "text", label: this.t("log.search"), value: this.text, onInput: (text) => this.#type(text) })}</div>
      ${selectField({ id: "level", label: this.t("log.level"), value: view.level, options: LOG_LEVELS.map((level) => option(level, this.t(LEVEL_WORDS[level]))), onChange: (level) => this.#change({ level: level as LogLevel }) })}
      ${selectField({ id: "source", label: this.t("log.source"), value: view.source, options: [option("", this.t("log.anySource")), ...plugins, ...others.map((source) => option(source, source))], onChange: (source) => this.#change({ source }) })}
      ${selectField({ id: "range", label: this.t("log.range"), value: view.range, options: RANGES.map(({ id, label }) => option(id, this.t(label))), onChange: (range) => this.#range(range) })}
      ${view.range === "custom" ? html`${this.#moment("from", this.t("log.from"))}${this.#moment("to", this.t("log.to"))}` : nothing}
    </div>`;
  }

  #moment(name: "from" | "to", label: string): TemplateResult {
    return textField({
      id: name,
      label,
      type: "datetime-local",
      value: this.view[name] ?? "",
      onInput: (text) => this.#change({ [name]: text || undefined }),
    });
  }

  #content(): TemplateResult {
    const { lines, error, loading, retry } = this.#log;
    if (error) return errorCard({ error, retry });
    if (lines.length > 0) {
      return html`<vt-log-lines sources .lines=${lines} .now=${this.client.live.now()}></vt-log-lines>
        ${lines.length >= MOST_LINES ? html`<p class="note end">${this.t("log.most", { n: MOST_LINES })}</p>` : nothing}`;
    }
    if (loading) return html`<div class="skeleton"></div>`;
    const action = html`<button class="btn" @click=${() => this.#clear()}>${icon("x")}${this.t("log.clear")}</button>`;
    return emptyCard({ icon: "scroll-text", title: this.t("log.none"), text: this.t("log.noneText"), action });
  }

  #writes(): TemplateResult {
    const { value, error } = this.#level;
    if (error && !value) return html`<section class="card">${errorCard({ error })}</section>`;
    if (!value) return html`<section class="card"><div class="skeleton"></div></section>`;
    return html`<section class="card writes">
      ${selectField({ id: "writes", label: this.t("log.writes"), value: value.level, options: LOG_LEVELS.map((level) => ({ value: level, label: this.t(LEVEL_WORDS[level]) })), onChange: (level) => void this.#setLevel(level as LogLevel) })}
      <p class="lab">${this.t("log.writesHelp")}</p></section>`;
  }

  async #setLevel(level: LogLevel): Promise<void> {
    const before = this.#level.value;
    await this.#level.run(() => this.client.http.put("/logs/level", { level }));
    const { error } = this.#level;
    if (error) this.toast(errorText(error), { kind: "bad" });
    else if (before?.level !== level)
      this.toast(this.t("log.levelChanged", { level: this.t(LEVEL_WORDS[level]) }), { kind: "good" });
  }

  #type(text: string): void {
    this.text = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#change({ text: text.trim() }), TYPING_MS);
  }

  #range(range: string): void {
    this.#since = this.client.live.now();
    this.#change({ range, from: undefined, to: undefined });
  }

  #clear(): void {
    this.text = "";
    this.#change(viewOf(new URLSearchParams()));
  }

  #change(change: Partial<LogView>): void {
    this.view = { ...this.view, ...change };
    const { level, source, text, range, from, to } = this.view;
    this.navigation.setQuery({
      level: level === "debug" ? undefined : level,
      source: source || undefined,
      text: text || undefined,
      range: range === "all" ? undefined : range,
      from,
      to,
    });
  }
}

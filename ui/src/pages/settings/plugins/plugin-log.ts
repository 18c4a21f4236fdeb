import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { HubElement } from "../../../controls/hub-element.js";
import { emptyCard, errorCard } from "../../../controls/templates.js";
import type { LogLevel } from "../../../data/api.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { copyButton, followButton, followPill } from "../log/log-bar.js";
import { LogController } from "../log/log-controller.js";
import "../log/log-lines.js";

const LEVELS: readonly (readonly [level: LogLevel, label: PlainKey])[] = [
  ["debug", "log.all"],
  ["warn", "log.warnings"],
  ["error", "log.errors"],
];
const MOST_LINES = 200;

/** What one plugin writes into the log, as it does. */
@customElement("vt-plugin-log")
export class PluginLog extends HubElement {
  /** Id of the plugin. */
  @property() plugin = "";
  @state() private level: LogLevel = "debug";
  readonly #log = new LogController(this, { client: () => this.client, most: MOST_LINES });

  static override styles = css`:host { display: grid; min-width: 0; }
    .btns { display: flex; gap: 6px; }
    header.wrap { gap: 8px; }`;

  protected override willUpdate(): void {
    this.#log.show({ level: this.level, source: `plugin:${this.plugin}` });
  }

  protected override render(): TemplateResult {
    const log = this.#log;
    return html`<section class="card" aria-labelledby="h">
      <header class="wrap"><h2 id="h">${this.t("settings.log")}</h2>${followPill(log)}<span class="sp"></span>
        <div class="seg" role="group" aria-label=${this.t("log.level")}>${LEVELS.map(([level, label]) => html`<button aria-pressed=${level === this.level} @click=${() => (this.level = level)}>${this.t(label)}</button>`)}</div>
        <span class="btns">${followButton(log)}${copyButton(log.lines, (message, options) => this.toast(message, options))}</span></header>
      ${this.#content()}
    </section>`;
  }

  #content(): TemplateResult {
    const { lines, error, loading, retry } = this.#log;
    if (lines.length > 0) return html`<vt-log-lines .lines=${lines} .now=${this.client.live.now()}></vt-log-lines>`;
    if (error) return errorCard({ error, retry });
    if (loading) return html`<div class="skeleton"></div>`;
    return emptyCard({ icon: "scroll-text", title: this.t("log.noneYet") });
  }
}

import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { MediaController, PHONE } from "../../controllers/media-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { emptyCard, errorCard } from "../../controls/templates.js";
import type { Plugin } from "../../data/api.js";
import type { RouteParams } from "../../shell/route-table.js";
import type { PluginDetail } from "./plugins/plugin-detail.js";
import { byUrgency } from "./plugins/plugin-words.js";
import "./plugins/plugin-detail.js";
import "./plugins/plugin-list.js";
import "./settings-frame.js";

const REFRESH_MS = 10_000;

/** The plugins and, below, the one that is chosen. On the phone that one is a page of its own. */
@customElement("vt-plugins-settings-page")
export class PluginsSettingsPage extends HubElement {
  @property({ attribute: false }) params: RouteParams = {};
  @query("vt-plugin-detail") private readonly detail!: PluginDetail | null;
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  readonly #phone = new MediaController(this, PHONE);
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = css`
    :host { display: block; }
    vt-plugin-list { display: block; margin-bottom: var(--gap); }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    // Memory, inbox and counters change without an event.
    this.#timer = setInterval(() => {
      if (!document.hidden) void this.client.plugins.refresh();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const former = changed.get("params");
    if (former && this.params.id && former.id !== this.params.id && !this.#phone.matches) void this.detail?.reveal();
  }

  protected override render(): TemplateResult {
    const plugins = this.#plugins.value;
    const chosen = plugins && this.#chosen(plugins);
    if (this.#phone.matches && this.params.id !== undefined && chosen) {
      return html`<vt-page-head heading=${chosen.name} sub="${chosen.id} ${chosen.version}" back="/settings/plugins" back-label=${this.t("plugins.toList")}></vt-page-head>${this.#detail(chosen)}`;
    }
    return html`<vt-settings-frame section="plugins">${plugins ? this.#content(plugins, chosen) : this.#waiting()}</vt-settings-frame>`;
  }

  /** With room for both, the most urgent plugin is shown until somebody chooses. */
  #chosen(plugins: readonly Plugin[]): Plugin | undefined {
    const { id } = this.params;
    if (id !== undefined) return plugins.find((plugin) => plugin.id === id);
    return this.#phone.matches ? undefined : [...plugins].sort(byUrgency)[0];
  }

  #waiting(): TemplateResult {
    const { error, retry } = this.#plugins;
    return html`<section class="card">${error ? errorCard({ error, retry }) : html`<div class="skeleton"></div>`}</section>`;
  }

  #content(plugins: readonly Plugin[], chosen: Plugin | undefined): TemplateResult {
    if (plugins.length === 0) {
      return html`<section class="card">${emptyCard({ icon: "puzzle", title: this.t("plugins.none"), text: this.t("plugins.noneText") })}</section>`;
    }
    const isGone = this.params.id !== undefined && !chosen;
    return html`<vt-plugin-list .plugins=${plugins} current=${chosen?.id ?? ""}></vt-plugin-list>
      ${chosen && !this.#phone.matches ? this.#detail(chosen) : nothing}
      ${isGone ? html`<section class="card">${emptyCard({ icon: "puzzle", title: this.t("plugins.gone"), text: this.params.id ?? "" })}</section>` : nothing}`;
  }

  #detail(plugin: Plugin): TemplateResult {
    return html`${keyed(plugin.id, html`<vt-plugin-detail .plugin=${plugin} .alone=${this.#phone.matches}></vt-plugin-detail>`)}`;
  }
}

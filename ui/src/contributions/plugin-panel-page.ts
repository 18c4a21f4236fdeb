import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { CollectionController } from "../controllers/collection-controller.js";
import type { Boundary } from "../controls/boundary.js";
import { HubElement } from "../controls/hub-element.js";
import { emptyCard, errorCard } from "../controls/templates.js";
import type { Plugin, PluginUi } from "../data/api.js";
import { i18n } from "../i18n/i18n.js";
import type { RouteParams } from "../shell/route-table.js";
import { loadPanel } from "./load-panel.js";
import { createPanelHub, type PanelHub } from "./panel-hub.js";
import "../controls/boundary.js";
import "../shell/page-head.js";

type Panel = PluginUi["panels"][number];
type PanelElement = HTMLElement & { hub?: PanelHub; config?: unknown };

/** A page that a plugin brings: its element, inside a boundary that keeps its failures to itself. */
@customElement("vt-plugin-panel-page")
export class PluginPanelPage extends HubElement {
  @property({ attribute: false }) params: RouteParams = {};
  @state() private element: PanelElement | undefined;
  @query("vt-boundary") private readonly boundary!: Boundary | null;
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  #loaded = "";

  static override styles = css`
    :host { display: block; }
  `;

  protected override render(): TemplateResult {
    const plugins = this.#plugins.value;
    if (!plugins)
      return this.#plugins.error
        ? html`<div class="card">${errorCard({ error: this.#plugins.error, retry: this.#plugins.retry })}</div>`
        : html`<div class="skeleton"></div>`;
    const found = this.#find(plugins);
    const title = found ? i18n.text(found.panel.title) : this.t("nav.plugins");
    return html`<vt-page-head heading=${title} sub=${found?.plugin.name ?? ""} live></vt-page-head>
      ${found ? html`<vt-boundary owner=${found.plugin.name} @vt-retry=${this.#retry}>${this.element ?? nothing}</vt-boundary>` : html`<div class="card">${emptyCard({ icon: "puzzle", title: this.t("notFound.title"), text: this.t("panel.unknown") })}</div>`}`;
  }

  protected override updated(changed: PropertyValues): void {
    const found = this.#find(this.#plugins.value ?? []);
    if (!found) return;
    const wanted = `${found.plugin.id}/${found.panel.id}/${found.module}`;
    if (wanted === this.#loaded && !changed.has("params")) return;
    this.#loaded = wanted;
    void this.#load(found);
  }

  #find(
    plugins: readonly Plugin[],
  ): { readonly plugin: Plugin; readonly panel: Panel; readonly module: string } | undefined {
    const plugin = plugins.find(({ id }) => id === this.params.plugin);
    const panel = plugin?.ui?.panels.find(({ id }) => id === this.params.panel);
    return plugin?.ui && panel ? { plugin, panel, module: plugin.ui.module } : undefined;
  }

  async #load({
    plugin,
    panel,
    module,
  }: {
    readonly plugin: Plugin;
    readonly panel: Panel;
    readonly module: string;
  }): Promise<void> {
    if (this.element?.localName === panel.element) return;
    try {
      await loadPanel({ plugin: plugin.id, module, element: panel.element });
      const element: PanelElement = document.createElement(panel.element);
      element.hub = createPanelHub({ plugin: plugin.id, client: this.client, go: (href) => this.navigation.go(href) });
      element.config = {};
      this.element = element;
    } catch (error) {
      this.element = undefined;
      this.boundary?.fail(error);
    }
  }

  readonly #retry = (): void => {
    this.#loaded = "";
    this.requestUpdate();
  };
}

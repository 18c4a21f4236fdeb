import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import "../../shell/page-head.js";

/** Sections of the settings, in the order of the tabs; each is a route. */
const SECTIONS = ["site", "account", "access", "plugins", "system", "log"] as const;
export type SettingsSection = (typeof SECTIONS)[number];

/**
 * What all settings pages share: head and tabs.
 *
 * @slot - the page
 */
@customElement("vt-settings-frame")
export class SettingsFrame extends HubElement {
  @property() section: SettingsSection = "site";
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  readonly #sites = new CollectionController(this, () => this.client.sites);

  static override styles = css`
    :host { display: block; }
  `;

  protected override firstUpdated(): void {
    // On a narrow page the tabs scroll: the present one must be among those that are seen.
    const tabs = this.renderRoot.querySelector(".tabs");
    const current = tabs?.querySelector<HTMLElement>("[aria-current]");
    if (tabs && current) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  }

  protected override render(): TemplateResult {
    const sub = [this.#sites.value?.[0]?.name, this.session && `hub ${this.session.hub.version}`]
      .filter(Boolean)
      .join(", ");
    return html`<vt-page-head heading=${this.t("settings.title")} sub=${sub}></vt-page-head>
      <nav class="tabs" aria-label=${this.t("settings.sections")}>${SECTIONS.map((section) => this.#tab(section))}</nav>
      <slot></slot>`;
  }

  #tab(section: SettingsSection): TemplateResult {
    const href = section === "site" ? "/settings" : `/settings/${section}`;
    const aside =
      section === "plugins" ? (this.#plugins.value ?? []).filter(({ state }) => state === "quarantined").length : 0;
    return html`<a href=${href} aria-current=${section === this.section ? "page" : nothing}>${this.t(`settings.${section}`)}${aside > 0 ? html`<span class="cnt bad">${aside}</span>` : nothing}</a>`;
  }
}

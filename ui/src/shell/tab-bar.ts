import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CollectionController } from "../controllers/collection-controller.js";
import { cssVars } from "../controls/css-vars.js";
import { HubElement } from "../controls/hub-element.js";
import { icon, iconNamed } from "../controls/icons/icon.js";
import { i18n } from "../i18n/i18n.js";
import { NAV_ITEMS, panelItems, SETTINGS_ITEM } from "./nav-items.js";
import type { NavEntry } from "./route-table.js";

/** Navigation at the foot of the phone: at most five entries, the pages of plugins before the settings. */
@customElement("vt-tab-bar")
export class TabBar extends HubElement {
  @property({ attribute: false }) current: NavEntry | undefined;
  @property() path = "";
  readonly #plugins = new CollectionController(this, () => this.client.plugins);

  static override styles = css`
    :host { display: none; }
    nav { position: fixed; z-index: 20; left: 0; right: 0; bottom: 0; display: grid; grid-template-columns: repeat(var(--entries), 1fr); background: color-mix(in srgb, var(--surface) 92%, transparent); backdrop-filter: blur(18px); border-top: 1px solid var(--line); padding: 6px 6px max(8px, env(safe-area-inset-bottom)); }
    a { display: grid; justify-items: center; gap: 3px; padding: 5px 0 4px; font-size: 11.5px; font-weight: 600; color: var(--muted); min-width: 0; }
    .w { width: 56px; height: 30px; border-radius: 15px; display: grid; place-items: center; }
    .n { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    a[aria-current] { color: var(--brand-ink); }
    a[aria-current] .w { background: var(--brand-soft); }
    @media (max-width: 720px) { :host { display: block; } }
  `;

  protected override render(): TemplateResult {
    const panels = panelItems(this.#plugins.value ?? []).slice(0, 2);
    const entries = [
      ...NAV_ITEMS.map(({ entry, href, icon: name, label }) => ({
        href,
        icon: icon(name),
        name: this.t(label),
        lit: this.current === entry,
      })),
      ...panels.map(({ href, icon: name, title }) => ({
        href,
        icon: iconNamed(name, "puzzle"),
        name: i18n.text(title),
        lit: this.path === href,
      })),
      {
        href: SETTINGS_ITEM.href,
        icon: icon(SETTINGS_ITEM.icon),
        name: this.t(SETTINGS_ITEM.label),
        lit: this.current === "settings",
      },
    ];
    return html`<nav aria-label=${this.t("nav.main")} ${cssVars({ "--entries": entries.length })}>
      ${entries.map(({ href, icon: mark, name, lit }) => html`<a href=${href} aria-current=${lit ? "page" : nothing}><span class="w">${mark}</span><span class="n">${name}</span></a>`)}
    </nav>`;
  }
}

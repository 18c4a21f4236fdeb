import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { CollectionController } from "../controllers/collection-controller.js";
import { HubElement } from "../controls/hub-element.js";
import { icon, iconNamed } from "../controls/icons/icon.js";
import { i18n } from "../i18n/i18n.js";
import { NAV_ITEMS, type NavItem, panelItems, SETTINGS_ITEM } from "./nav-items.js";
import type { NavEntry } from "./route-table.js";

/** Navigation at the side: names with icons, between 721 and 1100 px icons alone, on the phone nothing. */
@customElement("vt-side-nav")
export class SideNav extends HubElement {
  @property({ attribute: false }) current: NavEntry | undefined;
  @property() path = "";
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  readonly #devices = new CollectionController(this, () => this.client.devices);

  static override styles = css`
    :host { display: block; border-right: 1px solid var(--line); background: var(--surface-2); }
    nav { position: sticky; top: 0; height: 100vh; padding: 20px 14px 16px; display: flex; flex-direction: column; gap: 2px; overflow-y: auto; }
    .brand { display: flex; align-items: center; gap: 10px; padding: 4px 10px 18px; font-weight: 650; font-size: 16px; letter-spacing: -0.01em; }
    .mark { width: 30px; height: 30px; border-radius: 10px; background: var(--brand); color: var(--on-brand); display: grid; place-items: center; flex: none; }
    .nav { display: flex; align-items: center; gap: 12px; padding: 9px 10px; min-height: 40px; border-radius: var(--r-m); color: var(--ink-2); font-weight: 550; font-size: 14.5px; position: relative; }
    .nav .i { color: var(--muted); }
    .nav:hover { background: var(--surface-3); }
    .nav[aria-current] { background: var(--brand-soft); color: var(--brand-ink); }
    .nav[aria-current] .i { color: var(--brand-ink); }
    .nav .cnt { margin-left: auto; background: var(--warn-soft); color: var(--warn); }
    h2 { font-size: 12px; font-weight: 600; color: var(--muted); padding: 16px 10px 6px; }
    .foot { margin-top: auto; display: grid; gap: 2px; }
    .who { display: flex; gap: 10px; align-items: center; border-top: 1px solid var(--line); margin-top: 8px; padding: 14px 10px 10px; }
    .who:hover b { text-decoration: underline; text-underline-offset: 2px; }
    .ava { width: 32px; height: 32px; border-radius: 50%; background: var(--surface-3); display: grid; place-items: center; font-weight: 650; font-size: 13px; color: var(--ink-2); flex: none; }
    .who b { font-weight: 600; font-size: 14px; display: block; line-height: 1.2; }
    .who small { color: var(--muted); font-size: 12.5px; }
    @media (max-width: 1100px) {
      nav { padding: 18px 10px; align-items: center; }
      .brand { padding: 4px 0 18px; }
      .nav { justify-content: center; width: 44px; min-height: 44px; }
      .foot { justify-items: center; }
      .nav span:not(.cnt), .brand > span:last-child, .who div, h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      .nav .cnt { position: absolute; top: 2px; right: 0; transform: scale(0.85); }
    }
    @media (max-width: 720px) { :host { display: none; } }
  `;

  protected override willUpdate(): void {
    // Rare, so the banner is only loaded when there is something to say.
    if (this.#plugins.value?.some(({ state }) => state === "quarantined")) void import("./quarantine-banner.js");
  }

  protected override render(): TemplateResult {
    const panels = panelItems(this.#plugins.value ?? []);
    return html`<nav aria-label=${this.t("nav.main")}>
      <a class="brand" href="/" aria-label=${this.t("nav.home")}><span class="mark">${icon("zap")}</span><span>Vatio</span></a>
      ${NAV_ITEMS.map((item) => this.#item(item))}
      ${
        panels.length === 0
          ? nothing
          : html`<h2>${this.t("nav.plugins")}</h2>${panels.map(
              ({ href, icon: name, title }) =>
                html`<a class="nav" href=${href} title=${i18n.text(title)} aria-current=${this.path === href ? "page" : nothing}>${iconNamed(name, "puzzle")}<span>${i18n.text(title)}</span></a>`,
            )}`
      }
      <div class="foot">${this.#item(SETTINGS_ITEM)}${this.#who()}</div>
    </nav>`;
  }

  #item({ entry, href, icon: name, label }: NavItem): TemplateResult {
    const pending =
      entry === "devices" ? (this.#devices.value ?? []).filter(({ state }) => state === "pending").length : 0;
    return html`<a class="nav" href=${href} title=${this.t(label)} aria-current=${this.current === entry ? "page" : nothing}
      >${icon(name)}<span>${this.t(label)}</span>${pending > 0 ? html`<span class="cnt" title=${this.t("state.pending")}>${pending}</span>` : nothing}</a>`;
  }

  #who(): TemplateResult | typeof nothing {
    const user = this.session?.user;
    if (!user) return nothing;
    return html`<a class="who" href="/settings/account"><span class="ava" aria-hidden="true">${user.name.slice(0, 2).toUpperCase()}</span>
      <div><b>${user.name}</b><small>${this.t(`userRole.${user.role}`)}</small></div></a>`;
  }
}

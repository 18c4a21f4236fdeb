import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { CollectionController } from "../controllers/collection-controller.js";
import { HubElement } from "../controls/hub-element.js";
import { icon } from "../controls/icons/icon.js";
import { i18n } from "../i18n/i18n.js";
import { NAV_ITEMS, panelItems, SETTINGS_ITEM } from "./nav-items.js";
import { findEntries, type PaletteEntry } from "./palette-entries.js";
import "../controls/dialog.js";

const SETTINGS_PAGES = ["site", "account", "access", "plugins", "system", "log"] as const;

/**
 * Search over pages and devices, opened by `/`.
 * @fires vt-close
 */
@customElement("vt-palette")
export class Palette extends HubElement {
  @property({ type: Boolean }) open = false;
  @state() private text = "";
  @state() private active = 0;
  @query("input") private readonly input!: HTMLInputElement | null;
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #plugins = new CollectionController(this, () => this.client.plugins);

  static override styles = css`
    .within > .i { position: absolute; left: 13px; top: 50%; transform: translateY(-50%); color: var(--muted); }
    .inp { padding-left: 42px; }
    ul.plain-l { margin-top: 12px; max-height: min(420px, 60vh); overflow: auto; }
    li { display: flex; align-items: center; gap: 12px; padding: 8px 10px; min-height: 48px; border-radius: var(--r-m); cursor: pointer; }
    li[aria-selected="true"] { background: var(--brand-soft); color: var(--brand-ink); }
    li b { font-weight: 600; flex: 1; }
    li small { color: var(--muted); }
    li[aria-selected="true"] small { color: inherit; }
  `;

  protected override render(): TemplateResult {
    const found = this.#found();
    const active = found[this.active];
    return html`<vt-dialog heading=${this.t("search.title")} ?open=${this.open} @vt-close=${this.#close}>
      <div class="within">${icon("search")}
        <input class="inp" type="text" role="combobox" autocomplete="off" spellcheck="false" aria-expanded="true" aria-controls="list" aria-activedescendant=${active ? `o${this.active}` : nothing} aria-label=${this.t("search.placeholder")} placeholder=${this.t("search.placeholder")} .value=${this.text} @input=${this.#typed} @keydown=${this.#key} />
      </div>
      <ul class="plain-l" id="list" role="listbox" aria-label=${this.t("search.title")}>
        ${found.map((entry, index) => html`<li id="o${index}" role="option" aria-selected=${index === this.active} @click=${() => this.#go(entry)} @pointermove=${() => (this.active = index)}>${icon(entry.icon)}<b>${entry.name}</b><small>${entry.kind}</small></li>`)}
      </ul>
      ${found.length === 0 ? html`<p class="lab" role="status">${this.t("search.none")}</p>` : nothing}
    </vt-dialog>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("open") || !this.open) return;
    this.text = "";
    this.active = 0;
    // The dialog draws its content with its own update.
    requestAnimationFrame(() => this.input?.focus());
  }

  #found(): readonly PaletteEntry[] {
    return this.open ? findEntries([...this.#pages(), ...this.#deviceEntries()], this.text) : [];
  }

  #pages(): PaletteEntry[] {
    const kind = this.t("search.page");
    return [
      ...[...NAV_ITEMS, SETTINGS_ITEM].map(({ href, icon: name, label }) => ({
        href,
        icon: name,
        name: this.t(label),
        kind,
      })),
      ...panelItems(this.#plugins.value ?? []).map(({ href, title }) => ({
        href,
        icon: "puzzle" as const,
        name: i18n.text(title),
        kind,
      })),
      ...SETTINGS_PAGES.map((page) => ({
        href: page === "site" ? "/settings" : `/settings/${page}`,
        icon: "settings" as const,
        name: `${this.t("nav.settings")}: ${this.t(`settings.${page}`)}`,
        kind,
      })),
    ];
  }

  #deviceEntries(): PaletteEntry[] {
    const kind = this.t("search.device");
    return (this.#devices.value ?? [])
      .filter(({ state: where }) => where === "active" || where === "inactive")
      .map(({ id, name }) => ({ href: `/devices/${encodeURIComponent(id)}`, icon: "plug" as const, name, kind }));
  }

  readonly #typed = (): void => {
    this.text = this.input?.value ?? "";
    this.active = 0;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const found = this.#found();
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const entry = found[this.active];
    if (step !== undefined && found.length > 0) this.active = (this.active + step + found.length) % found.length;
    else if (event.key === "Enter" && entry) this.#go(entry);
    else return;
    event.preventDefault();
    this.shadowRoot?.querySelector(`#o${this.active}`)?.scrollIntoView({ block: "nearest" });
  };

  readonly #close = (): void => {
    this.open = false;
    this.dispatchEvent(new CustomEvent("vt-close"));
  };

  #go({ href }: PaletteEntry): void {
    this.#close();
    this.navigation.go(href);
  }
}

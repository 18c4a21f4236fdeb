import { consume } from "@lit/context";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { themeContext } from "../controllers/contexts.js";
import { HubElement } from "../controls/hub-element.js";
import { icon } from "../controls/icons/icon.js";
import type { IconName } from "../controls/icons/icon-names.js";
import type { Theme } from "../data/api.js";
import { nextTheme, type ThemeStore } from "../theme/theme-store.js";
import { openOverlay } from "./overlay.js";
import "./live-pill.js";

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { auto: "sun-moon", light: "sun", dark: "moon" };

/**
 * Head of a page: title, one line below it, live state, search and theme.
 *
 * @slot pill - state of what the page is about, instead of the live pill
 * @slot actions - buttons at the end
 */
@customElement("vt-page-head")
export class PageHead extends HubElement {
  @property() heading = "";
  @property() sub = "";
  /** Address of the page above. */
  @property() back = "";
  @property({ attribute: "back-label" }) backLabel = "";
  /** Leaves the line below the title out on the phone. */
  @property({ type: Boolean, attribute: "quiet-sub" }) quietSub = false;
  /** Shows the live pill where nothing is slotted. */
  @property({ type: Boolean }) live = false;
  @consume({ context: themeContext }) private theme!: ThemeStore;
  #end: (() => void) | undefined;

  static override styles = css`
    :host { display: flex; align-items: center; gap: 14px; margin-bottom: 20px; min-height: 44px; }
    .name { min-width: 0; }
    h1 { font-size: 26px; font-weight: 680; letter-spacing: -0.022em; line-height: 1.15; overflow-wrap: anywhere; }
    .sub { color: var(--muted); font-size: 14px; overflow-wrap: anywhere; }
    .back { margin: 0 -8px 0 -10px; }
    .end { display: flex; align-items: center; gap: 10px; }
    @media print { .end, .back { display: none; } }
    @media (max-width: 720px) {
      :host { margin-bottom: 12px; gap: 8px; }
      h1 { font-size: 22px; }
      .sub { font-size: 13px; }
      .end { gap: 4px; }
      .iconbtn { width: 40px; height: 40px; border-color: transparent; background: transparent; }
      .back { margin-right: -6px; }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.theme.changes.on(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override render(): TemplateResult {
    const { theme } = this.theme;
    const themeWords = this.t(`theme.${theme}`);
    return html`${this.back ? html`<a class="iconbtn bare back" href=${this.back} aria-label=${this.backLabel || this.t("action.back")}>${icon("arrow-left")}</a>` : nothing}
      <div class="name"><h1>${this.heading}</h1>${this.sub ? html`<div class="sub ${this.quietSub ? "hide-s" : ""}">${this.sub}</div>` : nothing}</div>
      <slot name="pill">${this.live ? html`<vt-live-pill></vt-live-pill>` : nothing}</slot>
      <span class="sp"></span>
      <div class="end"><slot name="actions"></slot>
        <button class="iconbtn" aria-label=${this.t("search.open")} title=${this.t("search.open")} @click=${this.#search}>${icon("search")}</button>
        <button class="iconbtn" aria-label=${themeWords} title=${themeWords} @click=${this.#nextTheme}>${icon(THEME_ICONS[theme])}</button>
      </div>`;
  }

  readonly #search = (): void => openOverlay(this, "palette");

  readonly #nextTheme = (): void => {
    const theme = nextTheme(this.theme.theme);
    this.theme.set(theme);
    // The choice follows the person to other browsers; here it holds even if the hub does not answer.
    if (this.session) this.client.http.patch("/me", { theme }).catch(() => {});
  };
}

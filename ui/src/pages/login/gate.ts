import { html, type TemplateResult, unsafeCSS } from "lit";
import { icon } from "../../controls/icons/icon.js";
import type { IconName } from "../../controls/icons/icon-names.js";
import type { Theme } from "../../data/api.js";
import { i18n, t } from "../../i18n/i18n.js";
import type { SessionStore } from "../../shell/session-store.js";
import type { ThemeStore } from "../../theme/theme-store.js";
import { nextTheme } from "../../theme/theme-store.js";
import gateCss from "./gate.css?inline";

/** Looks of the pages before the session. */
export const gateSheet = unsafeCSS(gateCss);

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { auto: "sun-moon", light: "sun", dark: "moon" };
/** The languages of the interface, each in its own words. */
export const LANGUAGES = [
  { code: "es", name: "Español" },
  { code: "en", name: "English" },
] as const;

interface GateOptions {
  readonly store: SessionStore;
  readonly theme: ThemeStore;
}

/** The frame of pages before the session: brand, language, theme, version. */
export function gateFrame({ store, theme }: GateOptions, content: TemplateResult): TemplateResult {
  const themeWords = t(`theme.${theme.theme}`);
  return html`<div class="gate">
    <header class="gate-top"><span class="gate-brand"><span class="gate-mark">${icon("zap")}</span><span>Vatio</span></span><span class="sp"></span>
      ${languageChoice(store)}
      <button class="iconbtn" aria-label=${themeWords} title=${themeWords} @click=${() => theme.set(nextTheme(theme.theme))}>${icon(THEME_ICONS[theme.theme])}</button></header>
    <main class="gate-main">${content}</main>
    <footer class="gate-foot"><span>${location.hostname}</span><span>${t("gate.version", { version: store.version })}</span></footer></div>`;
}

/** Changes the language of a visitor. */
export const languageChoice = (store: SessionStore): TemplateResult =>
  html`<div class="seg" role="group" aria-label=${t("gate.language")}>${LANGUAGES.map(({ code, name }) => html`<button type="button" lang=${code} aria-pressed=${code === i18n.language} @click=${() => void store.useLanguage(code)}>${name}</button>`)}</div>`;

import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { VatioElement } from "../controls/vatio-element.js";
import { NAV_ITEMS, SETTINGS_ITEM } from "./nav-items.js";
import { setShortcutsEnabled, shortcutsEnabled } from "./shortcuts.js";
import "../controls/dialog.js";

/**
 * The list of keys, and the switch that turns single keys off.
 * @fires vt-close
 */
@customElement("vt-keys-help")
export class KeysHelp extends VatioElement {
  @property({ type: Boolean }) open = false;

  static override styles = css`
    kbd { display: inline-grid; place-items: center; min-width: 26px; height: 26px; padding: 0 7px; border-radius: 7px; border: 1px solid var(--line-strong); background: var(--surface-2); font: 600 13px var(--mono); }
  `;

  protected override render(): TemplateResult {
    const rows: readonly (readonly [keys: readonly string[], does: string])[] = [
      [["/"], this.t("keys.search")],
      ...[...NAV_ITEMS, SETTINGS_ITEM].map(({ letter, label }) => [["g", letter], this.t(label)] as const),
      [["[", "]"], this.t("keys.range")],
      [["c"], this.t("keys.compare")],
      [["t"], this.t("keys.theme")],
      [["Esc"], this.t("keys.reset")],
      [["?"], this.t("keys.help")],
    ];
    return html`<vt-dialog heading=${this.t("keys.title")} ?open=${this.open} @vt-close=${this.#close}>
      <dl class="pairs">${rows.map(([keys, does]) => html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${does}</dd>`)}</dl>
      <div class="tog"><div><label for="on">${this.t("keys.enabled")}</label></div>
        <input id="on" class="switch" type="checkbox" role="switch" .checked=${shortcutsEnabled()} @change=${this.#toggled} /></div>
    </vt-dialog>`;
  }

  readonly #close = (): void => {
    this.open = false;
    this.dispatchEvent(new CustomEvent("vt-close"));
  };

  readonly #toggled = (event: Event): void => setShortcutsEnabled((event.target as HTMLInputElement).checked);
}

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../../../controls/icons/icon.js";
import { i18n } from "../../../i18n/i18n.js";
import "../../../controls/copy-field.js";
import "../../../controls/dialog.js";

/** Something that the hub tells once. */
export interface Once {
  readonly title: string;
  readonly fields: readonly { readonly label: string; readonly value: string }[];
}

/** Shows a secret that nobody will see again. */
export function onceDialog(once: Once | undefined, onClose: () => void): TemplateResult {
  return html`<vt-dialog heading=${once?.title ?? ""} ?open=${once !== undefined} @vt-close=${onClose}>
    ${
      once
        ? html`<div class="stack">${once.fields.map(({ label, value }) => html`<vt-copy-field label=${label} .value=${value}></vt-copy-field>`)}
          <p class="hint">${icon("key-round")}<span>${i18n.t("tokens.once")}</span></p></div>`
        : nothing
    }
    <button slot="foot" class="btn primary" @click=${onClose}>${i18n.t("tokens.copied")}</button>
  </vt-dialog>`;
}

import { html, type TemplateResult } from "lit";
import { i18n } from "../i18n/i18n.js";
import { type TextFieldOptions, textField } from "./field.js";
import { icon } from "./icons/icon.js";

/** A password with a button that shows it. `shown` is state of the caller. */
export function passwordField(
  options: Omit<TextFieldOptions, "type" | "end"> & {
    readonly shown: boolean;
    readonly onShow: (shown: boolean) => void;
  },
): TemplateResult {
  const { shown, onShow, ...rest } = options;
  const what = rest.label.toLocaleLowerCase(i18n.language);
  const words = shown ? i18n.t("action.hide", { what }) : i18n.t("action.show", { what });
  const end = html`<button type="button" class="iconbtn s bare" aria-label=${words} aria-pressed=${shown} @click=${() => onShow(!shown)}>${icon(shown ? "eye-off" : "eye")}</button>`;
  return textField({ ...rest, type: shown ? "text" : "password", end });
}

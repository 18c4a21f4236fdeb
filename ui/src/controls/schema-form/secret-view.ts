import { html, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { i18n } from "../../i18n/i18n.js";
import { field } from "../field.js";
import { icon } from "../icons/icon.js";
import type { PlainNode } from "./form-node.js";
import { type FieldPlace, idOf, words } from "./form-state.js";
import { pointerOf } from "./values.js";

const HIDDEN = "••••••••••••";

/** A secret: once stored nobody reads it back; it can be replaced or taken away. */
export function secretView(node: PlainNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const name = path.join(".");
  const edited = state.secrets[name];
  const isSet = state.secretsSet.includes(name);
  const mark = edited === undefined || (!isSet && edited === "") ? undefined : i18n.t("form.changed");
  const control = isSet && edited === undefined ? storedControl(name, place) : typedControl(place);
  return html`<div class="wide">${field({ id: idOf(path), label: words(node.title), mark, help: helpOf(node, edited, isSet), error: state.problem(pointerOf(path)) }, control)}</div>`;
}

function helpOf({ help }: PlainNode, edited: string | null | undefined, isSet: boolean): string | undefined {
  if (edited === null) return i18n.t("form.secretRemoved");
  if (isSet) return i18n.t("form.secretSaved");
  return help === undefined ? undefined : words(help);
}

function storedControl(name: string, { path, state }: FieldPlace): TemplateResult {
  return html`<span class="secret">
    <input class="inp" id=${idOf(path)} data-pointer=${pointerOf(path)} type="text" readonly value=${HIDDEN} aria-describedby="${idOf(path)}-help" />
    <button type="button" class="btn sm" @click=${() => state.setSecret(name, "")}>${i18n.t("form.replace")}</button>
    <button type="button" class="iconbtn s bare" aria-label=${i18n.t("form.secretRemove")} title=${i18n.t("form.secretRemove")} @click=${() => state.setSecret(name, null)}>${icon("trash-2")}</button>
  </span>`;
}

function typedControl({ path, state }: FieldPlace): TemplateResult {
  const name = path.join(".");
  const edited = state.secrets[name];
  const back = state.secretsSet.includes(name)
    ? html`<button type="button" class="btn sm ghost" @click=${() => state.setSecret(name, undefined)}>${i18n.t("form.keep")}</button>`
    : "";
  return html`<span class="secret">
    <input class="inp" id=${idOf(path)} data-pointer=${pointerOf(path)} type="password" autocomplete="new-password" .value=${live(edited ?? "")} ?disabled=${edited === null}
      aria-invalid=${state.problem(pointerOf(path)) ? "true" : "false"} @input=${(event: Event) => state.setSecret(name, (event.target as HTMLInputElement).value)} />${back}
  </span>`;
}

import { html, nothing, type TemplateResult } from "lit";
import { HubError } from "../data/hub-error.js";
import { i18n } from "../i18n/i18n.js";
import { icon } from "./icons/icon.js";
import type { IconName } from "./icons/icon-names.js";

/** What a reader is told of an error: the interface's own words for codes that it knows, else the hub's message. */
export function errorText(error: unknown): string {
  const { code, message } = HubError.from(error);
  const key = `error.${code}`;
  return i18n.has(key) ? i18n.text({ key }) : message;
}

/** Says that a part could not be shown, and offers to try again. */
export function errorCard({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): TemplateResult {
  return html`<div class="blank" role="alert">
    <span class="ico bad">${icon("circle-alert")}</span>
    <b>${i18n.t("state.failed")}</b>
    <p>${errorText(error)}</p>
    ${retry ? html`<button class="btn" @click=${retry}>${icon("rotate-cw")}${i18n.t("action.retry")}</button>` : nothing}
  </div>`;
}

/** Something that is loaded: its last good answer, else why there is none, else that it is on its way. */
export function loaded<T>(
  { value, error, retry }: { readonly value: T | undefined; readonly error: unknown; readonly retry: () => void },
  show: (value: T) => TemplateResult,
): TemplateResult {
  if (value !== undefined) return show(value);
  return error === undefined ? html`<div class="skeleton"></div>` : errorCard({ error, retry });
}

/** What stands where there is nothing yet: what will appear, and one thing to do. */
export interface EmptyOptions {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly action?: TemplateResult;
}

/** Says that there is nothing yet and what will appear. */
export const emptyCard = ({ icon: name, title, text, action }: EmptyOptions): TemplateResult =>
  html`<div class="blank"><span class="ico on">${icon(name)}</span><b>${title}</b>${text ? html`<p>${text}</p>` : nothing}${action ?? nothing}</div>`;

/** A figure with its unit set smaller. */
export const figure = ({ value, unit }: { readonly value: string; readonly unit: string }): TemplateResult =>
  html`${value}${unit ? html`<small>${unit}</small>` : nothing}`;

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { i18n } from "../../i18n/i18n.js";
import { icon } from "../icons/icon.js";
import { atDefault } from "./changes.js";
import { fieldView, wasOf } from "./field-views.js";
import type { FormNode, GroupNode, ListNode } from "./form-node.js";
import { type FieldPlace, idOf, words } from "./form-state.js";
import { isShown } from "./problems.js";
import { getAt, pointerOf } from "./values.js";

/** Any part of the form. */
export function nodeView(node: FormNode, place: FieldPlace): TemplateResult {
  if (node.kind === "group") return groupView(node, place);
  return node.kind === "list" ? listView(node, place) : fieldView(node, place);
}

/** The fields of an object: what everybody sees, and behind a fold what few change. */
export function fieldsView(node: GroupNode, { path, state }: FieldPlace): TemplateResult {
  const siblings = getAt(state.draft, path);
  const shown = node.children.filter((child) => isShown(child, siblings));
  const view = (child: FormNode): TemplateResult => nodeView(child, { path: [...path, child.key], state });
  const advanced = shown.filter((child) => child.advanced);
  return html`${repeat(
    shown.filter((child) => !child.advanced),
    ({ key }) => key,
    view,
  )}
  ${
    advanced.length === 0
      ? nothing
      : html`<details class="adv wide" ?open=${state.advancedOpen} @toggle=${(event: Event) => state.openAdvanced((event.target as HTMLDetailsElement).open)}>
        <summary>${icon("chevron-right")}${i18n.t("form.advanced")} <small>${i18n.t("form.atDefault", { n: atDefault(advanced, siblings), all: advanced.length })}</small></summary>
        <div class="form">${repeat(advanced, ({ key }) => key, view)}</div></details>`
  }`;
}

function groupView(node: GroupNode, place: FieldPlace): TemplateResult {
  return html`<fieldset class="field wide"><legend>${words(node.title)}</legend>
    ${node.help ? html`<span class="help">${words(node.help)}</span>` : nothing}
    <div class="form">${fieldsView(node, place)}</div></fieldset>`;
}

function listView(node: ListNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const value = getAt(state.draft, path);
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const problem = state.problem(pointerOf(path));
  const was = wasOf(node, place);
  const title = words(node.title);
  const isFull = items.length >= (node.schema.maxItems ?? Number.POSITIVE_INFINITY);
  return html`<fieldset class="field wide" aria-describedby=${problem ? `${idOf(path)}-error` : nothing}>
    <legend>${title}${was ? html`<span class="mark">${was}</span>` : nothing}</legend>
    ${node.help ? html`<span class="help">${words(node.help)}</span>` : nothing}
    ${items.length === 0 ? html`<p class="none">${i18n.t("form.noRows")}</p>` : html`<ol class="rows">${items.map((_item, index) => rowView(node, index, place))}</ol>`}
    ${problem ? html`<span class="error" id="${idOf(path)}-error">${icon("circle-alert")}${problem}</span>` : nothing}
    <button type="button" class="btn sm add" id=${idOf(path)} data-pointer=${pointerOf(path)} ?disabled=${isFull} @click=${() => state.addItem(path, node.item)}>${icon("plus")}${i18n.t("form.add")}</button>
  </fieldset>`;
}

function rowView(node: ListNode, index: number, { path, state }: FieldPlace): TemplateResult {
  const { item } = node;
  const name = i18n.t("form.row", { n: index + 1 });
  const place = { path: [...path, index], state };
  const content =
    item.kind === "group"
      ? html`<div class="form" role="group" aria-label=${name}>${fieldsView(item, place)}</div>`
      : html`<div class="form">${nodeView({ ...item, title: item.title || name }, place)}</div>`;
  return html`<li class=${item.kind === "group" ? "whole" : ""}>${content}
    <button type="button" class="iconbtn s bare" aria-label=${i18n.t("form.removeRow", { n: index + 1 })} title=${i18n.t("form.removeRow", { n: index + 1 })} @click=${() => state.removeItem(path, index)}>${icon("trash-2")}</button></li>`;
}

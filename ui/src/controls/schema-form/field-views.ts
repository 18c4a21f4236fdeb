import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { i18n } from "../../i18n/i18n.js";
import { field, select } from "../field.js";
import { icon } from "../icons/icon.js";
import type { ChoiceNode, FormNode, PlainNode, TextNode } from "./form-node.js";
import { type FieldPlace, idOf, words } from "./form-state.js";
import { typedNumber } from "./problems.js";
import { secretView } from "./secret-view.js";
import { getAt, isSame, pointerOf, withDefaults } from "./values.js";

const NARROW_SPACE = "\u202f";

/** A value as people read it beside its field; empty for what is too large to be told in a few words. */
export function shownValue(node: FormNode, value: unknown): string {
  if (value === undefined || value === "") return i18n.t("form.empty");
  switch (node.kind) {
    case "switch":
      return value === true ? i18n.t("state.on") : i18n.t("state.off");
    case "choice":
      return words(node.choices.find((choice) => isSame(choice.value, value))?.label ?? String(value));
    case "number": {
      const unit = node.schema["x-unit"];
      return unit ? `${String(value)}${NARROW_SPACE}${unit}` : String(value);
    }
    case "text":
      return String(value).slice(0, 40);
    default:
      return "";
  }
}

/** Help below a field: what it is, and the default where it says more than the field already does. */
function helpOf(node: FormNode, value: unknown): string | undefined {
  const implied = node.schema.default;
  const defaultWords = implied === undefined || implied === "" ? "" : shownValue(node, implied);
  const tellsDefault = defaultWords !== "" && (node.help === undefined || !isSame(value, implied));
  const parts = [
    node.help === undefined ? "" : words(node.help),
    tellsDefault ? i18n.t("form.default", { value: defaultWords }) : "",
  ];
  const written = parts.filter(Boolean).join(" · ");
  return written || undefined;
}

/** The stored value, where the edited one is another. */
export function wasOf(node: FormNode, { path, state }: FieldPlace): string | undefined {
  const [before, after] = [getAt(state.base, path), getAt(state.draft, path)];
  // The numbers of rows move, so what stood at one of them before says nothing; the list itself tells that it changed.
  const isInRow = path.some((step) => typeof step === "number");
  if (isInRow || isSame(before, after)) return undefined;
  const shown = shownValue(node, before);
  return shown ? i18n.t("form.was", { value: shown }) : i18n.t("form.changed");
}

/** Any field with one value. */
export function fieldView(node: TextNode | ChoiceNode | PlainNode, place: FieldPlace): TemplateResult {
  switch (node.kind) {
    case "switch":
      return switchView(node, place);
    case "secret":
      return secretView(node, place);
    case "choice":
      return framed(node, place, choiceControl(node, place));
    case "number":
      return framed(node, place, numberControl(node, place));
    case "json":
      return wide(framed(node, place, jsonControl(node, place)));
    case "text":
      return node.multiline
        ? wide(framed(node, place, areaControl(node, place)))
        : framed(node, place, textControl(node, place));
  }
}

const wide = (content: TemplateResult): TemplateResult => html`<div class="wide">${content}</div>`;

function framed(node: FormNode, place: FieldPlace, control: TemplateResult): TemplateResult {
  const { path, state } = place;
  const value = getAt(state.draft, path);
  return field(
    {
      id: idOf(path),
      label: words(node.title),
      mark: wasOf(node, place),
      help: helpOf(node, value),
      error: state.problem(pointerOf(path)),
    },
    control,
  );
}

const described = (node: FormNode, { path, state }: FieldPlace): string | undefined => {
  if (state.problem(pointerOf(path))) return `${idOf(path)}-error`;
  return helpOf(node, getAt(state.draft, path)) ? `${idOf(path)}-help` : undefined;
};

interface InputOptions {
  readonly type?: string;
  readonly value: string;
  readonly inputmode?: "decimal" | "numeric" | "text";
  readonly unit?: string | undefined;
  onInput(text: string): void;
}

function input(
  node: FormNode,
  place: FieldPlace,
  { type = "text", value, inputmode, unit, onInput }: InputOptions,
): TemplateResult {
  const { path, state } = place;
  const control = html`<input class="inp" id=${idOf(path)} data-pointer=${pointerOf(path)} type=${type} .value=${live(value)}
    inputmode=${ifDefined(inputmode)} placeholder=${ifDefined(exampleOf(node))} spellcheck="false" autocomplete="off"
    aria-required=${node.required && node.schema.default === undefined ? "true" : nothing}
    aria-invalid=${state.problem(pointerOf(path)) ? "true" : nothing} aria-describedby=${ifDefined(described(node, place))}
    @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)} />`;
  return unit ? html`<span class="within">${control}<span class="unit">${unit}</span></span>` : control;
}

function exampleOf({ schema }: FormNode): string | undefined {
  const [example] = schema.examples ?? [];
  return typeof example === "string" || typeof example === "number" ? String(example) : undefined;
}

function numberControl(node: PlainNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const value = getAt(state.draft, path);
  return input(node, place, {
    value: state.typed(pointerOf(path)) ?? (value === undefined ? "" : String(value)),
    inputmode: node.schema.type === "integer" && (node.schema.minimum ?? 0) >= 0 ? "numeric" : "decimal",
    unit: node.schema["x-unit"],
    onInput: (text) => state.set(path, typedNumber(text), text),
  });
}

function textControl(node: TextNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const options = state.selectors[node.schema.format ?? ""];
  const value = getAt(state.draft, path);
  const shown = value === undefined ? "" : String(value);
  if (options) return selectorControl(node, place, { options, value: shown });
  return input(node, place, {
    type: node.input,
    value: shown,
    unit: node.schema["x-unit"],
    onInput: (text) => state.set(path, cleared(node, text)),
  });
}

/** An optional text that is emptied is taken away, unless it has a default: then it is empty on purpose. */
const cleared = ({ required, schema }: FormNode, text: string): string | undefined =>
  text === "" && !required && schema.default === undefined ? undefined : text;

interface Selector {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
}

function selectorControl(node: FormNode, { path, state }: FieldPlace, { options, value }: Selector): TemplateResult {
  const known = options.some((option) => option.value === value);
  const all = known ? options : [{ value, label: value || i18n.t("form.choose") }, ...options];
  return select({
    id: idOf(path),
    value,
    options: all,
    error: state.problem(pointerOf(path)),
    onChange: (next) => state.set(path, cleared(node, next)),
  });
}

function choiceControl(node: ChoiceNode, { path, state }: FieldPlace): TemplateResult {
  const value = getAt(state.draft, path);
  const at = node.choices.findIndex((choice) => isSame(choice.value, value));
  const options = node.choices.map(({ label }, index) => ({ value: String(index), label: words(label) }));
  const none = at < 0 || !node.required ? [{ value: "-1", label: i18n.t("form.choose") }] : [];
  return select({
    id: idOf(path),
    value: String(at),
    options: [...none, ...options],
    error: state.problem(pointerOf(path)),
    onChange: (index) => state.set(path, node.choices[Number(index)]?.value),
  });
}

function areaControl(node: FormNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  return area(node, place, {
    value: String(getAt(state.draft, path) ?? ""),
    onInput: (text) => state.set(path, cleared(node, text)),
  });
}

/** What the form has no control for is edited as JSON; what is none stays a text and is not sent. */
function jsonControl(node: FormNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const value = getAt(state.draft, path);
  const shown = state.typed(pointerOf(path)) ?? (value === undefined ? "" : JSON.stringify(value, undefined, 2));
  return area(node, place, { value: shown, mono: true, onInput: (text) => state.set(path, parsed(text), text) });
}

function parsed(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function area(
  node: FormNode,
  place: FieldPlace,
  options: { readonly value: string; readonly mono?: boolean; onInput(text: string): void },
): TemplateResult {
  const { path, state } = place;
  return html`<textarea class="inp ${options.mono ? "mono" : ""}" id=${idOf(path)} data-pointer=${pointerOf(path)} rows="4" .value=${live(options.value)}
    aria-invalid=${state.problem(pointerOf(path)) ? "true" : nothing} aria-describedby=${ifDefined(described(node, place))}
    @input=${(event: Event) => options.onInput((event.target as HTMLTextAreaElement).value)}></textarea>`;
}

function switchView(node: PlainNode, place: FieldPlace): TemplateResult {
  const { path, state } = place;
  const id = idOf(path);
  const value = getAt(state.draft, path) === true;
  const was = wasOf(node, place);
  const implied = withDefaults(node.schema, undefined);
  const help = [
    node.help === undefined ? "" : words(node.help),
    implied === undefined || value === implied ? "" : i18n.t("form.default", { value: shownValue(node, implied) }),
  ]
    .filter(Boolean)
    .join(" · ");
  const problem = state.problem(pointerOf(path));
  return html`<div class="tog wide"><div><label for=${id}>${words(node.title)}${was ? html`<span class="mark">${was}</span>` : nothing}</label>
      ${help ? html`<small id="${id}-help">${help}</small>` : nothing}${problem ? html`<small class="bad" id="${id}-error">${icon("circle-alert")}${problem}</small>` : nothing}</div>
    <input class="switch" id=${id} data-pointer=${pointerOf(path)} type="checkbox" role="switch" .checked=${live(value)} aria-describedby=${help ? `${id}-help` : nothing}
      @change=${(event: Event) => state.set(path, (event.target as HTMLInputElement).checked)} /></div>`;
}

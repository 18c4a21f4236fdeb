import { html, nothing, type TemplateResult } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { icon } from "./icons/icon.js";

interface FieldWords {
  /** Unique within its root. */
  readonly id: string;
  readonly label: string;
  /** Stands behind the label: the value before an edit. */
  readonly mark?: string | undefined;
  readonly help?: string | undefined;
  /** What is wrong, in words; shown below and told by the field. */
  readonly error?: string | undefined;
}

/** A field that takes text or a number. */
export interface TextFieldOptions extends FieldWords {
  readonly value: string;
  readonly type?: "text" | "password" | "number" | "email" | "url" | "date" | "time" | "datetime-local";
  readonly name?: string;
  readonly unit?: string;
  readonly autocomplete?: string;
  readonly placeholder?: string;
  readonly inputmode?: "text" | "decimal" | "numeric";
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly maxlength?: number;
  readonly mono?: boolean;
  /** Put inside the frame at its end: a button. */
  readonly end?: TemplateResult;
  readonly onInput: (value: string) => void;
}

/** A field that takes one of several values. */
export interface SelectFieldOptions extends FieldWords {
  readonly value: string;
  readonly name?: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

const describedBy = ({ id, help, error }: FieldWords): string | undefined =>
  (error && `${id}-error`) || (help && `${id}-help`) || undefined;

/** Label, help and error around any control; the control has the id. */
export const field = ({ id, label, mark, help, error }: FieldWords, control: TemplateResult): TemplateResult =>
  html`<div class="field"><label for=${id}>${label}${mark ? html`<span class="mark">${mark}</span>` : nothing}</label>${control}${below({ id, help, error })}</div>`;

/** What is wrong, else what helps. */
function below({ id, help, error }: Omit<FieldWords, "label">): TemplateResult | typeof nothing {
  if (error) return html`<span class="error" id="${id}-error">${icon("circle-alert")}${error}</span>`;
  return help ? html`<span class="help" id="${id}-help">${help}</span>` : nothing;
}

/** An input with its label, unit, help and error. */
export function textField(options: TextFieldOptions): TemplateResult {
  const { id, value, type = "text", unit, end, error, onInput } = options;
  const input = html`<input
    class="inp ${options.mono ? "mono" : ""}"
    id=${id}
    name=${options.name ?? id}
    type=${type}
    .value=${live(value)}
    autocomplete=${ifDefined(options.autocomplete as AutoFill | undefined)}
    autocapitalize=${options.autocomplete === "username" ? "none" : nothing}
    spellcheck=${type === "text" && options.autocomplete ? "false" : nothing}
    inputmode=${ifDefined(options.inputmode)}
    placeholder=${ifDefined(options.placeholder)}
    maxlength=${ifDefined(options.maxlength)}
    ?required=${options.required}
    ?disabled=${options.disabled}
    aria-invalid=${error ? "true" : nothing}
    aria-describedby=${ifDefined(describedBy(options))}
    @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)}
  />`;
  const framed =
    unit || end
      ? html`<span class="within">${input}${unit ? html`<span class="unit">${unit}</span>` : nothing}${end ?? nothing}</span>`
      : input;
  return field(options, framed);
}

/** A native select in the frame of the kit. */
export const select = (options: Omit<SelectFieldOptions, "label"> & { readonly ariaLabel?: string }): TemplateResult =>
  html`<span class="pick"><select class="sel" id=${options.id} name=${options.name ?? options.id} aria-label=${ifDefined(options.ariaLabel)} aria-invalid=${options.error ? "true" : nothing} @change=${(event: Event) => options.onChange((event.target as HTMLSelectElement).value)}>
    ${options.options.map(({ value, label }) => html`<option value=${value} ?selected=${value === options.value}>${label}</option>`)}
  </select>${icon("chevron-down")}</span>`;

/** A select with its label, help and error. */
export const selectField = (options: SelectFieldOptions): TemplateResult => field(options, select(options));

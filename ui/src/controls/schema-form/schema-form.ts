import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { i18n } from "../../i18n/i18n.js";
import { icon } from "../icons/icon.js";
import { VatioElement } from "../vatio-element.js";
import { changesOf, newItem, rebase } from "./changes.js";
import { type FormNode, formOf, type GroupNode } from "./form-node.js";
import { asSchema, type FormSchema } from "./form-schema.js";
import type { FormSelectors, FormState } from "./form-state.js";
import { fieldsView } from "./group-views.js";
import { type FormProblem, patternText, problemsIn, problemsOf } from "./problems.js";
import { formStyles } from "./schema-form-styles.js";
import { getAt, isSame, pointerOf, setAt, type ValuePath, withDefaults, withoutDefaults } from "./values.js";

/** What a person wants to be stored. */
export interface SchemaFormSubmit {
  /** Without defaults that nobody chose. */
  readonly value: unknown;
  /** By name with dots; null takes one away. */
  readonly secrets: Readonly<Record<string, string | null>>;
}

/**
 * A form made of a JSON Schema with `x-*` annotations: the one form of every plugin. It keeps what is edited when the
 * stored value changes, and says at each field what is wrong with it, by its own check and by that of the hub.
 *
 * @fires vt-dirty with the number of unsaved changes
 * @fires vt-submit with a SchemaFormSubmit
 */
@customElement("vt-schema-form")
export class SchemaForm extends VatioElement {
  @property({ attribute: false }) schema: unknown = {};
  /** What is stored, without defaults. */
  @property({ attribute: false }) value: unknown = {};
  @property({ attribute: false }) secretsSet: readonly string[] = [];
  @property({ attribute: false }) selectors: FormSelectors = {};
  @property({ type: Boolean }) busy = false;
  /** Word on the button, and a line beside it. */
  @property() action = "";
  @property() note = "";
  @state() private draft: unknown = {};
  @state() private secrets: Readonly<Record<string, string | null>> = {};
  /** What was refused: by the hub, or by an attempt to save. */
  @state() private problems: readonly FormProblem[] = [];
  @state() private advancedOpen = false;
  /** Pointers of fields that say what is wrong with them: those that were left, and all after an attempt to save. */
  @state() private asked: ReadonlySet<string> | "all" = new Set();
  /** Fields that were edited after the hub refused them. */
  readonly #edited = new Set<string>();
  readonly #typed = new Map<string, string>();
  #schema: FormSchema = {};
  #form: GroupNode = formOf({});
  #base: unknown = {};
  #wrong: ReadonlyMap<string, string> = new Map();
  #focusProblem = false;

  static override styles = [formStyles, css`:host { display: block; min-width: 0; }`];

  /** Number of fields that are not stored yet. */
  get changes(): number {
    return changesOf(this.#form, this.#base, this.draft).length + Object.values(this.#secretsToSend()).length;
  }

  /** Forgets what was typed. */
  discard(): void {
    this.draft = this.#base;
    this.secrets = {};
    this.asked = new Set();
    this.#typed.clear();
    this.#edited.clear();
    this.problems = [];
  }

  /**
   * Says at each field what the hub refused.
   * @param details of its error E_CONFIG_INVALID
   * @returns whether it named any
   */
  refuse(details: unknown): boolean {
    this.#show(problemsIn(details));
    return this.problems.length > 0;
  }

  #show(problems: readonly FormProblem[]): void {
    this.problems = problems;
    if (problems.length === 0) return;
    this.#edited.clear();
    this.advancedOpen = true;
    this.#focusProblem = true;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const schemaChanged = changed.has("schema") && !isSame(asSchema(this.schema), this.#schema);
    if (schemaChanged) {
      this.#schema = asSchema(this.schema);
      this.#form = formOf(this.#schema);
    }
    if (schemaChanged || changed.has("value"))
      this.#takeOver(withDefaults({ ...this.#schema, type: "object" }, this.value ?? {}));
    this.#wrong = this.#collectProblems();
  }

  #takeOver(stored: unknown): void {
    if (isSame(stored, this.#base) && this.hasUpdated) return;
    this.draft = this.hasUpdated ? rebase(this.#form, { base: this.#base, draft: this.draft }, stored) : stored;
    this.#base = stored;
  }

  /** Words of what is wrong by pointer, of the fields that say it already. */
  #collectProblems(): ReadonlyMap<string, string> {
    const own = problemsOf(this.#form, this.draft).filter(({ path }) => this.asked === "all" || this.asked.has(path));
    const refused = this.problems.filter(({ path }) => !this.#edited.has(path));
    return new Map([...refused, ...own].map(({ path, text }) => [path, i18n.text(this.#plain(path, text))]));
  }

  #plain(path: string, text: FormProblem["text"]): FormProblem["text"] {
    if (text.key !== "config.pattern") return text;
    return patternText(schemaAt(this.#schema, path));
  }

  protected override render(): TemplateResult {
    const { changes } = this;
    return html`<form novalidate @submit=${this.#submit} @focusout=${this.#left}>
      ${this.#orphans()}
      <div class="form">${fieldsView(this.#form, { path: [], state: this.#state() })}</div>
      <div class="save"><span class="lab">${this.note}</span>
        <button type="button" class="btn ghost" ?disabled=${changes === 0 || this.busy} @click=${() => this.discard()}>${this.t("action.discard")}</button>
        <button class="btn primary" ?disabled=${changes === 0 || this.busy} aria-busy=${this.busy}>${this.action || this.t("action.save")}</button></div>
    </form>`;
  }

  /** What the hub refused at a place that the form does not show. */
  #orphans(): TemplateResult | typeof nothing {
    const shown = new Set(
      [...this.renderRoot.querySelectorAll<HTMLElement>("[data-pointer]")].map(({ dataset }) => dataset.pointer),
    );
    const orphans = this.problems.filter(({ path }) => !this.#edited.has(path) && !shown.has(path));
    if (orphans.length === 0) return nothing;
    return html`<div class="hint bad" role="alert">${icon("circle-alert")}<div>${orphans.map(({ path, text }) => html`<div><b class="mono">${path || "/"}</b> ${i18n.text(text)}</div>`)}</div></div>`;
  }

  protected override updated(changed: PropertyValues): void {
    for (const control of this.#controls())
      control.setCustomValidity(this.#wrong.get(control.dataset.pointer ?? "") ?? "");
    if (changed.has("draft") || changed.has("secrets") || changed.has("value")) {
      this.dispatchEvent(new CustomEvent("vt-dirty", { detail: this.changes }));
    }
    if (this.#focusProblem) this.#focusFirst();
  }

  #controls(): (HTMLInputElement | HTMLTextAreaElement | HTMLButtonElement)[] {
    return [...this.renderRoot.querySelectorAll<HTMLInputElement>("[data-pointer]")];
  }

  #focusFirst(): void {
    this.#focusProblem = false;
    const wrong = this.#controls().find(({ dataset }) => this.#wrong.has(dataset.pointer ?? ""));
    wrong?.focus();
  }

  #state(): FormState {
    const { draft, secrets, secretsSet, selectors, advancedOpen } = this;
    return {
      base: this.#base,
      draft,
      secrets,
      secretsSet,
      selectors,
      advancedOpen,
      typed: (pointer) => this.#typed.get(pointer),
      problem: (pointer) => this.#wrong.get(pointer),
      set: (path, value, typed) => this.#set(path, value, typed),
      addItem: (path, item) => this.#addItem(path, item),
      removeItem: (path, index) => this.#setItems(path, (items) => items.filter((_item, at) => at !== index)),
      setSecret: (name, value) => this.#setSecret(name, value),
      openAdvanced: (open) => {
        this.advancedOpen = open;
      },
    };
  }

  #set(path: ValuePath, value: unknown, typed?: string): void {
    const pointer = pointerOf(path);
    if (typed === undefined) this.#typed.delete(pointer);
    else this.#typed.set(pointer, typed);
    this.#edited.add(pointer);
    this.draft = setAt(this.draft, path, value);
  }

  #setItems(path: ValuePath, change: (items: readonly unknown[]) => readonly unknown[]): void {
    const items = getAt(this.draft, path);
    // Numbers of rows move, so what was typed or asked by number no longer fits.
    this.#typed.clear();
    for (const { path: refused } of this.problems) this.#edited.add(refused);
    if (this.asked !== "all") this.asked = new Set();
    this.draft = setAt(this.draft, path, change(Array.isArray(items) ? items : []));
  }

  async #addItem(path: ValuePath, item: FormNode): Promise<void> {
    this.#setItems(path, (items) => [...items, newItem(item)]);
    await this.updateComplete;
    const items = getAt(this.draft, path) as readonly unknown[];
    const first = pointerOf([...path, items.length - 1]);
    this.#controls()
      .find(({ dataset }) => dataset.pointer?.startsWith(first))
      ?.focus();
  }

  #setSecret(name: string, value: string | null | undefined): void {
    const { [name]: _former, ...others } = this.secrets;
    this.#edited.add(`/${name.replaceAll(".", "/")}`);
    this.secrets = value === undefined ? others : { ...others, [name]: value };
  }

  /** An empty field is no secret. */
  #secretsToSend(): Readonly<Record<string, string | null>> {
    return Object.fromEntries(Object.entries(this.secrets).filter(([, value]) => value !== ""));
  }

  readonly #left = (event: FocusEvent): void => {
    const pointer = (event.target as HTMLElement).dataset.pointer;
    if (pointer === undefined || this.asked === "all") return;
    if (getAt(this.draft, pathOf(pointer)) !== undefined) this.asked = new Set([...this.asked, pointer]);
  };

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    if (this.busy || this.changes === 0) return;
    this.asked = "all";
    const problems = [...problemsOf(this.#form, this.draft), ...this.#mistyped()];
    if (problems.length > 0) {
      this.#show(problems);
      return;
    }
    this.problems = [];
    const value = withoutDefaults(this.#schema, this.draft, this.value);
    const detail: SchemaFormSubmit = { value, secrets: this.#secretsToSend() };
    this.dispatchEvent(new CustomEvent("vt-submit", { detail }));
  };

  /** What the browser itself refuses: addresses that are none. */
  #mistyped(): FormProblem[] {
    return this.#controls()
      .filter(({ validity }) => validity.typeMismatch)
      .map(({ type, dataset }) => ({
        path: dataset.pointer ?? "",
        text: { key: type === "email" ? "form.email" : "form.url" },
      }));
  }
}

const pathOf = (pointer: string): ValuePath =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The schema at a pointer; an empty one where there is none. */
function schemaAt(schema: FormSchema, pointer: string): FormSchema {
  return pathOf(pointer).reduce<FormSchema>((at, step) => at.properties?.[String(step)] ?? at.items ?? {}, schema);
}

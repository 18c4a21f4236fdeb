import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { UnsavedController } from "../../controllers/unsaved-controller.js";
import { selectField, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { ROLE_ICONS } from "../../controls/point-icon.js";
import { errorText } from "../../controls/templates.js";
import type { Point, PointChange, PointRole } from "../../data/api.js";
import { changeOf, draftOf, type PointDraft, possibleParents, problemsOf } from "./point-draft.js";
import { POINT_ICONS } from "./point-icons.js";

const ROLES: readonly PointRole[] = ["grid", "generation", "storage", "circuit", "load", "motor"];

/** What people say of a circuit: name, place, role, what it is part of, its limits. */
@customElement("vt-point-form")
export class PointForm extends HubElement {
  @property({ attribute: false }) point: Point | undefined;
  @property({ attribute: false }) allPoints: readonly Point[] = [];
  @state() private draft: PointDraft | undefined;
  @state() private problems: Readonly<Partial<Record<keyof PointDraft, string>>> = {};
  @state() private busy = false;

  static override styles = css`
    :host { display: block; }
    .icons { display: flex; flex-wrap: wrap; gap: 6px; }
    .icons label { position: relative; width: 42px; height: 42px; border-radius: var(--r-m); border: 1px solid var(--line); display: grid; place-items: center; color: var(--ink-2); cursor: pointer; }
    .icons label:has(:checked) { background: var(--brand-soft); border-color: transparent; color: var(--brand-ink); }
    .icons label:has(:focus-visible) { outline: 2px solid var(--focus); outline-offset: 2px; }
    .icons input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
  `;

  constructor() {
    super();
    new UnsavedController(
      this,
      () => this.navigation,
      () => this.#isDirty(),
    );
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const former = changed.get("point");
    const { point } = this;
    if (!point || !changed.has("point")) return;
    const untouched = former && this.draft && Object.keys(changeOf(this.draft, former)).length === 0;
    if (former?.id !== point.id || untouched) this.draft = draftOf(point);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { point, draft } = this;
    if (!point || !draft) return nothing;
    const dirty = this.#isDirty();
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("device.circuit")}: ${point.name}</h2></header>
      <form @submit=${this.#save} novalidate><div class="form">${this.#fields(point, draft)}</div>
        <div class="save"><span class="lab"></span>
          <button type="button" class="btn ghost" ?disabled=${!dirty} @click=${() => (this.draft = draftOf(point))}>${this.t("action.discard")}</button>
          <button class="btn primary" ?disabled=${!dirty || this.busy} aria-busy=${this.busy}>${this.t("action.save")}</button></div></form></section>`;
  }

  #fields(point: Point, draft: PointDraft): TemplateResult {
    const parents = possibleParents(point, this.allPoints);
    return html`${textField({ id: "name", label: this.t("deviceSettings.name"), value: draft.name, maxlength: 100, error: this.problems.name, onInput: (name) => this.#edit({ name }) })}
      ${textField({ id: "location", label: this.t("deviceSettings.location"), value: draft.location, maxlength: 100, onInput: (location) => this.#edit({ location }) })}
      ${selectField({ id: "role", label: this.t("deviceSettings.role"), value: draft.role, options: ROLES.map((value) => ({ value, label: this.t(`role.${value}`) })), onChange: (role) => this.#edit({ role: role as PointRole }) })}
      ${selectField({ id: "parent", label: this.t("deviceSettings.parent"), value: draft.parent, options: [{ value: "", label: this.t("deviceSettings.noParent") }, ...parents.map(({ id, name }) => ({ value: id, label: name }))], onChange: (parent) => this.#edit({ parent }) })}
      ${textField({ id: "ceiling", label: this.t("deviceSettings.ceiling"), value: draft.powerCeiling, unit: "W", inputmode: "numeric", help: this.t("deviceSettings.ceilingHelp"), error: this.problems.powerCeiling, onInput: (powerCeiling) => this.#edit({ powerCeiling }) })}
      ${this.#icons(draft)}
      <div class="tog wide"><div><label for="protected">${this.t("deviceSettings.protected")}</label><small>${this.t("deviceSettings.protectedHelp")}</small></div>
        <input class="switch" id="protected" type="checkbox" role="switch" .checked=${draft.protected} @change=${(event: Event) => this.#edit({ protected: (event.target as HTMLInputElement).checked })} /></div>`;
  }

  #icons(draft: PointDraft): TemplateResult {
    const chosen = draft.icon || ROLE_ICONS[draft.role];
    return html`<fieldset class="field wide"><legend>${this.t("deviceSettings.icon")}</legend><div class="icons">${POINT_ICONS.map((name) => html`<label title=${name}>${icon(name)}<input type="radio" name="icon" aria-label=${name} value=${name} .checked=${name === chosen} @change=${() => this.#edit({ icon: name })} /></label>`)}</div></fieldset>`;
  }

  #isDirty(): boolean {
    return (
      this.point !== undefined && this.draft !== undefined && Object.keys(changeOf(this.draft, this.point)).length > 0
    );
  }

  #edit(change: Partial<PointDraft>): void {
    if (this.draft) this.draft = { ...this.draft, ...change };
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { point, draft } = this;
    if (!point || !draft) return;
    const found = problemsOf(draft);
    this.problems = {
      ...(found.has("name") ? { name: this.t("field.required") } : {}),
      ...(found.has("powerCeiling") ? { powerCeiling: this.t("deviceSettings.ceilingRange") } : {}),
    };
    if (found.size > 0) return;
    await this.#send(point, changeOf(draft, point));
  };

  async #send({ id }: Point, change: PointChange): Promise<void> {
    this.busy = true;
    try {
      const saved = await this.client.http.patch<Point>(`/points/${encodeURIComponent(id)}`, change);
      this.draft = draftOf(saved);
      this.client.points.patch((points) => points.map((each) => (each.id === saved.id ? saved : each)));
      this.toast(this.t("state.saved"), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    } finally {
      this.busy = false;
    }
  }
}

import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { CollectionController } from "../../../controllers/collection-controller.js";
import { UnsavedController } from "../../../controllers/unsaved-controller.js";
import { HubElement } from "../../../controls/hub-element.js";
import type { FormSelectors } from "../../../controls/schema-form/form-state.js";
import type { SchemaForm, SchemaFormSubmit } from "../../../controls/schema-form/schema-form.js";
import { errorText } from "../../../controls/templates.js";
import type { Plugin } from "../../../data/api.js";
import { segment } from "../../../data/http.js";
import { HubError } from "../../../data/hub-error.js";
import { i18n } from "../../../i18n/i18n.js";
import { keepPlugin } from "./plugin-actions.js";

/** The settings of a plugin as a form made of its schema. */
@customElement("vt-plugin-settings")
export class PluginSettings extends HubElement {
  @property({ attribute: false }) plugin: Plugin | undefined;
  @state() private unsaved = 0;
  @state() private saving = false;
  /** The form is a part of its own, so that the list of plugins does not wait for it. */
  @state() private loaded = false;
  readonly #points = new CollectionController(this, () => this.client.points);
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #metrics = new CollectionController(this, () => this.client.metrics);

  constructor() {
    super();
    new UnsavedController(
      this,
      () => this.navigation,
      () => this.unsaved > 0,
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#loadForm();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { plugin } = this;
    if (!plugin) return nothing;
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("plugins.settings")}</h2><span class="sp"></span>${this.unsaved > 0 ? html`<span class="pill sm warn" role="status">${this.t("form.unsaved", { n: this.unsaved })}</span>` : nothing}</header>
      ${hasSettings(plugin) ? this.#form(plugin) : html`<p class="lab">${this.t("plugins.noSettings")}</p>`}
    </section>`;
  }

  async #loadForm(): Promise<void> {
    try {
      await import("../../../controls/schema-form/schema-form.js");
      this.loaded = true;
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
  }

  #form({ configSchema, config, secretsSet }: Plugin): TemplateResult {
    if (!this.loaded) return html`<div class="skeleton"></div>`;
    return html`<vt-schema-form .schema=${configSchema} .value=${config} .secretsSet=${secretsSet} .selectors=${this.#selectors()} .busy=${this.saving}
      action=${this.t("plugins.saveAndRestart")} note=${this.t("plugins.saveNote")}
      @vt-dirty=${(event: CustomEvent<number>) => (this.unsaved = event.detail)} @vt-submit=${this.#save}></vt-schema-form>`;
  }

  #selectors(): FormSelectors {
    return {
      point: (this.#points.value ?? []).map(({ id, name }) => ({ value: id, label: name })),
      device: (this.#devices.value ?? []).map(({ id, name }) => ({ value: id, label: name })),
      metric: (this.#metrics.value ?? []).map(({ name }) => ({ value: name, label: i18n.metric(name) })),
    };
  }

  readonly #save = async ({ detail, currentTarget }: CustomEvent<SchemaFormSubmit>): Promise<void> => {
    const { plugin } = this;
    if (!plugin) return;
    const form = currentTarget as SchemaForm;
    this.saving = true;
    try {
      const saved = await this.client.http.put<Plugin>(`/plugins/${segment(plugin.id)}/config`, {
        config: detail.value,
        secrets: detail.secrets,
      });
      keepPlugin(this.client, saved);
      await this.updateComplete;
      await form.updateComplete;
      form.discard();
      this.toast(this.t("plugins.saved", { name: plugin.name }), { kind: "good" });
    } catch (error) {
      const { code, details } = HubError.from(error);
      const isShown = code === "E_CONFIG_INVALID" && form.refuse(details);
      if (!isShown) this.toast(errorText(error), { kind: "bad" });
    } finally {
      this.saving = false;
    }
  };
}

/** Whether a plugin can be set at all. */
const hasSettings = ({ configSchema }: Plugin): boolean => {
  const { properties } = (configSchema ?? {}) as { readonly properties?: object };
  return Object.keys(properties ?? {}).length > 0;
};

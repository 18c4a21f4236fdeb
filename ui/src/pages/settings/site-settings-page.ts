import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { UnsavedController } from "../../controllers/unsaved-controller.js";
import { selectField, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { errorCard, errorText } from "../../controls/templates.js";
import type { Site, SiteChange } from "../../data/api.js";
import { segment } from "../../data/http.js";
import { i18n } from "../../i18n/i18n.js";
import { formatTag } from "../../i18n/regions.js";
import { UiFormat } from "../../i18n/ui-format.js";
import {
  currencyOptions,
  formatSample,
  inLanguage,
  languageOptions,
  regionOptions,
  zoneOptions,
} from "./region-options.js";
import "./settings-frame.js";

type Problems = Readonly<Partial<Record<keyof SiteChange, string>>>;

/** The site: its name, supply, zone, money and language. */
@customElement("vt-site-settings-page")
export class SiteSettingsPage extends HubElement {
  @state() private change: SiteChange = {};
  @state() private problems: Problems = {};
  @state() private saving = false;
  readonly #sites = new CollectionController(this, () => this.client.sites);

  constructor() {
    super();
    new UnsavedController(
      this,
      () => this.navigation,
      () => this.#changes(this.#sites.value?.[0]) > 0,
    );
  }

  static override styles = css`
    .form { grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); }
  `;

  protected override render(): TemplateResult {
    return html`<vt-settings-frame section="site"><div class="grid"><section class="card c12" aria-labelledby="h">${this.#content()}</section></div></vt-settings-frame>`;
  }

  #content(): TemplateResult {
    const site = this.#sites.value?.[0];
    if (!site && this.#sites.error) return errorCard({ error: this.#sites.error, retry: this.#sites.retry });
    if (!site) return html`<div class="skeleton"></div>`;
    const changes = this.#changes(site);
    return html`<header><h2 id="h">${this.t("settings.site")}</h2><span class="sp"></span>${changes > 0 ? html`<span class="pill sm warn" role="status">${this.t("form.unsaved", { n: changes })}</span>` : nothing}</header>
      <form @submit=${(event: Event) => this.#save(event, site)} novalidate>
        <div class="form">${this.#fields({ ...site, ...this.change }, site)}</div>
        <div class="save"><span class="lab"></span>
          <button type="button" class="btn ghost" ?disabled=${changes === 0} @click=${() => this.#discard()}>${this.t("action.discard")}</button>
          <button class="btn primary" ?disabled=${changes === 0 || this.saving} aria-busy=${this.saving}>${this.t("action.save")}</button></div>
      </form>`;
  }

  #fields(shown: Site, site: Site): TemplateResult {
    const { problems } = this;
    const was = (key: keyof SiteChange): string | undefined =>
      shown[key] === site[key] ? undefined : this.t("form.was", { value: String(site[key]) });
    return html`
      ${textField({ id: "name", label: this.t("site.name"), mark: was("name"), value: shown.name, maxlength: 100, error: problems.name, onInput: (name) => this.#edit({ name }) })}
      ${this.#zone(shown, was("zone"))}
      ${selectField({ id: "currency", label: this.t("site.currency"), mark: was("currency"), help: this.t("site.currencyHelp"), value: shown.currency, options: currencyOptions(shown.currency), onChange: (currency) => this.#edit({ currency }) })}
      ${selectField({ id: "language", label: this.t("site.language"), help: this.t("site.languageHelp"), value: shown.language, options: languageOptions(), onChange: (language) => this.#edit(inLanguage(language, shown.region)) })}
      ${selectField({ id: "region", label: this.t("account.region"), help: formatSample(shown), value: formatTag(shown.language, shown.region), options: regionOptions(shown.language, shown.region), onChange: (region) => this.#edit({ region }) })}
      ${textField({ id: "voltage", label: this.t("site.voltage"), mark: was("nominalVoltage"), help: this.t("site.voltageHelp"), value: voltageText(shown.nominalVoltage), unit: "V", inputmode: "decimal", error: problems.nominalVoltage, onInput: (text) => this.#edit({ nominalVoltage: Number(text.replace(",", ".")) }) })}
      ${selectField({
        id: "phases",
        label: this.t("site.phases"),
        value: String(shown.phases),
        options: [
          { value: "1", label: this.t("site.phase1") },
          { value: "3", label: this.t("site.phase3") },
        ],
        onChange: (phases) => this.#edit({ phases: phases === "3" ? 3 : 1 }),
      })}`;
  }

  #zone({ zone }: Site, mark: string | undefined): TemplateResult {
    const time = new UiFormat({ ...i18n.options, zone }).time(this.client.live.now());
    return selectField({
      id: "zone",
      label: this.t("site.zone"),
      mark,
      help: this.t("site.zoneHelp", { time }),
      value: zone,
      options: zoneOptions(zone),
      onChange: (next) => this.#edit({ zone: next }),
    });
  }

  /** Fields that are not what is stored. */
  #changes(site: Site | undefined): number {
    return Object.entries(this.change).filter(([key, value]) => !Object.is(site?.[key as keyof Site], value)).length;
  }

  #edit(change: SiteChange): void {
    const [key] = Object.keys(change);
    this.change = { ...this.change, ...change };
    this.problems = { ...this.problems, [key ?? ""]: undefined };
  }

  #discard(): void {
    this.change = {};
    this.problems = {};
  }

  async #save(event: Event, { id }: Site): Promise<void> {
    event.preventDefault();
    this.problems = this.#check();
    if (Object.values(this.problems).some(Boolean)) return this.#focusProblem();
    this.saving = true;
    try {
      const saved = await this.client.http.patch<Site>(`/sites/${segment(id)}`, this.change);
      this.client.sites.patch((sites) => sites.map((site) => (site.id === saved.id ? saved : site)));
      this.change = {};
      this.toast(this.t("state.saved"), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    } finally {
      this.saving = false;
    }
  }

  async #focusProblem(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }

  #check(): Problems {
    const { name, nominalVoltage } = this.change;
    return {
      ...(name?.trim() === "" ? { name: this.t("field.required") } : {}),
      ...(nominalVoltage !== undefined && !(nominalVoltage >= 50 && nominalVoltage <= 1000)
        ? { nominalVoltage: this.t("site.voltageRange") }
        : {}),
    };
  }
}

/** A number that was not typed yet is an empty field. */
const voltageText = (volts: number): string => (Number.isFinite(volts) && volts !== 0 ? String(volts) : "");

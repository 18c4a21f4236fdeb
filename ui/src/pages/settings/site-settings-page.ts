import { isZone } from "@vatio/model";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { CollectionController } from "../../controllers/collection-controller.js";
import { field, selectField, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { errorCard, errorText } from "../../controls/templates.js";
import type { Site, SiteChange } from "../../data/api.js";
import { segment } from "../../data/http.js";
import { languageOptions, regionOptions } from "./region-options.js";
import "./settings-frame.js";

type Problems = Readonly<Partial<Record<keyof SiteChange, string>>>;

/** The site: its name, supply, zone, money and language. */
@customElement("vt-site-settings-page")
export class SiteSettingsPage extends HubElement {
  @state() private change: SiteChange = {};
  @state() private problems: Problems = {};
  @state() private saving = false;
  readonly #sites = new CollectionController(this, () => this.client.sites);

  static override styles = css`
    .form { grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); }
  `;

  protected override render(): TemplateResult {
    return html`<vt-settings-frame section="site"><div class="grid"><section class="card c8" aria-labelledby="h">${this.#content()}</section></div></vt-settings-frame>`;
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
      ${textField({ id: "currency", label: this.t("site.currency"), mark: was("currency"), help: this.t("site.currencyHelp"), value: shown.currency, maxlength: 3, error: problems.currency, onInput: (text) => this.#edit({ currency: text.toUpperCase() }) })}
      ${selectField({ id: "region", label: this.t("site.region"), value: shown.region, options: regionOptions(shown.region), onChange: (region) => this.#edit({ region }) })}
      ${selectField({ id: "language", label: this.t("site.language"), help: this.t("site.languageHelp"), value: shown.language, options: languageOptions(), onChange: (language) => this.#edit({ language: language === "es" ? "es" : "en" }) })}
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
    const now = new Intl.DateTimeFormat(this.format.options.region, {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: isZone(zone) ? zone : "UTC",
    });
    const help = isZone(zone)
      ? `${this.t("site.zoneHelp")}. ${this.t("site.zoneNow", { time: now.format(this.client.live.now()) })}.`
      : this.t("site.zoneHelp");
    const error = this.problems.zone;
    return field(
      { id: "zone", label: this.t("site.zone"), mark, help, error },
      html`<input class="inp" id="zone" list="zones" autocomplete="off" spellcheck="false" maxlength="64" .value=${zone} aria-invalid=${error ? "true" : nothing} aria-describedby=${error ? "zone-error" : "zone-help"}
        @input=${(event: Event) => this.#edit({ zone: (event.target as HTMLInputElement).value.trim() })} />
        <datalist id="zones">${Intl.supportedValuesOf("timeZone").map((each) => html`<option value=${each}></option>`)}</datalist>`,
    );
  }

  /** Fields that are not what is stored. */
  #changes(site: Site): number {
    return Object.entries(this.change).filter(([key, value]) => !Object.is(site[key as keyof Site], value)).length;
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
    const { name, nominalVoltage, zone, currency } = this.change;
    return {
      ...(name?.trim() === "" ? { name: this.t("field.required") } : {}),
      ...(zone !== undefined && (zone === "" || !isZone(zone)) ? { zone: this.t("site.zoneUnknown") } : {}),
      ...(currency !== undefined && !/^[A-Z]{3}$/.test(currency) ? { currency: this.t("site.currencyUnknown") } : {}),
      ...(nominalVoltage !== undefined && !(nominalVoltage >= 50 && nominalVoltage <= 1000)
        ? { nominalVoltage: this.t("site.voltageRange") }
        : {}),
    };
  }
}

/** A number that was not typed yet is an empty field. */
const voltageText = (volts: number): string => (Number.isFinite(volts) && volts !== 0 ? String(volts) : "");

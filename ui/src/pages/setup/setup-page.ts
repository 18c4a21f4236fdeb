import { html, nothing, type TemplateResult, unsafeCSS } from "lit";
import { customElement, state } from "lit/decorators.js";
import { adoptInDocument } from "../../controls/document-sheet.js";
import { icon } from "../../controls/icons/icon.js";
import type { IconName } from "../../controls/icons/icon-names.js";
import { errorText } from "../../controls/templates.js";
import type { Session } from "../../data/api.js";
import { HubError } from "../../data/hub-error.js";
import { i18n } from "../../i18n/i18n.js";
import { usesHour12 } from "../../i18n/hour12.js";
import { nextTheme } from "../../theme/theme-store.js";
import { GateElement } from "../login/gate-element.js";
import { languageChoice } from "../login/gate.js";
import setupCss from "./setup.css?inline";
import { answersOf, problemsOf, proposeAnswers, SETUP_STEPS, type SetupDraft, type SetupField, type SetupStep, stepOfError } from "./setup-answers.js";
import { accountForm, countryName, currencyName, placeForm, supplyForm, timeIn } from "./setup-forms.js";
import "../devices/discovery.js";

const setupSheet = unsafeCSS(setupCss);

/** First run: who, where, how it is fed, which devices. The hub is set up after the third step; the fourth shows data flowing. */
@customElement("vt-setup-page")
export class SetupPage extends GateElement {
  @state() private step: SetupStep = "account";
  @state() private draft: SetupDraft | undefined;
  @state() private problems: Readonly<Partial<Record<SetupField, string>>> = {};
  @state() private problem = "";
  @state() private shown = false;
  @state() private busy = false;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptInDocument(setupSheet);
    if (this.session) this.step = "devices";
    this.draft ??= proposeAnswers({
      languages: navigator.languages,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      language: i18n.language,
      code: this.navigation.location.query.get("code") ?? "",
      siteName: this.t("setup.siteProposal"),
    });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { draft } = this;
    if (!draft) return nothing;
    return html`<div class="setup">${this.#side(draft)}
      <main class="setup-main">${this.#top()}${this.#steps()}
        ${this.step === "devices" ? this.#devices() : this.#form(draft)}</main></div>`;
  }

  #top(): TemplateResult {
    const { theme } = this.theme;
    return html`<div class="setup-top"><div><h1>${this.t(`setup.${this.step}.title`)}</h1><div class="sub hide-s">${this.t(`setup.${this.step}.sub`)}</div></div><span class="sp"></span>
      ${this.step === "devices" ? nothing : languageChoice(this.store)}
      <button class="iconbtn" aria-label=${this.t(`theme.${theme}`)} title=${this.t(`theme.${theme}`)} @click=${() => this.theme.set(nextTheme(theme))}>${icon(this.theme.isDark ? "moon" : "sun")}</button></div>`;
  }

  #steps(): TemplateResult {
    const at = SETUP_STEPS.indexOf(this.step);
    return html`<ol class="setup-steps" aria-label=${this.t("setup.stepOf", { step: at + 1, steps: SETUP_STEPS.length })}>${SETUP_STEPS.map((step, index) => {
      const [kind, mark] = index < at ? ["done", icon("check")] : [index === at ? "cur" : "", index + 1];
      return html`<li class=${kind} aria-current=${index === at ? "step" : nothing}><span class="setup-mark" aria-hidden="true">${mark}</span><span class="st"><b>${this.t(`setup.step.${step}`)}</b></span></li>`;
    })}</ol>`;
  }

  #side(draft: SetupDraft): TemplateResult {
    const at = SETUP_STEPS.indexOf(this.step);
    const rows: readonly (readonly [after: number, icon: IconName, title: string, text: string])[] = [
      [0, "languages", i18n.language === "es" ? "Español" : "English", this.format.number(1234.5, 2)],
      [1, "user", draft.name, this.t("userRole.admin")],
      [2, "globe", countryName(draft.region), this.t("setup.clock", { time: timeIn(draft.zone) })],
      [2, "coins", currencyName(draft.currency), draft.currency],
      [3, "utility-pole", this.t(draft.phases === 3 ? "site.phase3" : "site.phase1"), `${draft.nominalVoltage} V`],
    ];
    return html`<nav class="setup-side" aria-label=${this.t("setup.soFar")}><span class="gate-brand"><span class="gate-mark">${icon("zap")}</span><span>Vatio</span></span>
      <h2>${this.t("setup.soFar")}</h2>
      ${rows.filter(([after]) => after <= at).map(([, name, title, text]) => html`<div class="setup-sum">${icon(name)}<span><b>${title}</b><small>${text}</small></span></div>`)}</nav>`;
  }

  #form(draft: SetupDraft): TemplateResult {
    const options = { draft, problems: this.problems, shown: this.shown, onShow: (shown: boolean) => (this.shown = shown), onChange: (change: Partial<SetupDraft>) => this.#change(change) };
    const forms = { account: accountForm, place: placeForm, supply: supplyForm, devices: supplyForm };
    const first = this.step === "account";
    return html`<form class="setup-form" novalidate @submit=${this.#next}><section class="card setup-card"><div class="form">${forms[this.step](options)}</div>
        ${this.problem ? html`<p class="hint bad" role="alert">${icon("circle-alert")}<span>${this.problem}</span></p>` : nothing}</section>
      <div class="setup-bar narrow">${first ? nothing : html`<button type="button" class="btn" @click=${() => this.#go(-1)}>${icon("arrow-left")}${this.t("action.back")}</button>`}<span class="sp"></span>
        <button class="btn primary" aria-busy=${this.busy} ?disabled=${this.busy}>${this.t("action.next")}${icon("arrow-right")}</button></div></form>`;
  }

  #devices(): TemplateResult {
    return html`<vt-discovery with-accepted></vt-discovery>
      <div class="setup-bar"><span class="sp"></span><span class="lab hide-s">${this.t("setup.addLater")}</span><button class="btn primary" @click=${() => this.navigation.go("/", { replace: true })}>${this.t("setup.finish")}${icon("arrow-right")}</button></div>`;
  }

  #change(change: Partial<SetupDraft>): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    const { region } = this.draft;
    if (change.region) void i18n.use({ region, hour12: usesHour12(i18n.language, region) });
  }

  #go(by: 1 | -1): void {
    this.step = SETUP_STEPS[SETUP_STEPS.indexOf(this.step) + by] ?? this.step;
    this.problems = {};
    this.problem = "";
    window.scrollTo(0, 0);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".setup-form input:not([type=radio]), .setup-form select")?.focus());
  }

  readonly #next = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { draft, step } = this;
    if (!draft || this.busy) return;
    this.problems = Object.fromEntries(problemsOf(step, draft).map((field) => [field, this.#problemOf(field)]));
    if (Object.keys(this.problems).length > 0) return this.#focusProblem();
    if (step === "supply") await this.#send({ ...draft, language: i18n.language });
    else this.#go(1);
  };

  #problemOf(field: SetupField): string {
    if (field === "password") return this.t("setup.passwordHelp");
    return field === "nominalVoltage" ? this.t("site.voltageRange") : this.t("field.required");
  }

  #focusProblem(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  async #send(draft: SetupDraft): Promise<void> {
    this.busy = true;
    try {
      const session = await this.client.http.post<Session>("/setup", answersOf(draft));
      this.step = "devices";
      await this.store.signedIn(session);
    } catch (error) {
      this.#failed(HubError.from(error));
    } finally {
      this.busy = false;
    }
  }

  /** Goes back to the step whose answer the hub does not take. */
  #failed(error: HubError): void {
    this.step = stepOfError(error.code);
    const words = errorText(error);
    if (error.code === "E_SETUP_CODE") this.problems = { code: words };
    else if (error.code === "E_PASSWORD_WEAK") this.problems = { password: words };
    else this.problem = words;
    this.#focusProblem();
  }
}

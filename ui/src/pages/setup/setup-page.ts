import type { Language } from "@vatio/model";
import { html, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, state } from "lit/decorators.js";
import { adoptInDocument } from "../../controls/document-sheet.js";
import { icon } from "../../controls/icons/icon.js";
import { errorText } from "../../controls/templates.js";
import type { Session } from "../../data/api.js";
import { HubError } from "../../data/hub-error.js";
import { usesHour12 } from "../../i18n/hour12.js";
import { i18n } from "../../i18n/i18n.js";
import { formatTag } from "../../i18n/regions.js";
import { nextTheme } from "../../theme/theme-store.js";
import { languageChoice } from "../login/gate.js";
import { GateElement } from "../login/gate-element.js";
import { GateProblem } from "../login/gate-problem.js";
import "./setup-restore.js";
import setupCss from "./setup.css?inline";
import {
  answersOf,
  fieldOfError,
  problemsOf,
  proposeAnswers,
  reachableStep,
  SETUP_STEPS,
  type SetupDraft,
  type SetupField,
  type SetupStep,
  stepNamed,
  stepOfField,
} from "./setup-answers.js";
import { accountForm, codeHelp, placeForm, type SetupFormOptions, supplyForm, welcomeForm } from "./setup-forms.js";
import { setupSteps, setupSummary } from "./setup-summary.js";

const setupSheet = unsafeCSS(setupCss);

const FORMS: Readonly<Record<Exclude<SetupStep, "devices">, (options: SetupFormOptions) => TemplateResult>> = {
  welcome: welcomeForm,
  account: accountForm,
  place: placeForm,
  supply: supplyForm,
};

/**
 * First run: who, where, how it is fed, which devices. The hub is set up after the fourth step; the fifth shows data
 * flowing. The address names the step, so that the browser's Back goes one step back.
 */
@customElement("vt-setup-page")
export class SetupPage extends GateElement {
  @state() private step: SetupStep = "welcome";
  @state() private draft: SetupDraft | undefined;
  @state() private problems: Readonly<Partial<Record<SetupField, string>>> = {};
  @state() private shown = false;
  @state() private busy = false;
  readonly #problem = new GateProblem(this);
  #siteProposal = "";
  #endMoves: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptInDocument(setupSheet);
    // The last step only: it is here long before a person has answered the others.
    void import("../devices/discovery.js");
    this.#endMoves = this.navigation.changes.on(() => this.#moved());
    this.#siteProposal = this.t("setup.siteProposal");
    // Who comes back after set-up answered elsewhere: nothing here may be told as if it were the answer.
    if (!this.session) this.draft ??= this.#proposal();
    this.#moved();
  }

  #proposal(): SetupDraft {
    return proposeAnswers({
      languages: navigator.languages,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      language: i18n.language,
      code: this.navigation.location.query.get("code") ?? "",
      siteName: this.#siteProposal,
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endMoves?.();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (this.draft && this.draft.language !== i18n.language) this.#followLanguage(this.draft);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { draft, step } = this;
    if (!draft && step !== "devices") return nothing;
    return html`<div class="setup">${setupSummary(step, draft)}
      <main class="setup-main">${this.#top()}${setupSteps(step, draft)}
        ${step === "devices" || !draft ? this.#devices() : this.#form(step, draft)}</main></div>`;
  }

  #top(): TemplateResult {
    const { theme } = this.theme;
    const asksLanguage = this.step === "welcome" || this.step === "devices";
    return html`<div class="setup-top"><div><h1 tabindex="-1">${this.t(`setup.${this.step}.title`)}</h1><div class="sub hide-s">${this.t(`setup.${this.step}.sub`)}</div></div><span class="sp"></span>
      ${asksLanguage ? nothing : languageChoice(this.store)}
      <button class="iconbtn" aria-label=${this.t(`theme.${theme}`)} title=${this.t(`theme.${theme}`)} @click=${() => this.theme.set(nextTheme(theme))}>${icon(this.theme.isDark ? "moon" : "sun")}</button></div>`;
  }

  #form(step: keyof typeof FORMS, draft: SetupDraft): TemplateResult {
    const options: SetupFormOptions = {
      draft,
      problems: this.problems,
      shown: this.shown,
      onShow: (shown) => (this.shown = shown),
      onChange: (change) => this.#change(change),
      onLanguage: (language: Language) => void this.store.useLanguage(language),
    };
    return html`<form class="setup-form" novalidate @submit=${this.#next}><section class="card setup-card"><div class="form">${FORMS[step](options)}</div>
        ${this.#problem.view(this.#wayOut())}${step === "welcome" ? codeHelp() : nothing}</section>
      <div class="setup-bar narrow">${step === "welcome" ? nothing : html`<button type="button" class="btn" @click=${() => this.#go(SETUP_STEPS[SETUP_STEPS.indexOf(step) - 1])}>${icon("arrow-left")}${this.t("action.back")}</button>`}<span class="sp"></span>
        <button class="btn primary" aria-busy=${this.busy}>${this.t("action.next")}${icon("arrow-right")}</button></div></form>
      ${step === "welcome" ? html`<vt-setup-restore .code=${draft.code}></vt-setup-restore>` : nothing}`;
  }

  /** Somebody else was faster: what is left is to sign in. */
  #wayOut(): TemplateResult | typeof nothing {
    if (this.#problem.error?.code !== "E_SETUP_DONE") return nothing;
    return html`<div class="btns"><button type="button" class="btn sm" @click=${() => void this.store.start()}>${this.t("setup.signIn")}</button></div>`;
  }

  #devices(): TemplateResult {
    return html`<vt-discovery with-accepted></vt-discovery>
      <div class="setup-bar"><span class="sp"></span><span class="lab hide-s">${this.t("setup.addLater")}</span><button class="btn primary" @click=${() => this.navigation.go("/", { replace: true })}>${this.t("setup.finish")}${icon("arrow-right")}</button></div>`;
  }

  #change(change: Partial<SetupDraft>): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    for (const field of Object.keys(change)) this.problems = { ...this.problems, [field]: undefined };
    if (change.region || change.format) this.#useRegion(this.draft);
  }

  /** Words changed: what was proposed in them changes too, what was typed stays. */
  #followLanguage(draft: SetupDraft): void {
    const proposal = this.t("setup.siteProposal");
    const siteName = draft.siteName === this.#siteProposal ? proposal : draft.siteName;
    this.#siteProposal = proposal;
    this.draft = { ...draft, language: i18n.language, siteName };
    this.problems = {};
    this.#useRegion(this.draft);
  }

  #useRegion({ region, format = region }: SetupDraft): void {
    const tag = formatTag(i18n.language, format);
    void i18n.use({ region: tag, hour12: usesHour12(i18n.language, tag) });
  }

  #go(step: SetupStep = "welcome"): void {
    this.navigation.go(`/setup?step=${step}`);
  }

  /** The address names another step: by a button here, or by those of the browser. */
  #moved(): void {
    const { path, query } = this.navigation.location;
    if (path !== "/setup") return;
    const wanted = stepNamed(query.get("step"));
    const step =
      this.session || !this.draft ? "devices" : reachableStep(wanted === "devices" ? "supply" : wanted, this.draft);
    if (step === this.step) return;
    this.#show(step);
    this.#problem.clear();
    this.#focus("input:checked, .setup-form input:not([type=radio])", "h1");
  }

  #show(step: SetupStep): void {
    this.step = step;
    this.problems = {};
    this.shown = false;
  }

  readonly #next = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { step } = this;
    if (!this.draft || this.busy) return;
    const draft = { ...this.draft, ...typedIn(event.currentTarget as HTMLFormElement) };
    this.draft = draft;
    this.problems = Object.fromEntries(problemsOf(step, draft).map((field) => [field, this.#problemOf(field, draft)]));
    if (Object.keys(this.problems).length > 0) this.#focus('[aria-invalid="true"]');
    else if (step === "supply") await this.#send(draft);
    else this.#go(SETUP_STEPS[SETUP_STEPS.indexOf(step) + 1]);
  };

  #problemOf(field: SetupField, draft: SetupDraft): string {
    if (field === "code") return this.t("setup.codeHelp");
    if (field === "password" && draft.password !== "") return this.t("setup.weak.short");
    return field === "nominalVoltage" ? this.t("site.voltageRange") : this.t("field.required");
  }

  async #send(draft: SetupDraft): Promise<void> {
    const { theme } = this.theme;
    this.busy = true;
    this.#problem.clear();
    try {
      await this.store.signedIn(await this.client.http.post<Session>("/setup", answersOf(draft)));
      this.#show("devices");
      this.navigation.go("/setup?step=devices", { replace: true });
      this.#focus("h1");
      await this.#keepTheme(theme);
    } catch (error) {
      this.#failed(HubError.from(error));
    } finally {
      this.busy = false;
    }
  }

  /** A new account follows the system; who chose a theme on the way here keeps it. */
  async #keepTheme(theme: Session["user"]["theme"]): Promise<void> {
    if (theme === this.theme.theme) return;
    this.theme.set(theme);
    // The choice holds in this browser even if the hub does not take it now.
    await this.client.http.patch("/me", { theme }).catch(() => {});
  }

  /** Goes back to the step whose answer the hub does not take. */
  #failed(error: HubError): void {
    const field = fieldOfError(error.code);
    if (!field) {
      this.#problem.show(error);
      return;
    }
    this.#go(stepOfField(field));
    this.problems = { [field]: this.#refusal(error) };
    this.#focus('[aria-invalid="true"]');
  }

  #refusal(error: HubError): string {
    const { reason } = (error.details ?? {}) as { readonly reason?: unknown };
    const key = `setup.weak.${String(reason)}`;
    return error.code === "E_PASSWORD_WEAK" && i18n.has(key) ? i18n.text({ key }) : errorText(error);
  }

  /** Moves the focus to the first that there is of several. */
  #focus(...selectors: readonly string[]): void {
    void this.updateComplete.then(() => {
      const found = selectors.map((selector) => this.querySelector<HTMLElement>(selector)).find(Boolean);
      found?.focus();
    });
  }
}

const TYPED: Readonly<Record<string, SetupField>> = {
  code: "code",
  username: "name",
  "new-password": "password",
  site: "siteName",
  voltage: "nominalVoltage",
};

/** What stands in the fields of a form: password managers may fill them without an event. */
function typedIn(form: HTMLFormElement): Partial<SetupDraft> {
  const fields = [...new FormData(form)].flatMap(([name, value]) =>
    TYPED[name] ? [[TYPED[name], String(value)] as const] : [],
  );
  return Object.fromEntries(fields);
}

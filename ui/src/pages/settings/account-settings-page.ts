import { consume } from "@lit/context";
import { css, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { sessionStoreContext } from "../../controllers/contexts.js";
import { UnsavedController } from "../../controllers/unsaved-controller.js";
import { selectField, textField } from "../../controls/field.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { passwordField } from "../../controls/password-field.js";
import { errorText } from "../../controls/templates.js";
import type { Session, Theme, User } from "../../data/api.js";
import { HubError } from "../../data/hub-error.js";
import { formatTag } from "../../i18n/regions.js";
import type { SessionStore } from "../../shell/session-store.js";
import { formatSample, inLanguage, languageOptions, regionOptions } from "./region-options.js";
import "./settings-frame.js";

type Profile = Pick<User, "name" | "language" | "region" | "theme">;

const LEAST_PASSWORD = 8;

/** What a person says about themselves: name, language, format, theme, password. */
@customElement("vt-account-settings-page")
export class AccountSettingsPage extends HubElement {
  @consume({ context: sessionStoreContext }) private readonly store!: SessionStore;
  @state() private change: Partial<Profile> = {};
  @state() private nameProblem = "";
  @state() private saving = false;
  @state() private old = "";
  @state() private next = "";
  @state() private shown = false;
  @state() private passwordProblems: { readonly old?: string; readonly next?: string } = {};
  @state() private changing = false;

  static override styles = css`
    .grid { align-items: start; }
  `;

  constructor() {
    super();
    new UnsavedController(
      this,
      () => this.navigation,
      () => this.session !== undefined && this.#isDirty(this.session.user),
    );
  }

  protected override render(): TemplateResult {
    const { session } = this;
    return html`<vt-settings-frame section="account">${session ? this.#cards(session.user) : html`<div class="skeleton"></div>`}</vt-settings-frame>`;
  }

  #cards(user: User): TemplateResult {
    return html`<div class="grid">
      <section class="card c7" aria-labelledby="h-profile"><header><h2 id="h-profile">${this.t("account.profile")}</h2></header>${this.#profile(user)}</section>
      <div class="c5 stack">
        <section class="card" aria-labelledby="h-password"><header><h2 id="h-password">${this.t("account.password")}</h2></header>${this.#password(user)}</section>
        <section class="card"><div class="row"><span class="t"><b>${this.t("account.signOut")}</b><small>${this.t("account.signOutText")}</small></span>
          <button class="btn" @click=${() => this.#signOut()}>${icon("log-out")}${this.t("account.signOut")}</button></div></section>
      </div></div>`;
  }

  #profile(user: User): TemplateResult {
    const shown = { ...user, ...this.change };
    const isDirty = this.#isDirty(user);
    return html`<form novalidate @submit=${this.#save}>
      <div class="form">
        ${textField({ id: "name", label: this.t("account.name"), value: shown.name, autocomplete: "username", maxlength: 100, error: this.nameProblem, onInput: (name) => this.#edit({ name }) })}
        ${selectField({ id: "language", label: this.t("account.language"), value: shown.language, options: languageOptions(), onChange: (language) => this.#edit(inLanguage(language, shown.region)) })}
        ${selectField({ id: "region", label: this.t("account.region"), value: formatTag(shown.language, shown.region), help: formatSample(shown), options: regionOptions(shown.language, shown.region), onChange: (region) => this.#edit({ region }) })}
        ${selectField({
          id: "theme",
          label: this.t("account.theme"),
          value: shown.theme,
          options: [
            { value: "auto", label: this.t("account.themeAuto") },
            { value: "light", label: this.t("account.themeLight") },
            { value: "dark", label: this.t("account.themeDark") },
          ],
          onChange: (theme) => this.#edit({ theme: theme as Theme }),
        })}
      </div>
      <div class="save"><span class="lab">${this.t("account.role", { role: this.t(`userRole.${user.role}`) })}</span>
        <button type="button" class="btn ghost" ?disabled=${!isDirty} @click=${() => this.#discard()}>${this.t("action.discard")}</button>
        <button class="btn primary" ?disabled=${!isDirty || this.saving} aria-busy=${this.saving}>${this.t("action.save")}</button></div>
    </form>`;
  }

  #isDirty(user: User): boolean {
    return Object.entries(this.change).some(([key, value]) => user[key as keyof Profile] !== value);
  }

  #edit(change: Partial<Profile>): void {
    this.change = { ...this.change, ...change };
    this.nameProblem = "";
  }

  #discard(): void {
    this.change = {};
    this.nameProblem = "";
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.change.name?.trim() === "") {
      this.nameProblem = this.t("field.required");
      return;
    }
    this.saving = true;
    try {
      await this.store.userChanged(await this.client.http.request<User>("PATCH", "/me", { body: this.change }));
      this.change = {};
      this.toast(this.t("state.saved"), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    } finally {
      this.saving = false;
    }
  };

  #password({ name }: User): TemplateResult {
    const { old, next, shown, passwordProblems: problems } = this;
    const onShow = (now: boolean): void => {
      this.shown = now;
    };
    return html`<form novalidate @submit=${this.#changePassword}>
      <input class="sr" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly .value=${name} />
      <div class="form">
        <div class="wide">${passwordField({ id: "old", label: this.t("account.old"), value: old, autocomplete: "current-password", error: problems.old, shown, onShow, onInput: (text) => (this.old = text) })}</div>
        <div class="wide">${passwordField({ id: "next", label: this.t("account.next"), help: this.t("account.nextHelp"), value: next, autocomplete: "new-password", error: problems.next, shown, onShow, onInput: (text) => (this.next = text) })}</div>
      </div>
      <div class="save"><span class="lab"></span><button class="btn primary" ?disabled=${old === "" || next === "" || this.changing} aria-busy=${this.changing}>${this.t("account.change")}</button></div>
    </form>`;
  }

  readonly #changePassword = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.next.length < LEAST_PASSWORD) {
      this.passwordProblems = { next: this.t("account.short") };
      return;
    }
    this.changing = true;
    this.passwordProblems = {};
    try {
      await this.store.signedIn(
        await this.client.http.post<Session>("/me/password", { old: this.old, next: this.next }),
      );
      this.old = "";
      this.next = "";
      this.toast(this.t("account.changed"), { kind: "good" });
    } catch (error) {
      this.#passwordRefused(error);
    } finally {
      this.changing = false;
    }
  };

  #passwordRefused(error: unknown): void {
    const { code } = HubError.from(error);
    if (code === "E_LOGIN_FAILED") this.passwordProblems = { old: errorText(error) };
    else if (code === "E_PASSWORD_WEAK") this.passwordProblems = { next: errorText(error) };
    else this.toast(errorText(error), { kind: "bad" });
  }

  async #signOut(): Promise<void> {
    try {
      await this.store.signOut();
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
  }
}

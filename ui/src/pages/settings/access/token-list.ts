import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { TaskController } from "../../../controllers/task-controller.js";
import { confirm } from "../../../controls/confirm.js";
import { selectField, textField } from "../../../controls/field.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import { emptyCard, errorCard, errorText } from "../../../controls/templates.js";
import type { ApiToken, TokenScope } from "../../../data/api.js";
import { segment } from "../../../data/http.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { type Once, onceDialog } from "./once-dialog.js";
import "../../../controls/dialog.js";

const SCOPES: Readonly<
  Record<TokenScope, { readonly label: PlainKey; readonly help: PlainKey; readonly tone: string }>
> = {
  ingest: { label: "tokens.ingest", help: "tokens.ingestHelp", tone: "" },
  metrics: { label: "tokens.metrics", help: "tokens.metricsHelp", tone: "" },
  read: { label: "tokens.read", help: "tokens.readHelp", tone: "info" },
  control: { label: "tokens.control", help: "tokens.controlHelp", tone: "warn" },
};

/** Tokens of programs: create with what it may do, shown once, revoke. */
@customElement("vt-token-list")
export class TokenList extends HubElement {
  @state() private creating = false;
  @state() private busy = false;
  @state() private name = "";
  @state() private scope: TokenScope = "read";
  @state() private problem = "";
  @state() private once: Once | undefined;
  readonly #tokens = new TaskController<readonly ApiToken[]>(this);

  static override styles = css`
    .lab { margin: -8px 0 8px; }
    ul { list-style: none; margin: 0; padding: 0; }
    .t .pill { margin-top: 6px; white-space: normal; height: auto; min-height: 25px; padding-block: 3px; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#tokens;
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("tokens.title")}</h2>${value && value.length > 0 ? html`<span class="cnt">${value.length}</span>` : nothing}<span class="sp"></span><button class="btn sm soft" @click=${() => this.#open()}>${icon("plus")}${this.t("tokens.create")}</button></header>
      <p class="lab">${this.t("tokens.text")}</p>
      ${error && !value ? errorCard({ error, retry: () => this.#load() }) : this.#list(value)}
    </section>${this.#dialog()}${onceDialog(this.once, () => (this.once = undefined))}`;
  }

  #list(tokens: readonly ApiToken[] | undefined): TemplateResult {
    if (!tokens) return html`<div class="skeleton"></div>`;
    if (tokens.length === 0)
      return emptyCard({ icon: "key", title: this.t("tokens.none"), text: this.t("tokens.noneText") });
    return html`<ul>${tokens.map((token) => this.#token(token))}</ul>`;
  }

  #token(token: ApiToken): TemplateResult {
    const { name, scope, createdAt, lastUsedAt } = token;
    const { label, tone } = SCOPES[scope];
    const used =
      lastUsedAt === undefined
        ? this.t("tokens.neverUsed")
        : this.t("tokens.used", { when: this.format.ago(lastUsedAt, this.client.live.now()) });
    return html`<li class="row"><span class="ico">${icon("key-round")}</span><div class="t"><b>${name}</b><small>${this.t("tokens.created", { date: this.format.date(createdAt) })}, ${used}</small><span class="pill sm ${tone}">${this.t(label)}</span></div>
      <button class="btn sm" aria-label="${this.t("tokens.revoke")}: ${name}" @click=${() => this.#revoke(token)}>${this.t("tokens.revoke")}</button></li>`;
  }

  #dialog(): TemplateResult {
    const options = Object.entries(SCOPES).map(([value, { label }]) => ({ value, label: this.t(label) }));
    return html`<vt-dialog heading=${this.t("tokens.create")} ?open=${this.creating} @vt-close=${() => (this.creating = false)}>
      <form class="form" id="new" novalidate @submit=${this.#create}>
        <div class="wide">${textField({ id: "token-name", label: this.t("tokens.name"), value: this.name, placeholder: this.t("tokens.namePlaceholder"), maxlength: 100, error: this.problem, onInput: (name) => this.#named(name) })}</div>
        <div class="wide">${selectField({ id: "scope", label: this.t("tokens.scope"), help: this.t(SCOPES[this.scope].help), value: this.scope, options, onChange: (scope) => (this.scope = scope as TokenScope) })}</div>
      </form>
      <button slot="foot" class="btn" @click=${() => (this.creating = false)}>${this.t("action.cancel")}</button>
      <button slot="foot" class="btn primary" aria-busy=${this.busy} ?disabled=${this.busy} @click=${this.#create}>${this.t("action.create")}</button>
    </vt-dialog>`;
  }

  #open(): void {
    this.name = "";
    this.scope = "read";
    this.problem = "";
    this.creating = true;
  }

  #named(name: string): void {
    this.name = name;
    this.problem = "";
  }

  #load(): void {
    void this.#tokens.run((signal) => this.client.http.get<readonly ApiToken[]>("/tokens", { signal }));
  }

  readonly #create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const name = this.name.trim();
    if (name === "") {
      this.problem = this.t("field.required");
      return;
    }
    this.busy = true;
    try {
      const { secret } = await this.client.http.post<{ readonly secret: string }>("/tokens", {
        name,
        scope: this.scope,
      });
      this.creating = false;
      this.once = { title: name, fields: [{ label: this.t("tokens.secret"), value: secret }] };
      this.#load();
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.busy = false;
    }
  };

  async #revoke({ id, name }: ApiToken): Promise<void> {
    if (
      !(await confirm({
        title: this.t("tokens.revokeAsk", { name }),
        text: this.t("tokens.revokeText"),
        yes: this.t("tokens.revoke"),
        danger: true,
      }))
    )
      return;
    try {
      await this.client.http.delete(`/tokens/${segment(id)}`);
      this.toast(this.t("tokens.revoked", { name }), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
    this.#load();
  }
}

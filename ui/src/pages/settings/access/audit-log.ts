import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { CollectionController } from "../../../controllers/collection-controller.js";
import { TaskController } from "../../../controllers/task-controller.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import { emptyCard, errorCard } from "../../../controls/templates.js";
import type { ApiToken } from "../../../data/api.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { type AuditEntry, actorWords, type Names, resourceWords, whatWords } from "./audit-words.js";

const MOST = 100;
const OUTCOMES: Readonly<Record<AuditEntry["outcome"], { readonly label: PlainKey; readonly tone: string }>> = {
  ok: { label: "audit.ok", tone: "good" },
  refused: { label: "audit.refused", tone: "warn" },
  failed: { label: "audit.failed", tone: "bad" },
};

/** Who changed or switched what, newest first. */
@customElement("vt-audit-log")
export class AuditLog extends HubElement {
  readonly #entries = new TaskController<readonly AuditEntry[]>(this);
  readonly #tokens = new TaskController<readonly ApiToken[]>(this);
  readonly #devices = new CollectionController(this, () => this.client.devices);
  readonly #points = new CollectionController(this, () => this.client.points);
  readonly #plugins = new CollectionController(this, () => this.client.plugins);
  readonly #sites = new CollectionController(this, () => this.client.sites);

  static override styles = css`
    .lab { margin: -8px 0 12px; }
    .tbl td, .tbl th { text-align: left; }
    .tbl td:last-child, .tbl th:last-child { text-align: right; }
    td { overflow-wrap: anywhere; font-weight: 500; }
    tbody th { font-weight: 600; }
    .when { white-space: nowrap; color: var(--ink-2); }
    .about { color: var(--ink-2); }
    @media (max-width: 720px) {
      thead { display: none; }
      tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; border-top: 1px solid var(--line); padding: 10px 0; }
      .tbl tbody th, .tbl td { border: 0; padding: 0; }
      .tbl tbody th { grid-area: 1 / 1; }
      .outcome { grid-area: 1 / 2; }
      .who { grid-area: 2 / 1; font-size: 13px; color: var(--muted); }
      .when { grid-area: 2 / 2; font-size: 13px; color: var(--muted); }
      .about { grid-area: 3 / 1 / 4 / 3; font-size: 13px; }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#entries;
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("audit.title")}</h2><span class="sp"></span><button class="iconbtn s" aria-label=${this.t("action.refresh")} title=${this.t("action.refresh")} @click=${() => this.#load()}>${icon("rotate-cw")}</button></header>
      ${error && !value ? errorCard({ error, retry: () => this.#load() }) : this.#content(value)}</section>`;
  }

  #content(entries: readonly AuditEntry[] | undefined): TemplateResult {
    if (!entries) return html`<div class="skeleton"></div>`;
    if (entries.length === 0) return emptyCard({ icon: "list-checks", title: this.t("audit.none") });
    const names = this.#names();
    return html`<p class="lab">${this.t("audit.text", { n: MOST })}</p>
      <table class="tbl" aria-labelledby="h"><thead><tr><th scope="col">${this.t("audit.what")}</th><th scope="col">${this.t("audit.about")}</th><th scope="col">${this.t("audit.who")}</th><th scope="col">${this.t("audit.when")}</th><th scope="col">${this.t("audit.outcome")}</th></tr></thead>
        <tbody>${entries.map((entry) => this.#entry(entry, names))}</tbody></table>`;
  }

  #entry({ at, actor, what, resource, outcome, details }: AuditEntry, names: Names): TemplateResult {
    const { label, tone } = OUTCOMES[outcome];
    const code = codeOf(details);
    return html`<tr><th scope="row">${whatWords(what)}</th><td class="about">${resourceWords(resource, names)}</td><td class="who">${actorWords(actor, names, this.session?.user.id)}</td>
      <td class="when">${this.format.dateTime(at, true)}</td><td class="outcome"><span class="pill sm ${tone}" title=${code ?? nothing}>${this.t(label)}</span></td></tr>`;
  }

  #names(): Names {
    const all = [this.#devices, this.#points, this.#plugins, this.#sites].flatMap(({ value }) => [...(value ?? [])]);
    return new Map([...all, ...(this.#tokens.value ?? [])].map(({ id, name }) => [id, name]));
  }

  #load(): void {
    void this.#entries.run((signal) =>
      this.client.http.get<readonly AuditEntry[]>("/audit", { query: { limit: MOST }, signal }),
    );
    void this.#tokens.run((signal) => this.client.http.get<readonly ApiToken[]>("/tokens", { signal }));
  }
}

/** Why it did not work, as a code of the hub. */
function codeOf(details: unknown): string | undefined {
  const code = typeof details === "object" && details !== null && "code" in details ? details.code : undefined;
  return typeof code === "string" ? code : undefined;
}

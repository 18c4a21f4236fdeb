import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { Counter } from "../../../data/api.js";
import { counterName, counterReason } from "../counter-words.js";

const PLUGIN = "plugin:";
const MOST_BEFORE_SEARCH = 12;

/** A counter in words. */
interface Row {
  readonly part: string;
  readonly what: string;
  readonly why: string;
  readonly count: number;
}

/** Every counter of the hub with its reason, the largest first. */
@customElement("vt-counter-table")
export class CounterTable extends VatioElement {
  @property({ attribute: false }) counters: readonly Counter[] = [];
  /** Names of plugins by id. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();
  @state() private wanted = "";

  static override styles = css`
    header .inp { width: 240px; max-width: 100%; height: 38px; }
    header { flex-wrap: wrap; }
    .lab { margin: -6px 0 12px; }
    td:nth-child(2), td:nth-child(3), th:nth-child(2), th:nth-child(3) { text-align: left; }
    td { overflow-wrap: anywhere; }
    @media (max-width: 720px) {
      header .inp { width: 100%; }
      thead { display: none; }
      tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; border-top: 1px solid var(--line); padding: 9px 0; }
      .tbl tbody th, .tbl td { border: 0; padding: 0; }
      .tbl tbody th { grid-area: 2 / 1; font-size: 13px; color: var(--muted); font-weight: 500; }
      td:nth-child(2) { grid-area: 1 / 1; font-weight: 600; }
      td:nth-child(3) { grid-area: 3 / 1 / 4 / 3; font-size: 13px; color: var(--ink-2); font-weight: 500; }
      td:nth-child(4) { grid-area: 1 / 2; }
    }
  `;

  protected override render(): TemplateResult {
    const shown = this.#rows();
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("system.counters")}</h2><span class="cnt">${this.counters.length}</span><span class="sp"></span>
        ${
          this.counters.length > MOST_BEFORE_SEARCH
            ? html`<input class="inp" type="search" aria-label=${this.t("system.filter")} placeholder=${this.t("system.filter")} .value=${this.wanted} @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)} />`
            : ""
        }</header>
      ${this.counters.length === 0 ? html`<p class="lab">${this.t("system.countersNone")}</p>` : html`<p class="lab">${this.t("system.countersText")}</p>${this.#table(shown)}`}</section>`;
  }

  #rows(): readonly Row[] {
    const wanted = this.wanted.trim().toLowerCase();
    return [...this.counters]
      .sort((a, b) => b.count - a.count)
      .map(({ scope, name, reason, count }) => ({
        part: this.#part(scope),
        what: counterName(name),
        why: counterReason(reason),
        count,
      }))
      .filter(({ part, what, why }) => wanted === "" || `${part} ${what} ${why}`.toLowerCase().includes(wanted));
  }

  #table(rows: readonly Row[]): TemplateResult {
    return html`<table class="tbl" aria-labelledby="h"><thead><tr><th scope="col">${this.t("system.part")}</th><th scope="col">${this.t("system.what")}</th><th scope="col">${this.t("counted.reason")}</th><th scope="col">${this.t("system.count")}</th></tr></thead>
      <tbody>${rows.map(({ part, what, why, count }) => html`<tr><th scope="row">${part}</th><td>${what}</td><td>${why}</td><td>${this.format.number(count)}</td></tr>`)}</tbody></table>`;
  }

  #part(scope: string): string {
    return scope.startsWith(PLUGIN)
      ? (this.names.get(scope.slice(PLUGIN.length)) ?? scope.slice(PLUGIN.length))
      : scope;
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../../../controls/icons/icon.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { Plugin } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";
import { byUrgency, iconTone, pluginIcon, rejectedCount, runsIn, STATE_WORDS } from "./plugin-words.js";
import "./plugin-trouble.js";

/** The state as a pill. */
export function statePill(plugin: Plugin, words?: string): TemplateResult {
  const { label, tone, icon: name } = STATE_WORDS[plugin.state];
  return html`<span class="pill sm ${tone}">${name ? icon(name) : html`<i class="dot"></i>`}${words ?? i18n.t(label)}</span>`;
}

/** All plugins with their state and weight; those that need a person first. */
@customElement("vt-plugin-list")
export class PluginList extends VatioElement {
  @property({ attribute: false }) plugins: readonly Plugin[] = [];
  /** Id of the one that is shown below. */
  @property() current = "";

  static override styles = css`
    .card { padding-bottom: 0; }
    ul { list-style: none; margin: 0 calc(var(--pad) * -1); padding: 0; }
    li { border-top: 1px solid var(--line); padding: 0 var(--pad); position: relative; display: flow-root; }
    li:last-child { border-radius: 0 0 var(--r-l) var(--r-l); }
    li:hover, .cur { background: var(--surface-2); }
    .cur::before { content: ""; position: absolute; left: 0; top: 10px; bottom: 10px; width: 3px; border-radius: 0 3px 3px 0; background: var(--brand); }
    .line { display: grid; grid-template-columns: minmax(0, 1fr) 138px 74px 74px 84px 82px 80px; gap: 0 14px; align-items: center; min-height: 62px; }
    .hd { color: var(--muted); font-size: 13px; min-height: 30px; align-items: end; padding-bottom: 7px; }
    .hd span:nth-child(n + 5), .n { text-align: right; }
    .nm { display: flex; gap: 12px; align-items: center; min-width: 0; padding: 8px 0; }
    .nm a { font-weight: 620; font-size: 14.5px; }
    .nm a::after { content: ""; position: absolute; inset: 0 0 auto; height: 62px; }
    .nm small { color: var(--muted); font-size: 13px; line-height: 1.3; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
    .c { font-size: 14px; font-variant-numeric: tabular-nums; color: var(--ink-2); font-weight: 500; white-space: nowrap; position: relative; }
    .n { color: var(--ink); font-weight: 580; }
    .n.mut { color: var(--muted); font-weight: 500; }
    .n.warn { color: var(--warn); }
    vt-plugin-trouble { display: block; margin: 0 0 14px 50px; position: relative; z-index: 1; }
    @media (max-width: 1180px) { .line { grid-template-columns: minmax(0, 1fr) 134px 70px 60px 76px 72px 72px; gap: 0 8px; } }
    @media (max-width: 860px) {
      .line.hd { display: none; }
      li:first-child { border-top: 0; }
      .line { display: flex; flex-wrap: wrap; gap: 3px 12px; padding: 12px 0; min-height: 0; }
      .nm { flex: 1 0 100%; padding: 0 118px 0 0; }
      .st { position: absolute; right: var(--pad); top: 17px; }
      .c, .c.n { font-size: 13px; font-weight: 500; color: var(--muted); text-align: left; white-space: normal; }
      .iso { margin-left: 50px; }
      .empty { display: none; }
      .c .sr { position: static; width: auto; height: auto; clip-path: none; }
      .iso .sr, .ver .sr { display: none; }
      vt-plugin-trouble { margin: 0 0 14px; }
    }
  `;

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("settings.plugins")}</h2><span class="cnt">${this.plugins.length}</span><span class="lab hide-s">${this.#summary()}</span></header>
      <div class="line hd" aria-hidden="true"><span>${this.t("plugins.name")}</span><span>${this.t("plugins.state")}</span><span>${this.t("plugins.runs")}</span><span>${this.t("plugins.version")}</span><span>${this.t("plugins.memory")}</span><span>${this.t("plugins.waiting")}</span><span>${this.t("plugins.rejected")}</span></div>
      <ul>${[...this.plugins].sort(byUrgency).map((plugin) => this.#item(plugin))}</ul>
    </section>`;
  }

  #summary(): string {
    const count = (state: Plugin["state"]): number => this.plugins.filter((plugin) => plugin.state === state).length;
    const [aside, degraded, failed] = [count("quarantined"), count("degraded"), count("failed")];
    return [
      aside > 0 ? this.t("plugins.quarantined", { n: aside }) : "",
      degraded > 0 ? this.t("plugins.degraded", { n: degraded }) : "",
      failed > 0 ? this.t("plugins.failed", { n: failed }) : "",
    ]
      .filter(Boolean)
      .join(", ");
  }

  #item(plugin: Plugin): TemplateResult {
    const { id, name, description, version, memoryBytes, inbox } = plugin;
    const isCurrent = id === this.current;
    const rejected = rejectedCount(plugin);
    const owner = plugin.firstParty ? "" : this.t("plugins.ownerOther");
    return html`<li class=${isCurrent ? "cur" : ""}><div class="line">
        <div class="nm"><span class="ico ${iconTone(plugin)}">${icon(pluginIcon(plugin))}</span><div><a href="/settings/plugins/${encodeURIComponent(id)}" aria-current=${isCurrent ? "true" : nothing}>${name}</a><small>${description ? i18n.text(description) : owner}</small></div></div>
        <div class="st">${statePill(plugin)}</div>
        <div class="c iso"><span class="sr">${this.t("plugins.runs")} </span>${runsIn(plugin)}</div>
        <div class="c ver"><span class="sr">${this.t("plugins.version")} </span>${version}</div>
        <div class="c n ${memoryBytes === undefined ? "mut empty" : ""}"><span class="sr">${this.t("plugins.memory")} </span>${memoryBytes === undefined ? this.t("plugins.inHub") : this.format.bytes(memoryBytes)}</div>
        <div class="c n ${inbox.messages > 0 ? "warn" : "mut empty"}"><span class="sr">${this.t("plugins.waiting")} </span>${this.format.number(inbox.messages)}</div>
        <div class="c n ${rejected > 0 ? "" : "mut empty"}"><span class="sr">${this.t("plugins.rejected")} </span>${this.format.number(rejected)}</div>
      </div>
      ${hasTrouble(plugin) ? html`<vt-plugin-trouble .plugin=${plugin}></vt-plugin-trouble>` : nothing}</li>`;
  }
}

/** Whether there is something to say about the state of a plugin. */
export const hasTrouble = ({ state, reason }: Plugin): boolean =>
  state === "quarantined" || (reason !== undefined && state !== "disabled");

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import type { Plugin } from "../../../data/api.js";
import { groupPermissions, type PermissionGroup, permissionWords, refusals } from "./permissions.js";

const LONG_UNUSED_DAYS = 30;
const DAY_MS = 86_400_000;

/** What a plugin may do, with the latest use, and what it may not. */
@customElement("vt-plugin-permissions")
export class PluginPermissions extends HubElement {
  @property({ attribute: false }) plugin: Plugin | undefined;

  static override styles = css`
    :host { display: grid; }
    ul { list-style: none; margin: 0; padding: 0; }
    .may li { display: grid; grid-template-columns: 34px minmax(0, 1fr) auto; gap: 12px; align-items: center; padding: 12px 0; border-top: 1px solid var(--line); }
    .may li:first-child { border-top: 0; padding-top: 0; }
    .may .ico { width: 34px; height: 34px; border-radius: 11px; }
    .may .ico .i { width: 18px; height: 18px; }
    .may b { display: block; font-weight: 590; font-size: 14.5px; line-height: 1.35; }
    .may small { color: var(--muted); font-size: 13px; display: block; line-height: 1.35; overflow-wrap: anywhere; }
    em { font-style: normal; font-size: 13px; color: var(--muted); white-space: nowrap; }
    .not { margin: 6px 0 16px; padding-top: 16px; border-top: 1px solid var(--line); display: grid; gap: 7px; font-size: 14px; color: var(--ink-2); }
    .not li { display: flex; gap: 9px; align-items: flex-start; }
    .not .i { width: 16px; height: 16px; color: var(--muted); margin-top: 2px; }
    .hint { margin-top: auto; }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { plugin } = this;
    if (!plugin) return nothing;
    const groups = groupPermissions(plugin.permissions);
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("plugins.may")}</h2><span class="sp"></span>${groups.length > 0 ? html`<span class="lab">${this.t("plugins.lastUsed")}</span>` : nothing}</header>
      ${groups.length === 0 ? html`<p class="lab">${this.t("plugins.mayNothing")}</p>` : html`<ul class="may">${groups.map((group) => this.#group(group, plugin))}</ul>`}
      <ul class="not" aria-label=${this.t("plugins.mayNot")}>${refusals(groups).map((words) => html`<li>${icon("ban")}${words}</li>`)}</ul>
      <p class="hint plain">${icon("shield")}<span>${plugin.isolation === "worker" ? this.t("plugins.trustWorker") : this.t("plugins.trustInline")}</span></p>
    </section>`;
  }

  #group(group: PermissionGroup, plugin: Plugin): TemplateResult {
    const { icon: name, title, text } = permissionWords(group, plugin);
    return html`<li><span class="ico">${icon(name)}</span><div><b>${title}</b>${text ? html`<small>${text}</small>` : nothing}</div><em>${this.#used(group)}</em></li>`;
  }

  #used({ usedAt }: PermissionGroup): TemplateResult | string {
    if (usedAt === undefined) return this.t("plugins.notUsed");
    const now = this.client.live.now();
    const days = Math.floor((now - usedAt) / DAY_MS);
    if (days >= LONG_UNUSED_DAYS) return html`<span class="pill sm warn">${this.t("plugins.unused", { days })}</span>`;
    return this.format.ago(usedAt, now);
  }
}

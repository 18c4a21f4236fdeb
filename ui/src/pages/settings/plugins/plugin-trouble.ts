import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import type { Plugin } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";
import { act } from "./plugin-actions.js";
import { STATE_WORDS } from "./plugin-words.js";

/** Why a plugin does not work as it should, and what can be done; nothing while it does. */
@customElement("vt-plugin-trouble")
export class PluginTrouble extends HubElement {
  @property({ attribute: false }) plugin: Plugin | undefined;
  @state() private open = false;
  @state() private busy = false;

  static override styles = css`
    .hint .btn { color: var(--ink); }
    .hint .btn.primary { color: var(--on-brand); }
    ol { list-style: none; margin: 12px 0 0; padding: 0; display: grid; gap: 10px; color: var(--ink); }
    li { border-top: 1px solid color-mix(in oklch, currentColor 16%, transparent); padding-top: 10px; }
    li b { display: block; overflow-wrap: anywhere; }
    pre { margin: 6px 0 0; font-family: var(--mono); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 220px; overflow: auto; }
    summary { cursor: pointer; min-height: 32px; display: flex; align-items: center; color: var(--brand-ink); font-size: 13px; font-weight: 600; }
    @media (max-width: 720px) { .hint .btn { flex: 1 1 40%; } }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { plugin } = this;
    if (!plugin) return nothing;
    if (plugin.state === "quarantined") return this.#quarantine(plugin);
    const { tone, icon: name = "info" } = STATE_WORDS[plugin.state];
    if (!plugin.reason || plugin.state === "disabled") return nothing;
    return html`<div class="hint ${tone === "bad" ? "bad" : ""}">${icon(name)}<p>${i18n.text(plugin.reason)}</p></div>`;
  }

  #quarantine(plugin: Plugin): TemplateResult {
    const { since, reason, crashes } = plugin;
    const n = Number(reason?.params?.count ?? crashes.length);
    const last = crashes.at(-1);
    return html`<div class="hint bad">${icon("circle-pause")}<div>
      <b>${this.t("plugins.setAside", { time: this.format.time(since), n })}</b>
      ${last ? this.t("plugins.lastCrash", { message: last.message.replace(/\.$/, "") }) : nothing} ${this.t("plugins.setAsideText")}
      <div class="btns">
        <button class="btn sm primary" aria-busy=${this.busy} ?disabled=${this.busy} @click=${() => this.#start(plugin)}>${this.t("plugins.startAgain")}</button>
        ${crashes.length > 0 ? html`<button class="btn sm" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}>${this.t("plugins.seeCrashes")}</button>` : nothing}
      </div>
      ${this.open ? crashList(plugin) : nothing}
    </div></div>`;
  }

  async #start(plugin: Plugin): Promise<void> {
    this.busy = true;
    await act(this, "restart", { client: this.client, plugin });
    this.busy = false;
  }
}

/** The crashes of a plugin, newest first, with the place in its code. */
export const crashList = ({ crashes }: Plugin): TemplateResult =>
  html`<ol aria-label=${i18n.t("plugins.crashList")}>${[...crashes]
    .reverse()
    .map(
      ({ at, message, stack }) =>
        html`<li><b>${message}</b><small>${i18n.format.dateTime(at, true)}</small>${stack ? html`<details><summary>${i18n.t("plugins.stack")}</summary><pre tabindex="0">${stack}</pre></details>` : nothing}</li>`,
    )}</ol>`;

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import type { Kpi } from "../../../controls/kpi-strip.js";
import type { Plugin } from "../../../data/api.js";
import { act, type PluginVerb } from "./plugin-actions.js";
import { hasTrouble, statePill } from "./plugin-list.js";
import { crashList } from "./plugin-trouble.js";
import { iconTone, pluginIcon, rejectedCount, STATE_WORDS } from "./plugin-words.js";
import "../../../controls/kpi-strip.js";
import "./plugin-permissions.js";
import "./plugin-settings.js";

const CRASHES_TO_QUARANTINE = 3;
const CRASH_WINDOW_MS = 600_000;

/** One plugin: state, figures, settings, rights, log and what it rejected. */
@customElement("vt-plugin-detail")
export class PluginDetail extends HubElement {
  @property({ attribute: false }) plugin: Plugin | undefined;
  /** On the phone the page has the name in its head. */
  @property({ type: Boolean }) alone = false;
  @state() private busy: PluginVerb | undefined;
  @query("h2") private readonly heading!: HTMLElement | null;

  static override styles = css`
    :host { display: block; }
    .head { display: flex; align-items: center; gap: 14px; margin-top: 8px; scroll-margin: 20px; }
    .head .ico { width: 46px; height: 46px; border-radius: 15px; }
    h2 { font-size: 22px; font-weight: 670; letter-spacing: -0.022em; line-height: 1.2; }
    .head h2:focus { outline: none; }
    .sub { color: var(--muted); font-size: 13.5px; overflow-wrap: anywhere; }
    .btns { display: flex; gap: 8px; }
    .crashes ol { list-style: none; margin: 0; padding: 0; }
    .crashes li { padding: 10px 0; border-top: 1px solid var(--line); }
    .crashes li:first-child { border-top: 0; padding-top: 0; }
    .crashes b { display: block; font-weight: 600; overflow-wrap: anywhere; }
    .crashes small { color: var(--muted); }
    .crashes pre { margin: 6px 0 0; padding: 10px 12px; border-radius: var(--r-s); background: var(--surface-2); font-family: var(--mono); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 220px; overflow: auto; }
    .crashes summary { cursor: pointer; min-height: 32px; display: flex; align-items: center; color: var(--brand-ink); font-size: 13px; font-weight: 600; }
    vt-plugin-settings { display: grid; min-width: 0; }
    /* In one column the parts follow each other by weight. */
    @media (max-width: 1000px) {
      .stack { display: contents; }
      .stack > * { grid-column: 1 / -1; order: 4; }
      .stack > vt-plugin-settings { order: 1; }
      .stack > vt-plugin-permissions { order: 2; }
      .stack > vt-plugin-log { order: 3; }
    }
    @media (max-width: 720px) {
      .head { flex-wrap: wrap; gap: 12px; margin: 0; }
      .btns { width: 100%; }
      .btns .btn { flex: 1; height: 44px; }
      .head .sp { display: none; }
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    // What stands further down comes after the first picture.
    void import("./plugin-counters.js");
    void import("./plugin-inbox.js");
    void import("./plugin-log.js");
  }

  /** Moves reading on to this plugin after it was chosen in the list. */
  async reveal(): Promise<void> {
    await this.updateComplete;
    this.heading?.focus({ preventScroll: true });
    this.heading?.parentElement?.parentElement?.scrollIntoView({ block: "nearest" });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { plugin } = this;
    if (!plugin) return nothing;
    return html`<div class="grid">
      ${this.#head(plugin)}
      ${this.alone && hasTrouble(plugin) ? html`<vt-plugin-trouble class="c12" .plugin=${plugin}></vt-plugin-trouble>` : nothing}
      <vt-kpi-strip class="c12" label=${this.t("plugins.figures", { name: plugin.name })} .items=${this.#figures(plugin)}></vt-kpi-strip>
      <vt-plugin-inbox class="c12" .plugin=${plugin}></vt-plugin-inbox>
      <div class="c7 stack"><vt-plugin-settings .plugin=${plugin}></vt-plugin-settings><vt-plugin-log plugin=${plugin.id}></vt-plugin-log></div>
      <div class="c5 stack"><vt-plugin-permissions .plugin=${plugin}></vt-plugin-permissions><vt-plugin-counters .plugin=${plugin}></vt-plugin-counters>${this.#crashes(plugin)}</div>
    </div>`;
  }

  #head(plugin: Plugin): TemplateResult {
    const { id, name, version, firstParty } = plugin;
    const owner = firstParty ? this.t("plugins.ownerCore") : this.t("plugins.ownerOther");
    const pill = statePill(plugin, this.#stateFor(plugin));
    if (this.alone) return html`<div class="c12 head">${pill}<span class="sp"></span>${this.#buttons(plugin)}</div>`;
    return html`<div class="c12 head"><span class="ico ${iconTone(plugin)}">${icon(pluginIcon(plugin))}</span>
      <div><h2 tabindex="-1">${name}</h2><div class="sub">${id} ${version}, ${owner}</div></div>${pill}<span class="sp"></span>${this.#buttons(plugin)}</div>`;
  }

  #stateFor({ state: present, since }: Plugin): string {
    return this.t("plugins.stateFor", {
      state: this.t(STATE_WORDS[present].label),
      span: this.format.span(this.client.live.now() - since),
    });
  }

  #buttons(plugin: Plugin): TemplateResult {
    const button = (verb: PluginVerb, name: "rotate-cw" | "power", label: string): TemplateResult =>
      html`<button class="btn sm" aria-busy=${this.busy === verb} ?disabled=${this.busy !== undefined} @click=${() => this.#act(verb, plugin)}>${icon(name)}${label}</button>`;
    if (plugin.state === "disabled")
      return html`<div class="btns">${button("enable", "power", this.t("plugins.enable"))}</div>`;
    const again = plugin.state === "quarantined" ? this.t("plugins.startAgain") : this.t("plugins.restart");
    // Alone on the page, the box that says why it was set aside has the button already.
    const mayRestart = plugin.state !== "incompatible" && !(this.alone && plugin.state === "quarantined");
    return html`<div class="btns">${mayRestart ? button("restart", "rotate-cw", again) : nothing}${button("disable", "power", this.t("plugins.disable"))}</div>`;
  }

  async #act(verb: PluginVerb, plugin: Plugin): Promise<void> {
    this.busy = verb;
    await act(this, verb, { client: this.client, plugin });
    this.busy = undefined;
  }

  #figures(plugin: Plugin): readonly Kpi[] {
    const { memoryBytes, inbox, crashes } = plugin;
    const now = this.client.live.now();
    const recent = crashes.filter(({ at }) => now - at < CRASH_WINDOW_MS).length;
    const [size = "", unit = ""] = memoryBytes === undefined ? [] : this.format.bytes(memoryBytes).split("\u202f");
    const sinceStart = this.t("plugins.sinceStart", {
      span: this.format.span(now - (this.session?.hub.startedAt ?? now)),
    });
    const last = crashes.at(-1);
    return [
      ...(memoryBytes === undefined
        ? []
        : [{ label: this.t("plugins.memory"), value: size, unit, note: this.t("plugins.memoryNote") }]),
      {
        label: this.t("plugins.inbox"),
        value: this.format.number(inbox.messages),
        unit: this.t("plugins.inboxUnit", { n: inbox.messages }),
        note:
          inbox.messages === 0
            ? this.t("plugins.inboxEmpty")
            : this.t("plugins.inboxNote", { bytes: this.format.bytes(inbox.bytes) }),
      },
      {
        label: this.t("plugins.rejected"),
        value: this.format.number(rejectedCount(plugin)),
        unit: "",
        note: sinceStart,
      },
      {
        label: this.t("plugins.crashes"),
        value: this.format.number(crashes.length),
        unit: "",
        note: last ? this.t("plugins.crashLast", { when: this.format.ago(last.at, now) }) : this.t("plugins.crashNote"),
        outside: recent >= CRASHES_TO_QUARANTINE,
      },
    ];
  }

  #crashes(plugin: Plugin): TemplateResult | typeof nothing {
    if (plugin.crashes.length === 0) return nothing;
    return html`<section class="card crashes" aria-labelledby="hc"><header><h2 class="in" id="hc">${this.t("plugins.crashes")}</h2></header>${crashList(plugin)}</section>`;
  }
}

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../../../controls/icons/icon.js";
import type { IconName } from "../../../controls/icons/icon-names.js";
import { VatioElement } from "../../../controls/vatio-element.js";
import type { Health } from "../../../data/api.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { i18n } from "../../../i18n/i18n.js";

type Status = Health["status"];

const WORDS: Readonly<
  Record<Status, { readonly whole: PlainKey; readonly part: PlainKey; readonly tone: string; readonly icon: IconName }>
> = {
  ok: { whole: "system.healthOk", part: "system.ok", tone: "good", icon: "circle-check" },
  degraded: { whole: "system.healthDegraded", part: "system.degraded", tone: "warn", icon: "triangle-alert" },
  failed: { whole: "system.healthFailed", part: "system.failed", tone: "bad", icon: "circle-alert" },
};

const NODES: Readonly<Record<string, PlainKey>> = {
  vatio: "node.vatio",
  hub: "node.hub",
  plugins: "node.plugins",
  devices: "node.devices",
  store: "node.store",
  state: "node.state",
  http: "node.http",
  mqtt: "node.mqtt",
  disk: "node.disk",
  start: "node.start",
  repairs: "node.repairs",
  inbox: "node.inbox",
};

/** Health of the hub and its parts, each with a sentence. */
@customElement("vt-health-tree")
export class HealthTree extends VatioElement {
  @property({ attribute: false }) health: Health | undefined;
  /** Names of plugins and devices by id. */
  @property({ attribute: false }) names: ReadonlyMap<string, string> = new Map();

  static override styles = css`
    ul { list-style: none; margin: 0; padding: 0; }
    ul ul { margin-left: 18px; padding-left: 16px; border-left: 1px solid var(--line); }
    .node { display: flex; gap: 12px; align-items: center; padding: 8px 0; min-height: 44px; }
    .node > .i { width: 18px; height: 18px; }
    .good { color: var(--good); }
    .warn { color: var(--warn); }
    .bad { color: var(--bad); }
    .node div { min-width: 0; flex: 1; color: var(--ink); }
    .node b { font-weight: 600; font-size: 14.5px; overflow-wrap: anywhere; }
    .node small { display: block; color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
    .warn small, .bad small { color: inherit; }
    .word { font-size: 13px; font-weight: 600; }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const { health } = this;
    if (!health) return nothing;
    const { whole, tone, icon: name } = WORDS[health.status];
    return html`<section class="card" aria-labelledby="h"><header><h2 id="h">${this.t("system.health")}</h2><span class="sp"></span><span class="pill sm ${tone}" role="status">${icon(name)}${this.t(whole)}</span></header>
      ${health.children.length === 0 ? html`<p class="lab">${i18n.text(health.why)}</p>` : html`<ul>${health.children.map((child) => this.#node(child, ""))}</ul>`}</section>`;
  }

  #node(node: Health, parent: string): TemplateResult {
    const { status, why, children } = node;
    const { part, tone, icon: name } = WORDS[status];
    // A part whose own parts say what is wrong need not repeat it.
    const isExplained = children.some((child) => child.status === status) && status !== "ok";
    return html`<li><div class="node ${tone}">${icon(name)}<div><b>${this.#name(node.name, parent)}</b>${isExplained ? nothing : html`<small>${i18n.text(why)}</small>`}</div><span class="word">${this.t(part)}</span></div>
      ${children.length > 0 ? html`<ul>${children.map((child) => this.#node(child, node.name))}</ul>` : nothing}</li>`;
  }

  #name(name: string, parent: string): string {
    const key = parent === "plugins" ? undefined : NODES[name];
    return (key ? this.t(key) : this.names.get(name)) ?? name;
  }
}

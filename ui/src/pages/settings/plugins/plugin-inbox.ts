import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { TaskController } from "../../../controllers/task-controller.js";
import { confirm } from "../../../controls/confirm.js";
import { HubElement } from "../../../controls/hub-element.js";
import { icon } from "../../../controls/icons/icon.js";
import { errorCard, errorText } from "../../../controls/templates.js";
import type { InboxMessage, Plugin } from "../../../data/api.js";
import { segment } from "../../../data/http.js";

/** Messages that were set aside because the plugin crashed over them; nothing when there are none. */
@customElement("vt-plugin-inbox")
export class PluginInbox extends HubElement {
  @property({ attribute: false }) plugin: Plugin | undefined;
  readonly #aside = new TaskController<readonly InboxMessage[]>(this);

  static override styles = css`
    p.lab { margin: -8px 0 10px; }
    ul { list-style: none; margin: 0; padding: 0; }
    .t { flex: 1; min-width: 0; }
    .topic { font-family: var(--mono); font-size: 13px; font-weight: 600; overflow-wrap: anywhere; }
    details { font-size: 13px; }
    summary { cursor: pointer; color: var(--brand-ink); font-weight: 600; min-height: 32px; display: inline-flex; align-items: center; }
    pre { margin: 4px 0 0; padding: 10px 12px; border-radius: var(--r-s); background: var(--surface-2); font-family: var(--mono); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 260px; overflow: auto; }
    .row { align-items: flex-start; }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const former = changed.get("plugin");
    const { plugin } = this;
    // A crash may have set another message aside.
    if (plugin && (former?.id !== plugin.id || former.crashes.length !== plugin.crashes.length)) this.#load(plugin);
  }

  protected override updated(): void {
    // An empty element would still take its gap in the grid.
    this.hidden = !this.#aside.error && (this.#aside.value?.length ?? 0) === 0;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { value, error } = this.#aside;
    if (error)
      return html`<section class="card">${errorCard({ error, retry: () => this.plugin && this.#load(this.plugin) })}</section>`;
    if (!value || value.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="h">
      <header><h2 id="h">${this.t("aside.title")}</h2><span class="cnt bad">${value.length}</span></header>
      <p class="lab">${this.t("aside.text")}</p>
      <ul>${value.map((message) => this.#message(message))}</ul></section>`;
  }

  #message(message: InboxMessage): TemplateResult {
    const { at, topic, payload, bytes, crashes } = message;
    const meta = this.t("aside.meta", {
      time: this.format.dateTime(at, true),
      bytes: this.format.bytes(bytes),
      n: crashes,
    });
    return html`<li class="row"><div class="t"><div class="topic">${topic}</div><small class="lab">${meta}</small>
        <details><summary>${this.t("aside.show")}</summary><pre tabindex="0">${payload}</pre></details></div>
      <button class="iconbtn s" aria-label="${this.t("aside.delete")}: ${topic}" title=${this.t("aside.delete")} @click=${() => this.#drop(message)}>${icon("trash-2")}</button></li>`;
  }

  #load({ id }: Plugin): void {
    void this.#aside.run((signal) =>
      this.client.http.get<readonly InboxMessage[]>(`/plugins/${segment(id)}/inbox`, { signal }),
    );
  }

  async #drop({ id }: InboxMessage): Promise<void> {
    const { plugin } = this;
    if (!plugin) return;
    if (
      !(await confirm({
        title: this.t("aside.deleteAsk"),
        text: this.t("aside.deleteText"),
        yes: this.t("aside.delete"),
        danger: true,
      }))
    )
      return;
    try {
      await this.client.http.delete(`/plugins/${segment(plugin.id)}/inbox/${id}`);
      this.toast(this.t("aside.deleted"), { kind: "good" });
    } catch (error) {
      this.toast(errorText(error), { kind: "bad" });
    }
    this.#load(plugin);
  }
}

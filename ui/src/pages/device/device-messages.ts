import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import { emptyCard, loaded } from "../../controls/templates.js";
import type { RawMessage } from "../../data/api.js";
import { i18n } from "../../i18n/i18n.js";

const REFRESH_MS = 5_000;

/** The last payloads of a device as they came, and why any was rejected. */
@customElement("vt-device-messages")
export class DeviceMessages extends HubElement {
  @property() device = "";
  @state() private onlyRejected = false;
  readonly #task = new TaskController<readonly RawMessage[]>(this);
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = css`
    :host { display: block; }
    li { display: grid; grid-template-columns: 116px minmax(0, 1fr); gap: 4px 16px; padding: 12px 0; border-top: 1px solid var(--line); }
    li:first-child { border-top: 0; }
    time { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
    .topic { display: flex; gap: 10px; align-items: center; flex-wrap: wrap; font-weight: 600; font-size: 13.5px; overflow-wrap: anywhere; }
    .topic span { color: var(--muted); font-weight: 500; font-size: 12.5px; }
    pre { grid-column: 2; margin: 0; padding: 8px 12px; border-radius: var(--r-s); background: var(--surface-2); font-family: var(--mono); font-size: 12.5px; line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 220px; overflow: auto; }
    .hint { grid-column: 2; padding: 8px 12px; }
    p.lab { margin: -8px 0 10px; }
    @media (max-width: 720px) { li { grid-template-columns: 1fr; } pre, .hint { grid-column: 1; } }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("device")) this.#load();
  }

  protected override render(): TemplateResult {
    const { value, error } = this.#task;
    return html`<section class="card" aria-labelledby="h">
      <header class="wrap"><h2 id="h">${this.t("messages.title")}</h2><span class="sp"></span>
        <button class="chip" aria-pressed=${this.onlyRejected} @click=${() => (this.onlyRejected = !this.onlyRejected)}>${this.t("messages.onlyRejected")}</button>
        <button class="iconbtn s" aria-label=${this.t("messages.refresh")} title=${this.t("messages.refresh")} @click=${() => this.#load()}>${icon("rotate-cw")}</button></header>
      <p class="lab">${this.t("messages.text")}</p>
      ${loaded({ value, error, retry: () => this.#load() }, (messages) => this.#list(messages))}</section>`;
  }

  #list(messages: readonly RawMessage[]): TemplateResult {
    const shown = [...messages]
      .sort((a, b) => b.at - a.at)
      .filter(({ rejected }) => !this.onlyRejected || rejected !== undefined);
    if (shown.length === 0)
      return emptyCard({ icon: "scroll-text", title: this.t("messages.none"), text: this.t("messages.noneText") });
    return html`<ul class="plain-l">${shown.map((message) => this.#message(message))}</ul>`;
  }

  #message({ at, topic, payload, bytes, rejected }: RawMessage): TemplateResult {
    return html`<li><time>${this.format.time(at, true)}</time>
      <div class="topic">${topic}<span>${this.t("messages.bytes", { n: bytes })}</span>${rejected ? html`<span class="pill sm bad">${icon("circle-alert")}${this.t("messages.rejected")}</span>` : nothing}</div>
      ${rejected ? html`<p class="hint bad">${icon("circle-alert")}<span>${i18n.text(rejected)}</span></p>` : nothing}
      <pre tabindex="0">${payload}</pre></li>`;
  }

  #load(): void {
    const { device } = this;
    if (device)
      void this.#task.run((signal) =>
        this.client.http.get<readonly RawMessage[]>(`/devices/${encodeURIComponent(device)}/messages`, { signal }),
      );
  }
}

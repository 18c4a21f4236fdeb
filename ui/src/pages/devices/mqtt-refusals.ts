import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { TaskController } from "../../controllers/task-controller.js";
import { HubElement } from "../../controls/hub-element.js";
import { icon } from "../../controls/icons/icon.js";
import type { Refusal } from "../../data/api.js";

const REFRESH_MS = 5_000;
const MOST = 5;

/** Who lately tried to connect to the broker in vain, and why: whoever mistyped a password looks here. Empty when nobody did. */
@customElement("vt-mqtt-refusals")
export class MqttRefusals extends HubElement {
  /** Older ones are left out; all are shown without it. In milliseconds. */
  @property({ type: Number }) within: number | undefined;
  readonly #refusals = new TaskController<readonly Refusal[]>(this);
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = css`
    :host { display: block; }
    .hint { margin-top: 14px; }
    ul { margin: 4px 0 0; padding: 0; list-style: none; display: grid; gap: 6px; overflow-wrap: anywhere; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
    this.#timer = setInterval(() => {
      if (!document.hidden) this.#load();
    }, REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult | typeof nothing {
    const now = this.client.live.now();
    const { within = Number.POSITIVE_INFINITY } = this;
    const recent = (this.#refusals.value ?? []).filter(({ at }) => now - at <= within);
    if (recent.length === 0) return nothing;
    return html`<div class="hint" role="status">${icon("triangle-alert")}<div><b>${this.t("refusals.title")}</b>
      <ul>${recent.slice(0, MOST).map((refusal) => html`<li>${this.#words(refusal, now)}</li>`)}</ul></div></div>`;
  }

  #words({ address, username, clientId, reason, times, at }: Refusal, now: number): string {
    const who = [clientId, address].filter(Boolean).join(", ");
    const why = this.t(`refusals.${reason}`, { username: username || "–" });
    return this.t("refusals.entry", { who, why, times, ago: this.format.ago(at, now) });
  }

  #load(): void {
    void this.#refusals.run((signal) => this.client.http.get<readonly Refusal[]>("/mqtt/refusals", { signal }));
  }
}

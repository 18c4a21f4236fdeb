import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { TickController } from "../controllers/tick-controller.js";
import { HubElement } from "../controls/hub-element.js";

const SILENT_AFTER_MS = 65_000;

/** Whether what the page shows is of now: live, silent for a while, or without connection. */
@customElement("vt-live-pill")
export class LivePill extends HubElement {
  #end: (() => void) | undefined;

  static override styles = css`
    :host { display: inline-flex; }
  `;

  constructor() {
    super();
    new TickController(this, 1_000);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.client.live.states.on(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override render(): TemplateResult {
    const [kind, words] = this.#state();
    return html`<span class="pill ${kind}" role="status">${kind === "good" ? html`<i class="livedot"></i>` : html`<i class="dot"></i>`}${words}</span>`;
  }

  #state(): readonly [kind: string, words: string] {
    const { live } = this.client;
    if (live.state === "waiting") return ["bad", this.t("live.offline")];
    if (live.state !== "open") return ["", this.t("live.connecting")];
    const silence = live.readingAt === undefined ? 0 : Date.now() - live.readingAt;
    if (live.wantsReadings && silence > SILENT_AFTER_MS)
      return ["warn", this.t("live.silent", { span: this.format.span(silence) })];
    return ["good", this.t("live.live")];
  }
}

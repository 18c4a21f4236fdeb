import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ReadingsController } from "../controllers/readings-controller.js";
import type { SwitchTarget } from "../data/switches.js";
import { HubElement } from "./hub-element.js";
import { icon } from "./icons/icon.js";
import { errorText } from "./templates.js";

/**
 * The switch of a circuit: shows the state that the device reports, a ring while it has not confirmed, and asks before
 * it switches a protected circuit off.
 */
@customElement("vt-device-switch")
export class DeviceSwitch extends HubElement {
  /** What is switched, for people. */
  @property() name = "";
  @property() channel = "";
  @property() point = "";
  @property({ type: Boolean }) guarded = false;
  @property({ type: Boolean }) large = false;
  /** Leaves the shield out, where words beside it say the same. */
  @property({ type: Boolean, attribute: "no-shield" }) noShield = false;
  /** The device is not connected. */
  @property({ type: Boolean }) offline = false;
  readonly #readings = new ReadingsController(this, () => this.client);
  #end: (() => void) | undefined;

  static override styles = css`
    :host { display: inline-flex; align-items: center; gap: 6px; }
    .shield { color: var(--muted); display: grid; }
    .shield .i { width: 17px; height: 17px; }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.client.switches.changes.on((channel) => {
      if (channel === this.channel) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  protected override willUpdate(): void {
    this.#readings.watch([this.channel, this.point].filter(Boolean));
  }

  protected override render(): TemplateResult {
    const { on, pending } = this.client.switches.state(this.#target());
    const label = this.guarded ? `${this.name} (${this.t("switch.protected")})` : this.name;
    return html`${this.guarded && !this.noShield ? html`<span class="shield" title=${this.t("switch.protected")}>${icon("shield-check")}</span>` : ""}
      <input class="switch ${this.large ? "xl" : ""}" type="checkbox" role="switch" .checked=${on === true} .indeterminate=${on === undefined} aria-label=${label} aria-busy=${pending} ?disabled=${this.offline} @click=${this.#clicked} />`;
  }

  #target(): SwitchTarget {
    return { channel: this.channel, ...(this.point ? { point: this.point } : {}) };
  }

  readonly #clicked = async (event: Event): Promise<void> => {
    // The picture follows the state, not the click.
    event.preventDefault();
    // After this handler the browser undoes the click's own change; a state that is shown before then would be undone with it.
    await new Promise((resolve) => setTimeout(resolve));
    const { on, pending } = this.client.switches.state(this.#target());
    if (pending) return;
    const next = on !== true;
    if (!next && this.guarded && !(await this.#asked())) return;
    try {
      await this.client.switches.set(this.#target(), next);
    } catch (error) {
      this.toast(`${this.name}: ${errorText(error)}`, { kind: "bad" });
    }
  };

  async #asked(): Promise<boolean> {
    const { confirm } = await import("./confirm.js");
    const title = this.t("switch.ask", { name: this.name });
    return confirm({ title, text: this.t("switch.askText"), yes: this.t("action.switchOff"), danger: true });
  }
}

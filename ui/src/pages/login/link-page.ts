import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../../controls/icons/icon.js";
import type { Session, SetupState } from "../../data/api.js";
import type { RouteParams } from "../../shell/route-table.js";
import { gateFrame } from "./gate.js";
import { GateElement } from "./gate-element.js";
import { GateProblem } from "./gate-problem.js";

/** Signs in with a one-time link, at once. */
@customElement("vt-link-page")
export class LinkPage extends GateElement {
  @property({ attribute: false }) params: RouteParams = {};
  readonly #problem = new GateProblem(this);
  #failed = false;
  #demo = false;

  protected override firstUpdated(): void {
    void this.#enter();
  }

  protected override render(): TemplateResult {
    return gateFrame(
      { store: this.store, theme: this.theme },
      html`<div class="card gate-card"><h1>${this.t("link.heading")}</h1><p class="lab">${this.t(this.#failed ? "link.failed" : "link.wait")}</p>
        ${this.#failed ? this.#whatNow() : html`<span class="spinner" role="status" aria-label=${this.t("state.loading")}></span>`}</div>`,
    );
  }

  #whatNow(): TemplateResult {
    const { error } = this.#problem;
    // The hub answers a wrong name and a used link alike; here only the link can be meant.
    const used = error?.code === "E_LOGIN_FAILED";
    return html`<div class="gate-form">${used ? html`<div class="hint bad" role="alert">${icon("circle-alert")}<div>${this.t(this.#demo ? "link.usedDemo" : "link.used")}</div></div>` : this.#problem.view()}
      ${used ? nothing : html`<button class="btn" @click=${() => void this.#enter()}>${icon("rotate-cw")}${this.t("action.retry")}</button>`}
      ${used && this.#demo ? nothing : html`<a class="btn primary" href="/">${this.t("login.heading")}${icon("arrow-right")}</a>`}</div>`;
  }

  async #enter(): Promise<void> {
    this.#failed = false;
    this.#problem.clear();
    try {
      const { code: link = "" } = this.params;
      await this.store.signedIn(await this.client.http.post<Session>("/session/link", { link }));
    } catch (error) {
      this.#demo = await this.#isDemo();
      this.#failed = true;
      this.#problem.show(error);
    }
  }

  /** Nobody has a password for the demo. */
  async #isDemo(): Promise<boolean> {
    try {
      return (await this.client.http.get<SetupState>("/setup")).demo;
    } catch {
      // The hub cannot be asked: what holds for every hub is said.
      return false;
    }
  }
}

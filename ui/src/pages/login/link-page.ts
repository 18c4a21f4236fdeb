import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../controls/icons/icon.js";
import { errorText } from "../../controls/templates.js";
import type { Session } from "../../data/api.js";
import type { RouteParams } from "../../shell/route-table.js";
import { gateFrame } from "./gate.js";
import { GateElement } from "./gate-element.js";

/** Signs in with a one-time link, at once. */
@customElement("vt-link-page")
export class LinkPage extends GateElement {
  @property({ attribute: false }) params: RouteParams = {};
  @state() private problem = "";

  protected override firstUpdated(): void {
    void this.#enter();
  }

  protected override render(): TemplateResult {
    const action = html`<a class="btn primary" href="/">${this.t("login.heading")}${icon("arrow-right")}</a>`;
    return gateFrame(
      { store: this.store, theme: this.theme },
      html`<div class="card gate-card"><h1>${this.t("link.heading")}</h1><p class="lab">${this.problem ? this.t("link.failed") : this.t("link.wait")}</p>
        ${this.problem ? html`<p class="hint bad" role="alert">${icon("circle-alert")}<span>${this.problem}</span></p>${action}` : html`<span class="spinner" role="status" aria-label=${this.t("state.loading")}></span>`}</div>`,
    );
  }

  async #enter(): Promise<void> {
    try {
      const { code: link = "" } = this.params;
      await this.store.signedIn(await this.client.http.post<Session>("/session/link", { link }));
    } catch (error) {
      const text = errorText(error);
      this.problem = text === this.t("error.E_LOGIN_FAILED") ? this.t("link.used") : text;
    }
  }
}

import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { emptyCard } from "../controls/templates.js";
import { VatioElement } from "../controls/vatio-element.js";

/** What stands where no page is. */
@customElement("vt-not-found-page")
export class NotFoundPage extends VatioElement {
  protected override render(): TemplateResult {
    const action = html`<a class="btn primary" href="/">${this.t("notFound.home")}</a>`;
    return html`<div class="card"><h1 class="sr">${this.t("notFound.title")}</h1>${emptyCard({ icon: "unplug", title: this.t("notFound.title"), text: this.t("notFound.text"), action })}</div>`;
  }
}

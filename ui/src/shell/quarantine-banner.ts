import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { CollectionController } from "../controllers/collection-controller.js";
import { HubElement } from "../controls/hub-element.js";
import { icon } from "../controls/icons/icon.js";

/** Says on every page that a plugin was set aside; nothing when none is. */
@customElement("vt-quarantine-banner")
export class QuarantineBanner extends HubElement {
  readonly #plugins = new CollectionController(this, () => this.client.plugins);

  static override styles = css`
    .hint { margin-bottom: var(--gap); }
  `;

  protected override render(): TemplateResult | typeof nothing {
    const aside = (this.#plugins.value ?? []).filter(({ state }) => state === "quarantined");
    const [first] = aside;
    if (!first) return nothing;
    const single = aside.length === 1;
    const words = single
      ? this.t("quarantine.one", { name: first.name })
      : this.t("quarantine.many", { count: aside.length });
    const href = single ? `/settings/plugins/${encodeURIComponent(first.id)}` : "/settings/plugins";
    return html`<div class="hint bad" role="status">${icon("circle-pause")}<p>${words} <a href=${href}>${this.t("quarantine.see")}</a></p></div>`;
  }
}

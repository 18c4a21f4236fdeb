import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { HubElement } from "../../controls/hub-element.js";
import "./access/audit-log.js";
import "./access/credential-list.js";
import "./access/token-list.js";
import "./settings-frame.js";

/** Who and what may come in: tokens, MQTT credentials, and what was done. */
@customElement("vt-access-settings-page")
export class AccessSettingsPage extends HubElement {
  static override styles = css`
    vt-token-list, vt-credential-list, vt-audit-log { display: grid; min-width: 0; align-content: start; }
  `;

  protected override render(): TemplateResult {
    return html`<vt-settings-frame section="access"><div class="grid">
      <vt-token-list class="c6"></vt-token-list><vt-credential-list class="c6"></vt-credential-list><vt-audit-log class="c12"></vt-audit-log>
    </div></vt-settings-frame>`;
  }
}

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "../../controls/icons/icon.js";
import { t } from "../../i18n/i18n.js";

/** Accepts every device that waits below a root, one after the other, as their forms stand. */
export function acceptAllButton(count: number, root: ParentNode): TemplateResult | typeof nothing {
  if (count < 2) return nothing;
  return html`<button class="btn sm" @click=${() => void acceptAll(root)}>${icon("list-checks")}${t("pending.acceptAll", { n: count })}</button>`;
}

async function acceptAll(root: ParentNode): Promise<void> {
  for (const device of [...root.querySelectorAll("vt-pending-device")]) await device.accept();
}

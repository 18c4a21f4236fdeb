import { html, type TemplateResult } from "lit";
import { copyText } from "../../../controls/copy-text.js";
import { icon } from "../../../controls/icons/icon.js";
import type { ToastOptions } from "../../../controls/toast.js";
import type { LogLine } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";
import type { LogController } from "./log-controller.js";
import { asText } from "./log-tail.js";

/** Whether lines come in by themselves, and the button that changes it. */
export function followPill(log: LogController): TemplateResult {
  const { following } = log;
  const words = following ? i18n.t("log.following") : heldWords(log);
  return html`<span class="pill sm ${following ? "good" : "warn"}" role="status">${following ? html`<i class="livedot"></i>` : icon("pause")}${words}</span>`;
}

const heldWords = ({ held }: LogController): string =>
  held > 0 ? i18n.t("log.newLines", { n: held }) : i18n.t("log.paused");

/** Pauses, or goes on. */
export const followButton = (log: LogController): TemplateResult =>
  html`<button type="button" class="iconbtn s" aria-label=${log.following ? i18n.t("action.pause") : i18n.t("log.follow")} title=${log.following ? i18n.t("action.pause") : i18n.t("log.follow")} @click=${() => log.follow(!log.following)}>${icon(log.following ? "pause" : "play")}</button>`;

export const copyButton = (
  lines: readonly LogLine[],
  tell: (message: string, options: ToastOptions) => void,
): TemplateResult =>
  html`<button type="button" class="iconbtn s" aria-label=${i18n.t("log.copy")} title=${i18n.t("log.copy")} ?disabled=${lines.length === 0} @click=${() => copyLines(lines, tell)}>${icon("copy")}</button>`;

async function copyLines(
  lines: readonly LogLine[],
  tell: (message: string, options: ToastOptions) => void,
): Promise<void> {
  if (await copyText(asText(lines))) tell(i18n.t("log.copied", { n: lines.length }), { kind: "good" });
  else tell(i18n.t("log.copyFailed"), { kind: "bad" });
}

import { html, nothing, type TemplateResult } from "lit";
import type { System } from "../../../data/api.js";
import { i18n } from "../../../i18n/i18n.js";

/** Clocks that differ by less are equal to a person. */
const CLOCK_TOLERANCE_MS = 5_000;

const pair = (name: string, value: string, more = ""): TemplateResult =>
  html`<dt>${name}</dt><dd>${value}${more ? html` <small>${more}</small>` : nothing}</dd>`;

/** Versions, uptime, memory and clock of the machine that the hub runs on. @param now by the clock of the hub */
export function machineCard({ version, node, platform, startedAt, memory }: System, now: number): TemplateResult {
  const { format } = i18n;
  const away = Math.abs(now - Date.now());
  const clockNote = away > CLOCK_TOLERANCE_MS ? i18n.t("system.clockOff", { span: format.span(away) }) : "";
  return html`<dl class="pairs">
    ${pair(i18n.t("system.version"), version)}
    ${pair(i18n.t("system.uptime"), format.span(now - startedAt), i18n.t("system.since", { time: format.dateTime(startedAt) }))}
    ${pair(i18n.t("system.memory"), format.bytes(memory.rssBytes))}
    ${pair(i18n.t("system.heap"), format.bytes(memory.heapBytes))}
    ${pair(i18n.t("system.clock"), format.time(now, true), clockNote)}
    ${pair(i18n.t("system.node"), node)}
    ${pair(i18n.t("system.platform"), platform)}
  </dl>`;
}

/** The broker and who is connected. */
export function connectionsCard({ mqtt, live }: System): TemplateResult {
  const { format } = i18n;
  const kind = mqtt.kind === "embedded" ? i18n.t("system.embedded") : i18n.t("system.external");
  return html`<dl class="pairs">
      <dt>${i18n.t("system.broker")}</dt><dd>${kind} <span class="pill sm ${mqtt.connected ? "good" : "bad"}"><i class="dot"></i>${mqtt.connected ? i18n.t("system.connected") : i18n.t("system.disconnected")}</span></dd>
      ${pair(i18n.t("system.clients"), format.number(mqtt.clients))}
      ${pair(i18n.t("system.live"), format.number(live.connections))}
    </dl>
    ${mqtt.why && !mqtt.connected ? html`<p class="hint bad">${i18n.text(mqtt.why)}</p>` : nothing}`;
}

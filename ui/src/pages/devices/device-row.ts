import { type CSSResult, css, html, nothing, type TemplateResult } from "lit";
import { cssVars } from "../../controls/css-vars.js";
import { i18n, t } from "../../i18n/i18n.js";
import { deviceIcon } from "./device-icon.js";
import { type DeviceEntry, mainPoints } from "./device-model.js";
import "../../controls/device-switch.js";

/** Looks of the rows of the list. */
export const deviceRowStyles: CSSResult = css`
  .dev { position: relative; display: grid; grid-template-columns: 38px minmax(0, 1fr) 130px 150px 78px; gap: 0 16px; align-items: center; min-height: 66px; padding: 8px 0; border-top: 1px solid var(--line); }
  .dev .name a { font-weight: 620; font-size: 14.5px; overflow-wrap: break-word; }
  .dev .name a::after { content: ""; position: absolute; inset: 0; border-radius: var(--r-s); }
  .dev .name small { display: block; color: var(--muted); font-size: 13px; line-height: 1.35; overflow-wrap: break-word; }
  .dev:hover .name a { text-decoration: underline; text-underline-offset: 2px; }
  .dev .power { color: var(--live-ink); text-align: right; font-weight: 620; font-size: 15px; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .dev .sw-c { display: flex; justify-content: flex-end; position: relative; z-index: 1; }
  @media (max-width: 1000px) { .dev { grid-template-columns: 38px minmax(0, 1fr) auto 130px 78px; } }
  @media (max-width: 720px) {
    .dev { grid-template-columns: 38px minmax(0, 1fr) auto minmax(44px, auto); gap: 0 12px; }
    .dev .state:has(.good) { display: none; }
    .dev .state { grid-column: 2 / -1; grid-row: 2; margin-top: 4px; }
    .dev .bar { display: none; }
  }
`;

/** One device of the list. `most` is the power whose bar is full. */
export function deviceRow(
  { device, points, watts }: DeviceEntry,
  { most, now }: { readonly most: number; readonly now: number },
): TemplateResult {
  const [first] = points;
  const below = [first?.location, device.model].filter(Boolean).join(", ");
  const mark = device.online ? Math.abs(watts ?? 0) > 1 && "on" : "warn";
  return html`<li class="dev"><span class="ico ${mark || ""}">${deviceIcon(device, mainPoints(points).length === 1 ? first : undefined)}</span>
    <div class="name"><a href="/devices/${encodeURIComponent(device.id)}">${device.name}</a><small>${below || device.hardwareId}</small></div>
    <div class="state">${
      device.online
        ? html`<span class="pill sm good"><i class="dot"></i>${t("state.online")}</span>`
        : html`<span class="pill sm warn"><i class="dot"></i>${t("live.silent", { span: i18n.format.span(now - device.seenAt) })}</span>`
    }</div>
    <div class="power ${watts === undefined ? "stale" : ""}">${watts === undefined ? "–" : i18n.format.quantity(shownWatts(points, watts), "W")}<div class="bar"><i ${cssVars({ "--share": (Math.abs(watts ?? 0) / most).toFixed(3) })}></i></div></div>
    <div class="sw-c">${switchOf({ device, points, watts })}</div></li>`;
}

/** Solar is what it gives, whatever the sign of its driver. */
const shownWatts = (points: DeviceEntry["points"], watts: number): number =>
  points.every(({ role }) => role === "generation") ? Math.abs(watts) : watts;

/** A device with one switch has it in its row; one with several has them on its page. */
function switchOf({ device, points }: DeviceEntry): TemplateResult | typeof nothing {
  const switchable = points.filter(({ switchable: can, channel }) => can && channel !== undefined);
  const [only] = switchable;
  if (!only || switchable.length > 1)
    return switchable.length > 1
      ? html`<span class="lab">${t("devices.switches", { n: switchable.length })}</span>`
      : nothing;
  return html`<vt-device-switch name=${only.name} channel=${only.channel ?? ""} point=${only.id} ?guarded=${only.protected} ?offline=${!device.online}></vt-device-switch>`;
}

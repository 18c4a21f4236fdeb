import type { IconName } from "../../../controls/icons/icon-names.js";
import { isIconName } from "../../../controls/icons/icon-names.js";
import type { Plugin, PluginState } from "../../../data/api.js";
import type { PlainKey } from "../../../i18n/catalogue.js";
import { i18n } from "../../../i18n/i18n.js";

/** Looks and name of a state. */
export interface StateWords {
  readonly label: PlainKey;
  readonly tone: "good" | "warn" | "bad" | "info" | "";
  /** A dot when there is none. */
  readonly icon?: IconName;
}

export const STATE_WORDS: Readonly<Record<PluginState, StateWords>> = {
  incompatible: { label: "pluginState.incompatible", tone: "bad", icon: "circle-x" },
  disabled: { label: "pluginState.disabled", tone: "", icon: "power" },
  starting: { label: "pluginState.starting", tone: "info", icon: "rotate-cw" },
  running: { label: "pluginState.running", tone: "good" },
  degraded: { label: "pluginState.degraded", tone: "warn", icon: "triangle-alert" },
  stopping: { label: "pluginState.stopping", tone: "", icon: "power" },
  stopped: { label: "pluginState.stopped", tone: "", icon: "circle-pause" },
  failed: { label: "pluginState.failed", tone: "bad", icon: "circle-alert" },
  quarantined: { label: "pluginState.quarantined", tone: "bad", icon: "circle-pause" },
};

/** Tone of the icon of a plugin. */
export const iconTone = ({ state }: Plugin): string => {
  const { tone } = STATE_WORDS[state];
  return tone === "good" || tone === "info" ? "on" : tone;
};

/** The icon of its first page, else one for what it does. */
export function pluginIcon({ ui, permissions }: Plugin): IconName {
  const own = ui?.panels[0]?.icon;
  if (own !== undefined && isIconName(own)) return own;
  if (permissions.some(({ permission }) => permission.startsWith("mqtt.publish:"))) return "plug";
  if (permissions.some(({ permission }) => permission.startsWith("mqtt.subscribe:"))) return "cpu";
  return "puzzle";
}

/** Where it runs. */
export const runsIn = ({ isolation }: Plugin): string =>
  isolation === "worker" ? i18n.t("plugins.worker") : i18n.t("plugins.inline");

/** What is wrong, or needs a person, comes first; then by name. */
export function byUrgency(a: Plugin, b: Plugin): number {
  return rank(a) - rank(b) || a.name.localeCompare(b.name, i18n.language);
}

const URGENT: readonly PluginState[] = ["quarantined", "failed", "incompatible", "degraded"];
const rank = ({ state }: Plugin): number => (URGENT.includes(state) ? URGENT.indexOf(state) : URGENT.length);

/** How often values or messages were rejected since the hub started. */
export const rejectedCount = ({ counters }: Plugin): number =>
  counters.filter(({ name }) => isRejection(name)).reduce((sum, { count }) => sum + count, 0);

/** Whether a counter counts values or messages that could not be used. */
export const isRejection = (name: string): boolean => name === "rejected" || name === "mqtt-rejected";

import type { IconName } from "../controls/icons/icon-names.js";
import type { Plugin } from "../data/api.js";
import type { PlainKey } from "../i18n/catalogue.js";
import type { NavEntry } from "./route-table.js";

/** An entry of the navigation. */
export interface NavItem {
  readonly entry: NavEntry;
  readonly href: string;
  readonly icon: IconName;
  readonly label: PlainKey;
  /** Second key of the shortcut `g …`. */
  readonly letter: string;
}

/** The pages of the core, in order of the questions that they answer. */
export const NAV_ITEMS: readonly NavItem[] = [
  { entry: "now", href: "/", icon: "activity", label: "nav.now", letter: "n" },
  { entry: "usage", href: "/usage", icon: "chart-column", label: "nav.usage", letter: "u" },
  { entry: "devices", href: "/devices", icon: "plug", label: "nav.devices", letter: "d" },
];

/** Settings stand at the foot. */
export const SETTINGS_ITEM: NavItem = {
  entry: "settings",
  href: "/settings",
  icon: "settings",
  label: "nav.settings",
  letter: "s",
};

/** A page that a plugin brings. */
export interface PanelItem {
  readonly href: string;
  readonly icon: string | undefined;
  readonly title: NonNullable<Plugin["ui"]>["panels"][number]["title"];
}

/** Pages of the plugins that run, in their own group of the navigation. */
export const panelItems = (plugins: readonly Plugin[]): PanelItem[] =>
  plugins
    .filter(({ state }) => state === "running" || state === "degraded")
    .flatMap(({ id, ui }) =>
      (ui?.panels ?? []).map((panel) => ({
        href: `/x/${encodeURIComponent(id)}/${encodeURIComponent(panel.id)}`,
        icon: panel.icon,
        title: panel.title,
      })),
    );

import type { TemplateResult } from "lit";
import type { Device, Point, PointRole } from "../data/api.js";
import { iconNamed } from "./icons/icon.js";
import type { IconName } from "./icons/icon-names.js";

/** The icon of a role, for points that have none of their own. */
export const ROLE_ICONS: Readonly<Record<PointRole, IconName>> = {
  grid: "utility-pole",
  generation: "sun",
  storage: "battery-charging",
  circuit: "zap",
  load: "plug",
  motor: "cog",
};

/** Icons that a person may choose for a point. */
export const POINT_ICONS: readonly IconName[] = [
  "plug",
  "zap",
  "lamp",
  "refrigerator",
  "air-vent",
  "fan",
  "heater",
  "flame",
  "shower-head",
  "washing-machine",
  "droplets",
  "wind",
  "monitor",
  "server",
  "car",
  "cog",
  "house",
  "sun",
  "battery-charging",
  "utility-pole",
];

/** The icon of a point. */
export const pointIcon = ({ icon: name, role }: Point): TemplateResult => iconNamed(name, ROLE_ICONS[role]);

/** The icon of a device: of its first point, else of what it can do. */
export function deviceIcon({ channels }: Device, point: Point | undefined): TemplateResult {
  if (point) return pointIcon(point);
  const kinds = new Set(channels.map(({ kind }) => kind));
  if (kinds.has("motor")) return iconNamed(undefined, "cog");
  if (channels.some(({ phase }) => phase !== undefined)) return iconNamed(undefined, "gauge");
  return iconNamed(undefined, kinds.has("switch") || channels.some(({ switchable }) => switchable) ? "plug" : "cpu");
}

import type { TemplateResult } from "lit";
import type { Point, PointRole } from "../data/api.js";
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

/** The icon of a point. */
export const pointIcon = ({ icon: name, role }: Point): TemplateResult => iconNamed(name, ROLE_ICONS[role]);

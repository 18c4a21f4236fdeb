import type { IconName } from "../../controls/icons/icon-names.js";

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

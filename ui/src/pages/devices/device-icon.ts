import type { TemplateResult } from "lit";
import { iconNamed } from "../../controls/icons/icon.js";
import { pointIcon } from "../../controls/point-icon.js";
import type { Device, Point } from "../../data/api.js";

/** The icon of a device: of its first point, else of what it can do. */
export function deviceIcon({ channels }: Device, point: Point | undefined): TemplateResult {
  if (point) return pointIcon(point);
  const kinds = new Set(channels.map(({ kind }) => kind));
  if (kinds.has("motor")) return iconNamed(undefined, "cog");
  if (channels.some(({ phase }) => phase !== undefined)) return iconNamed(undefined, "gauge");
  return iconNamed(undefined, kinds.has("switch") || channels.some(({ switchable }) => switchable) ? "plug" : "cpu");
}

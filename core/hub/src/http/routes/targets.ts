import { isChannelId } from "@vatio/model";
import { type ChannelId, type PointId, VatioError } from "@vatio/plugin-api";
import type { Resource } from "../../auth/types.js";
import type { RouteContext } from "../route-context.js";

/** What a point id or channel id stands for. */
export const targetResource = (id: string): Resource =>
  isChannelId(id) ? { kind: "channel", id } : { kind: "point", id: id as PointId };

/** Whether the hub knows a point or channel. */
export const targetExists = (id: string, hub: Pick<RouteContext, "points" | "devices">): boolean =>
  isChannelId(id) ? hub.devices.channel(id) !== undefined : hub.points.get(id as PointId) !== undefined;

/** The id of a known point or channel. @throws E_TARGET_UNKNOWN */
export function requireTarget(id: string, hub: Pick<RouteContext, "points" | "devices">): PointId | ChannelId {
  if (targetExists(id, hub)) return id as PointId | ChannelId;
  throw new VatioError(
    "E_TARGET_UNKNOWN",
    `No point or channel is called ${id}. Ask /api/v1/points or /api/v1/channels for the known ones.`,
    { details: { target: id } },
  );
}

/** What was asked for, or the error that it does not exist. */
export function found<T>(value: T | undefined, what: "DEVICE" | "POINT" | "SITE" | "PLUGIN", id: string): T {
  if (value !== undefined) return value;
  const noun = what.toLowerCase();
  throw new VatioError(
    `E_${what}_UNKNOWN`,
    `There is no ${noun} ${id}. It may have been removed; reload the list of ${noun}s.`,
    { details: { id } },
  );
}

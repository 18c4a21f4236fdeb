import type { PointId, PointRole } from "@vatio/plugin-api";
import type { StoredChannel } from "./device-rows.js";
import type { AcceptDevice } from "./types.js";

/** A point that is to be made for a channel. */
export interface PlannedPoint {
  readonly channel: StoredChannel;
  readonly name: string;
  readonly role: PointRole;
  /** A point that exists, or the key of the channel whose planned point lies above. */
  readonly parent?: { readonly point: PointId } | { readonly key: string };
}

const METERED = /^(?:power_w|energy_(?:import|export|delta)_wh|current_a)$/;

/** Whether a channel measures or switches something that people name. */
export const deservesPoint = (channel: StoredChannel): boolean =>
  channel.switchable === true || channel.metrics.some((metric) => METERED.test(metric));

/** The total of which a phase is a part: `em:0` for `em:0/a`. */
export function totalOf(channel: StoredChannel, channels: readonly StoredChannel[]): StoredChannel | undefined {
  if (channel.phase === undefined) return undefined;
  return channels.find(({ key, phase }) => phase === undefined && channel.key.startsWith(`${key}/`));
}

function usualRole(channel: StoredChannel): PointRole {
  if (channel.kind === "motor") return "motor";
  return channel.kind === "switch" ? "load" : "circuit";
}

/**
 * The points for the channels of a device that a person accepts: one for each metered or switchable channel. The phases of a three-phase
 * circuit lie below its total, so that nothing counts twice.
 */
export function planPoints(channels: readonly StoredChannel[], how: AcceptDevice): readonly PlannedPoint[] {
  const deserving = channels.filter(deservesPoint);
  const wanted = new Map(how.channels?.map((channel) => [channel.key, channel]));
  const main = deserving.filter((channel) => totalOf(channel, channels) === undefined);
  const nameOf = (channel: StoredChannel): string => {
    const chosen = wanted.get(channel.key)?.name;
    if (chosen !== undefined) return chosen;
    return main.length === 1 ? how.name : `${how.name} ${main.indexOf(channel) + 1}`;
  };
  return deserving.map((channel) => {
    const total = totalOf(channel, deserving);
    const choice = wanted.get(channel.key);
    if (total) {
      const role = choice?.role ?? wanted.get(total.key)?.role ?? usualRole(total);
      return { channel, name: choice?.name ?? `${nameOf(total)} L${channel.phase}`, role, parent: { key: total.key } };
    }
    const parent = choice?.parent === undefined ? {} : { parent: { point: choice.parent } };
    return { channel, name: nameOf(channel), role: choice?.role ?? usualRole(channel), ...parent };
  });
}

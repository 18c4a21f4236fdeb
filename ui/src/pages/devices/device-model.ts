import type { AcceptDevice, Channel, Device, Point, PointRole } from "../../data/api.js";
import type { ReadingsStore } from "../../data/readings-store.js";

/** A device of the list with what its points say. */
export interface DeviceEntry {
  readonly device: Device;
  /** Its points, totals before phases. */
  readonly points: readonly Point[];
  /** Power now in watts; undefined when it measures none or is silent. */
  readonly watts: number | undefined;
}

export type DeviceFilter = "all" | "online" | "silent";
export type DeviceOrder = "power" | "name" | "seen";

/** What a circuit can be, as people choose it. */
export const POINT_ROLES: readonly PointRole[] = ["grid", "generation", "storage", "circuit", "load", "motor"];

const METERED = /^(?:power_w|energy_(?:import|export|delta)_wh|current_a)$/;

/** Letters without case and accents. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Points of a device: those of its totals and single circuits first, phases behind them. */
export const pointsOf = (device: Device, points: readonly Point[]): Point[] =>
  points.filter((point) => point.device === device.id).sort((a, b) => (a.phase ?? 0) - (b.phase ?? 0));

/** Points of a device that are no phase of another of its points. */
export const mainPoints = (points: readonly Point[]): Point[] => {
  const ids = new Set(points.map(({ id }) => id));
  return points.filter(({ phase, parent }) => phase === undefined || parent === undefined || !ids.has(parent));
};

/** The phases that belong to a point. */
export const phasesOf = (point: Point, points: readonly Point[]): Point[] =>
  points
    .filter(({ parent, phase, device }) => parent === point.id && phase !== undefined && device === point.device)
    .sort((a, b) => (a.phase ?? 0) - (b.phase ?? 0));

/** When a device spoke last: the list is only loaded when something changes, its readings are newer. */
export const heardAt = ({ seenAt, channels }: Device, readings: Pick<ReadingsStore, "seenAt">): number =>
  Math.max(
    seenAt,
    ...channels.flatMap(({ id, point }) => [readings.seenAt(id) ?? 0, (point && readings.seenAt(point)) || 0]),
  );

/** The sum of all parts; undefined when one is not known, because the others are not the whole. */
export const totalOf = (parts: readonly (number | undefined)[]): number | undefined => {
  const known = parts.filter((value) => value !== undefined);
  return known.length === 0 || known.length < parts.length ? undefined : known.reduce((sum, value) => sum + value, 0);
};

/** What to say while no device waits: who has a device has heard somebody. */
export const noneWaiting = (devices: readonly Device[]): "pending.none" | "pending.noneNew" =>
  devices.length === 0 ? "pending.none" : "pending.noneNew";

/** The list as a person asked for it. */
export function selectDevices(
  entries: readonly DeviceEntry[],
  { filter, order, text }: { readonly filter: DeviceFilter; readonly order: DeviceOrder; readonly text: string },
): DeviceEntry[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const fits = ({ device, points }: DeviceEntry): boolean => {
    if (filter !== "all" && device.online !== (filter === "online")) return false;
    const all = plain(
      [
        device.name,
        device.model,
        device.address,
        device.hardwareId,
        device.driver,
        ...points.flatMap(({ name, location }) => [name, location]),
      ]
        .filter(Boolean)
        .join(" "),
    );
    return words.every((word) => all.includes(word));
  };
  const byName = (a: DeviceEntry, b: DeviceEntry): number =>
    a.device.name.localeCompare(b.device.name, undefined, { numeric: true });
  const orders: Readonly<Record<DeviceOrder, (a: DeviceEntry, b: DeviceEntry) => number>> = {
    name: byName,
    power: (a, b) => Math.abs(b.watts ?? -1) - Math.abs(a.watts ?? -1) || byName(a, b),
    seen: (a, b) => b.device.seenAt - a.device.seenAt || byName(a, b),
  };
  return entries.filter(fits).sort(orders[order]);
}

/** Channels of which the hub will make points, without the phases of a total. */
export function acceptableChannels(channels: readonly Channel[]): Channel[] {
  const deserving = channels.filter(
    ({ switchable, metrics }) => switchable || metrics.some((metric) => METERED.test(metric)),
  );
  return deserving.filter(
    ({ key, phase }) =>
      phase === undefined || !deserving.some((total) => total.phase === undefined && key.startsWith(`${total.key}/`)),
  );
}

/** Channels that an accepted device showed later, or whose point a person removed: nothing counts them. */
export const waitingChannels = ({ channels }: Device): Channel[] =>
  acceptableChannels(channels.filter(({ point }) => point === undefined));

/** What a channel probably measures: the phases of one meter are the connection of a home, a switch feeds an appliance. */
export function guessRole(channel: Channel, channels: readonly Channel[]): PointRole {
  if (channel.kind === "motor") return "motor";
  if (channel.switchable || channel.kind === "switch") return "load";
  return phasesWith(channel, channels).length > 0 ? "grid" : "circuit";
}

/** The phases that are measured together with a channel: with a phase all of its device, with a total its own. */
const phasesWith = ({ key, phase: own }: Channel, channels: readonly Channel[]): Channel[] =>
  channels.filter(({ phase, key: other }) => phase !== undefined && (own !== undefined || other.startsWith(`${key}/`)));

/** What a person decided about one channel of a pending device. */
export interface ChannelChoice {
  readonly key: string;
  readonly name: string;
  readonly role: PointRole;
}

/** What a person changed of the proposals, by the key of the channel; the newest decision is the last. */
export type Decisions = ReadonlyMap<string, Partial<Omit<ChannelChoice, "key">>>;

/** The decisions with one more. */
export const decide = (decisions: Decisions, key: string, change: Partial<Omit<ChannelChoice, "key">>): Decisions =>
  new Map([...[...decisions].filter(([other]) => other !== key), [key, { ...decisions.get(key), ...change }]]);

/**
 * The form of a pending device: what a person decided, else the name that the device proposes and a guess for every
 * channel. Channels may arrive one by one: it is made anew with each. The phases of one meter take the role that was
 * decided for one of them.
 */
export function proposeChoices(device: Device, decisions: Decisions = new Map()): ChannelChoice[] {
  const main = acceptableChannels(device.channels);
  return main.map((channel, index) => {
    const { key } = channel;
    const phases = new Set(phasesWith(channel, device.channels).map((phase) => phase.key));
    const [related] = [...decisions].filter(([other, { role }]) => role && phases.has(other)).reverse();
    return {
      key,
      name: main.length === 1 ? device.name : `${device.name} ${index + 1}`,
      role: related?.[1].role ?? guessRole(channel, device.channels),
      ...decisions.get(key),
    };
  });
}

/** The body that accepts a device. Nameless channels are named by the hub after the device. */
export function acceptance(name: string, choices: readonly ChannelChoice[]): AcceptDevice {
  const trimmed = name.trim();
  const single = choices.length === 1;
  return {
    name: trimmed,
    channels: choices.map((choice) => ({
      key: choice.key,
      role: choice.role,
      name: (single ? trimmed : choice.name.trim()) || trimmed,
    })),
  };
}

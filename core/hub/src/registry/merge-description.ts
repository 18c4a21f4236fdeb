import { channelId, deviceId } from "@vatio/model";
import { type DeviceDescription, type Instant, type PluginId, VatioError } from "@vatio/plugin-api";
import type { StoredChannel, StoredDevice } from "./device-rows.js";

const LIMITS = { hardwareId: 200, text: 200, channels: 64, key: 200, metrics: 64 } as const;
const KEY = /^[\w.:-]+(?:\/[\w.:-]+)*$/;

const invalid = (what: string): VatioError =>
  new VatioError("E_DEVICE_INVALID", `The driver described a device wrongly: ${what}. Report this to its author.`);

/** @throws E_DEVICE_INVALID */
export function requireDescription(description: DeviceDescription): void {
  const { hardwareId, channels } = description;
  if (hardwareId.length === 0 || hardwareId.length > LIMITS.hardwareId)
    throw invalid("the hardware id is empty or too long");
  if (channels.length > LIMITS.channels) throw invalid(`${channels.length} channels`);
  for (const { key, metrics } of channels) {
    if (!KEY.test(key) || key.length > LIMITS.key) throw invalid(`the channel key "${key.slice(0, 50)}"`);
    if (metrics.length > LIMITS.metrics) throw invalid(`${metrics.length} metrics of channel ${key}`);
  }
  if (new Set(channels.map(({ key }) => key)).size !== channels.length) throw invalid("two channels with one key");
}

const clipped = (text: string | undefined): string | undefined => text?.trim().slice(0, LIMITS.text) || undefined;

/** The device that a driver announces for the first time. */
export function newDevice(driver: PluginId, description: DeviceDescription, now: Instant): StoredDevice {
  const base: StoredDevice = {
    id: deviceId(driver, description.hardwareId),
    driver,
    hardwareId: description.hardwareId,
    name: clipped(description.suggestedName) ?? clipped(description.model) ?? description.hardwareId,
    state: "pending",
    addedAt: now,
    channels: [],
  };
  return mergeDescription(base, description);
}

/**
 * The device after another announcement: what is named replaces, what is left out stays. Channels are never taken away, because their
 * history is not, and a driver may not have seen all of them yet.
 */
export function mergeDescription(device: StoredDevice, description: DeviceDescription): StoredDevice {
  const channels = new Map(device.channels.map((channel) => [channel.key, channel]));
  for (const described of description.channels)
    channels.set(described.key, mergeChannel(device, channels.get(described.key), described));
  // A person names the device when accepting it; until then its own name may still come.
  const name = device.state === "pending" ? clipped(description.suggestedName) : undefined;
  const facts = Object.entries({
    name,
    model: clipped(description.model),
    firmware: clipped(description.firmware),
    address: clipped(description.address),
  });
  return {
    ...device,
    ...Object.fromEntries(facts.filter(([, value]) => value !== undefined)),
    channels: [...channels.values()],
  };
}

function mergeChannel(
  device: StoredDevice,
  known: StoredChannel | undefined,
  described: DeviceDescription["channels"][number],
): StoredChannel {
  const { key, kind, phase } = described;
  const metrics = [...new Set([...(known?.metrics ?? []), ...described.metrics])];
  const switchable = described.switchable ?? known?.switchable ?? false;
  return { id: channelId(device.id, key), key, kind, metrics, switchable, ...(phase === undefined ? {} : { phase }) };
}

/** Whether two states of a device are stored alike. */
export const sameDevice = (one: StoredDevice, other: StoredDevice): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

import type { ChannelId, DeviceId, MetricName, Range, Text } from "@vatio/model";
import type { MqttMessage } from "./mqtt.js";
import type { Batch } from "./telemetry.js";

/** What a channel is. */
export type ChannelKind = "meter" | "switch" | "motor" | "sensor";

/** One measured circuit or switch of a device, as its driver declares it. */
export interface ChannelDescription {
  /** Within the device: `switch:0`, `em:0/a`, `main`. */
  readonly key: string;
  readonly kind: ChannelKind;
  readonly metrics: readonly MetricName[];
  /** Answers `switch.set`. */
  readonly switchable?: boolean;
  /** Phase of a three-phase circuit, when it is one. */
  readonly phase?: 1 | 2 | 3;
}

/** A device as its driver declares it. The hub owns identity, adoption, names and assignment to points. */
export interface DeviceDescription {
  /** The protocol's stable id: MAC in lower-case hex, IEEE address, broker id. */
  readonly hardwareId: string;
  readonly model?: string;
  readonly firmware?: string;
  readonly suggestedName?: string;
  /** Address on the network, for a person. */
  readonly address?: string;
  readonly channels: readonly ChannelDescription[];
}

/** `pending` until a person accepts it; `blocked` for good; `refused` when too many pend already. */
export type DeviceState = "pending" | "active" | "inactive" | "blocked" | "refused";

/** What became of an announcement. */
export interface AnnouncedDevice {
  readonly id: DeviceId;
  readonly state: DeviceState;
  /** Channel ids by channel key. */
  readonly channels: Readonly<Record<string, ChannelId>>;
}

/** Devices of a driver. */
export interface Devices {
  /** Creates or updates; an unseen device is pending until a person accepts it. Idempotent: announcing the same again costs nothing. */
  announce(device: DeviceDescription): Promise<AnnouncedDevice>;
  available(device: DeviceId, online: boolean, reason?: Text): void;
  /** Counts a payload that could not be used and keeps it for the device page. */
  rejected(message: MqttMessage, reason: Text, device?: DeviceId): void;
  /**
   * Notes a message that came another way than MQTT, such as a request to the plugin's HTTP app: it shows on the page of the device, which
   * counts as seen. What a handler of MQTT announces or writes notes its message already.
   */
  observed(device: DeviceId, message: MqttMessage): void;
  /**
   * Offers the device's own memory: the hub asks for it after gaps, one range of one channel at a time. The batches may hold other channels
   * of the same device as well; what nobody misses is left out. To end without an error says that the device has no more of the range. Throw
   * E_HISTORY_NONE for a channel of which a device keeps nothing, and anything else for what is to be tried again. The signal fires when
   * nobody waits any more.
   * @throws E_HISTORY_CONFLICT when the plugin provides it already
   */
  provideHistory(read: (channel: ChannelId, range: Range, signal: AbortSignal) => AsyncIterable<Batch>): Disposable;
  /** The devices of this driver that the hub knows. */
  list(): Promise<readonly KnownDevice[]>;
}

/** A device as the hub knows it. */
export interface KnownDevice extends AnnouncedDevice {
  readonly hardwareId: string;
  readonly name: string;
  readonly online: boolean;
}

import {
  type AnnouncedDevice,
  type Batch,
  type ChannelId,
  type DeviceId,
  type Instant,
  type Json,
  type MqttMessage,
  type PluginContext,
  row,
  type Text,
  text,
} from "@vatio/plugin-api";
import {
  type DeviceFacts,
  MOST_CHANNELS,
  newFacts,
  storedFacts,
  withChannels,
  withDetails,
  withoutChannels,
} from "./device-facts.js";
import { type Decoded, mergedByChannel, type Values } from "./reading.js";
import { rejectionTexts } from "./rejection-texts.js";
import { ShellyDevice } from "./shelly-device.js";

/** The services that the book uses. */
export type BookServices = Pick<PluginContext, "devices" | "telemetry" | "kv" | "counters" | "log">;

/** A decoded payload on its way into the store. */
export interface Entry {
  readonly device: ShellyDevice;
  readonly decoded: Decoded;
  readonly at: Instant;
  /** The message behind it, for the device's page. */
  readonly message?: MqttMessage;
  /** The payload names every channel that the device has. */
  readonly complete?: boolean;
}

/** What became of an entry. */
export interface Recorded {
  readonly state: AnnouncedDevice["state"] | "unannounced";
  /** Channels of which a value was stored. */
  readonly stored: number;
  /** Channels of which every value was stored already. */
  readonly duplicate: number;
  /** What was kept out, and why. */
  readonly rejected: readonly Text[];
}

/** Nothing came of an entry. */
const nothing = (state: Recorded["state"]): Recorded => ({ state, stored: 0, duplicate: 0, rejected: [] });

const rowOf = (channel: ChannelId | undefined, at: Instant, values: Values): readonly Batch[] =>
  channel === undefined ? [] : [row(channel, at, values)];

const tooMany = (channel: string): Text => text("shelly.rejected.too-many-channels", { channel, most: MOST_CHANNELS });

const PREFIX = "device/";

/** Most devices that are remembered; the hub lets far fewer pend. */
const MOST_DEVICES = 2_000;

/** Every Shelly that the plugin knows: identity, facts that survive a restart, and the way of readings to the hub. */
export class DeviceBook {
  readonly #services: BookServices;
  readonly #devices = new Map<string, ShellyDevice>();
  readonly #byPrefix = new Map<string, ShellyDevice>();

  private constructor(services: BookServices) {
    this.#services = services;
  }

  /** The book with what earlier runs learnt. */
  static async open(services: BookServices): Promise<DeviceBook> {
    const book = new DeviceBook(services);
    for (const { key, value } of await services.kv.list(PREFIX)) {
      const facts = storedFacts(value);
      if (facts) book.#addStored(facts);
      else services.log.warn("A stored device is not readable; it is learnt anew.", { key });
    }
    return book;
  }

  get(hardwareId: string): ShellyDevice | undefined {
    return this.#devices.get(hardwareId);
  }

  byId(id: DeviceId): ShellyDevice | undefined {
    return this.all().find((device) => device.id === id);
  }

  /** The device whose topics begin so. */
  byPrefix(prefix: string): ShellyDevice | undefined {
    return this.#byPrefix.get(prefix);
  }

  all(): readonly ShellyDevice[] {
    return [...this.#devices.values()];
  }

  /** The device of a hardware id, new when nobody has heard of it. */
  meet(hardwareId: string): ShellyDevice {
    const known = this.#devices.get(hardwareId);
    if (known) return known;
    if (this.#devices.size >= MOST_DEVICES) this.#forgetOne();
    const device = new ShellyDevice(newFacts(hardwareId));
    this.#add(device);
    return device;
  }

  /** Notes details of a device; they are stored with the next entry, or at once for a device that is stored already. */
  async learn(device: ShellyDevice, details: Partial<DeviceFacts>): Promise<void> {
    const before = device.facts.prefix;
    if (!device.learn(withDetails(device.facts, details))) return;
    if (before !== device.facts.prefix) this.#rebind(device, before);
    if (Object.keys(device.facts.channels).length === 0) return;
    await this.#announce(device);
  }

  /** Announces the device and stores its readings; settles after their durable commit. */
  async record({ device, decoded, at, message, complete }: Entry): Promise<Recorded> {
    this.note(decoded, message, device);
    this.#learnChannels(device, decoded, complete ?? false);
    if (Object.keys(device.facts.channels).length === 0) return nothing("unannounced");
    const { state, channels } = await this.#announce(device);
    if (state !== "active" && state !== "pending") {
      this.#services.counters.add("dropped", state);
      return nothing(state);
    }
    const measured = [...mergedByChannel(decoded.readings)].filter(([, values]) => Object.keys(values).length > 0);
    const batches = measured.flatMap(([channel, values]) => rowOf(channels[channel], at, values));
    const written = batches.length === 0 ? nothing(state) : { state, ...(await this.#write(batches)) };
    const lost = measured.filter(([channel]) => channels[channel] === undefined).map(([channel]) => tooMany(channel));
    const recorded = { ...written, rejected: [...written.rejected, ...lost] };
    for (const reason of recorded.rejected) this.reject(message, reason, device);
    if (recorded.rejected.length === 0) this.accept(batches.length === 0 ? "state" : "reading");
    return recorded;
  }

  /** Shows a message that came another way than MQTT among those of its device, which counts as seen. */
  used(message: MqttMessage, device: ShellyDevice): void {
    this.#services.devices.observed(device.id, message);
  }

  /** Notes what a message proves, in order of arrival; the hub hears of changes once it knows the device. */
  setOnline(device: ShellyDevice, online: boolean, reason?: Text): void {
    device.presence = reason === undefined ? { online } : { online, reason };
    if (device.announced) this.#tellPresence(device);
  }

  /** A person took the device away from the hub: when it speaks again, it is a new one. */
  async removed(id: DeviceId): Promise<void> {
    const device = this.byId(id);
    if (!device) return;
    this.#forget(device);
    await this.#services.kv.delete(`${PREFIX}${device.hardwareId}`);
  }

  /** Says why a message was not used: the hub counts it and shows it, on the device's page when the device is known. */
  reject(message: MqttMessage | undefined, reason: Text, device?: ShellyDevice): void {
    if (message) this.#services.devices.rejected(message, reason, device?.id);
    else this.#services.counters.add("rejected", reason.key);
  }

  /** Counts a message that was of use. */
  accept(as: "reading" | "state" | "presence" | "announcement" | "answer"): void {
    this.#services.counters.add("accepted", as);
  }

  /** Counts what is no fault of anybody. */
  ignore(reason: string): void {
    this.#services.counters.add("ignored", reason);
  }

  /** Counts what a decoder could not use or left out; that there was nothing at all in it counts as well. */
  note({ readings, refusals, ignored }: Decoded, message: MqttMessage | undefined, device?: ShellyDevice): void {
    for (const refusal of refusals) this.reject(message, refusal, device);
    for (const reason of ignored) this.ignore(reason.key);
    if (readings.length + refusals.length + ignored.length === 0) this.ignore("shelly.ignored.nothing-metered");
  }

  #learnChannels(device: ShellyDevice, { readings }: Decoded, complete: boolean): void {
    const present = new Set(readings.map((reading) => reading.channel));
    const kept = complete && present.size > 0 ? withoutChannels(device.facts, present) : device.facts;
    for (const reading of readings) {
      const on = reading.values.switch_on;
      if (on !== undefined) device.outputs.set(reading.channel, on === 1);
    }
    device.learn(withChannels(kept, readings));
  }

  async #announce(device: ShellyDevice): Promise<AnnouncedDevice> {
    const announced = await this.#services.devices.announce(device.description);
    if (announced.state === "refused") {
      this.#forget(device);
      return announced;
    }
    device.announced = true;
    this.#tellPresence(device);
    if (!device.stored) await this.#store(device);
    return announced;
  }

  #tellPresence(device: ShellyDevice): void {
    const { presence } = device;
    if (presence === undefined || presence.online === device.toldOnline) return;
    device.toldOnline = presence.online;
    this.#services.devices.available(device.id, presence.online, presence.reason);
  }

  /** What cannot be stored now is stored with the next message: facts are learnt again, readings are not. */
  async #store(device: ShellyDevice): Promise<void> {
    const facts: Json = JSON.parse(JSON.stringify(device.facts));
    try {
      device.stored = true;
      await this.#services.kv.set(`${PREFIX}${device.hardwareId}`, facts);
    } catch (error) {
      device.stored = false;
      this.#services.log.warn("The facts of a device could not be stored yet.", {
        device: device.id,
        why: String(error),
      });
    }
  }

  async #write(batches: readonly Batch[]): Promise<Omit<Recorded, "state">> {
    // Before the store takes the arrays.
    const textOf = rejectionTexts(batches);
    const { accepted, duplicate, rejected } = await this.#services.telemetry.write(batches);
    return { stored: accepted, duplicate, rejected: rejected.map(({ reason }) => textOf(reason)) };
  }

  #add(device: ShellyDevice): void {
    this.#devices.set(device.hardwareId, device);
    this.#rebind(device, undefined);
  }

  #addStored(facts: DeviceFacts): void {
    const device = new ShellyDevice(facts);
    device.stored = true;
    device.announced = true;
    this.#add(device);
  }

  /** Whoever measures nothing goes first: names are invented easily, and the hub limits only those that it has heard of. */
  #forgetOne(): void {
    const devices = this.all();
    const device = devices.find(({ announced }) => !announced) ?? devices[0];
    if (device) this.#forget(device);
  }

  #forget(device: ShellyDevice): void {
    this.#devices.delete(device.hardwareId);
    if (device.facts.prefix !== undefined) this.#byPrefix.delete(device.facts.prefix);
  }

  #rebind(device: ShellyDevice, before: string | undefined): void {
    if (before !== undefined && this.#byPrefix.get(before) === device) this.#byPrefix.delete(before);
    if (device.facts.prefix !== undefined) this.#byPrefix.set(device.facts.prefix, device);
  }
}

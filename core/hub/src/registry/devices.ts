import {
  type AnnouncedDevice,
  type ChannelId,
  type DeviceDescription,
  type DeviceId,
  type Instant,
  type MqttMessage,
  minutes,
  type PluginId,
  type Point,
  type PointId,
  type Site,
  type Text,
  VatioError,
} from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { ChannelNumbers, StateDatabase } from "../store/types.js";
import { deleteDevice, loadDevices, type StoredChannel, type StoredDevice, saveDevice } from "./device-rows.js";
import { mergeDescription, newDevice, requireDescription, sameDevice } from "./merge-description.js";
import { type PlannedPoint, planPoints, totalOf } from "./plan-points.js";
import { Presence } from "./presence.js";
import type { Publish } from "./publish.js";
import { RawMessages } from "./raw-messages.js";
import type {
  AcceptDevice,
  ChannelRecord,
  DeviceRecord,
  DeviceRegistry,
  PointRegistry,
  RawMessage,
  SiteRegistry,
} from "./types.js";

/** Devices that may wait for a person; further ones are refused until some are accepted, rejected or blocked. */
export const MOST_PENDING = 50;
/** A rejected device may announce itself again after this span, in case the person changes their mind. */
const REJECTION = minutes(10);
/** When a device was seen last is written this often at most. */
const SAVE_SEEN_EVERY = minutes(10);

/** What the device registry works with. */
export interface DeviceRegistryOptions {
  readonly database: StateDatabase;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly channelNumbers: ChannelNumbers;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly publish: Publish;
}

const unknownDevice = (id: DeviceId): VatioError =>
  new VatioError("E_DEVICE_UNKNOWN", "There is no such device.", { details: { id } });

/** Devices and their channels, in memory and in the state database. */
export async function createDeviceRegistry(options: DeviceRegistryOptions): Promise<DeviceRegistry> {
  const loaded = await loadDevices(options.database);
  return new StoredDevices(options, loaded);
}

class StoredDevices implements DeviceRegistry {
  readonly #options: DeviceRegistryOptions;
  readonly #devices: Map<DeviceId, StoredDevice>;
  readonly #channels = new Map<ChannelId, DeviceId>();
  readonly #presence: Presence;
  readonly #raw = new RawMessages();
  readonly #rejectedUntil = new Map<DeviceId, Instant>();
  readonly #savedSeen = new Map<DeviceId, Instant>();
  // Changes run one after the other: two announcements of one device at once must not make two.
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: DeviceRegistryOptions, loaded: readonly { device: StoredDevice; seenAt: Instant }[]) {
    this.#options = options;
    this.#devices = new Map(loaded.map(({ device }) => [device.id, device]));
    this.#presence = new Presence(options.publish);
    for (const { device, seenAt } of loaded) {
      this.#presence.seen(device.id, seenAt);
      this.#index(device);
    }
  }

  async announce(driver: PluginId, description: DeviceDescription): Promise<AnnouncedDevice> {
    requireDescription(description);
    const fresh = newDevice(driver, description, this.#options.clock.now());
    const known = this.#devices.get(fresh.id);
    if (known && sameDevice(known, mergeDescription(known, description))) return announced(known);
    return this.#serially(() => this.#announce(fresh, description));
  }

  available(driver: PluginId, device: DeviceId, online: boolean, reason?: Text): void {
    const known = this.#devices.get(device);
    if (known?.driver !== driver) {
      this.#options.counters.add("registry", "available", "not-owner");
      return;
    }
    if (online) this.#presence.seen(device, this.#options.clock.now());
    this.#presence.set(device, online, reason);
  }

  rejected(driver: PluginId, message: MqttMessage, reason: Text, device?: DeviceId): void {
    this.#options.counters.add(`plugin:${driver}`, "rejected", reason.key);
    const owned = device !== undefined && this.#devices.get(device)?.driver === driver;
    this.#raw.add(owned ? device : driver, message, reason);
  }

  observed(device: DeviceId, message: MqttMessage): void {
    if (!this.#devices.has(device)) return;
    this.#raw.add(device, message);
    // A driver may name any instant, and "last seen" never goes back: one in the future would stay for good.
    const at = Math.min(message.at, this.#options.clock.now()) as Instant;
    this.#presence.seen(device, at);
    this.#saveSeen(device, at);
  }

  list(): readonly DeviceRecord[] {
    return [...this.#devices.values()].map((device) => this.#record(device));
  }

  get(id: DeviceId): DeviceRecord | undefined {
    const device = this.#devices.get(id);
    return device && this.#record(device);
  }

  stateOf(id: DeviceId): DeviceRecord["state"] | undefined {
    return this.#devices.get(id)?.state;
  }

  channel(id: ChannelId): ChannelRecord | undefined {
    const device = this.#devices.get(this.#channels.get(id) ?? ("" as DeviceId));
    const channel = device?.channels.find((entry) => entry.id === id);
    return device && channel && this.#channelRecord(device.id, channel);
  }

  rawMessages(id: DeviceId): readonly RawMessage[] {
    return this.#raw.of(id);
  }

  accept(id: DeviceId, how: AcceptDevice): Promise<DeviceRecord> {
    return this.#serially(async () => {
      const device = this.#require(id);
      const site = this.#siteFor(how);
      await this.#save({ ...device, name: how.name, state: "active" });
      await this.#createPoints(device, how, site);
      this.#options.publish("device.accepted", { device: id });
      return this.#record(this.#require(id));
    });
  }

  reject(id: DeviceId): Promise<void> {
    return this.#serially(async () => {
      const { state } = this.#require(id);
      if (state !== "pending")
        throw new VatioError("E_DEVICE_INVALID", "Only a device that waits can be rejected. Remove it instead.");
      await this.#forget(id);
      this.#rejectedUntil.set(id, (this.#options.clock.now() + REJECTION) as Instant);
    });
  }

  block(id: DeviceId): Promise<void> {
    return this.#serially(async () => {
      await this.#save({ ...this.#require(id), state: "blocked" });
      this.#presence.set(id, false);
      this.#options.publish("device.changed", { device: id });
    });
  }

  rename(id: DeviceId, name: string): Promise<DeviceRecord> {
    return this.#serially(async () => {
      await this.#save({ ...this.#require(id), name });
      this.#options.publish("device.changed", { device: id });
      return this.#record(this.#require(id));
    });
  }

  remove(id: DeviceId): Promise<void> {
    return this.#serially(async () => {
      this.#require(id);
      await this.#forget(id);
    });
  }

  async #announce(fresh: StoredDevice, description: DeviceDescription): Promise<AnnouncedDevice> {
    const known = this.#devices.get(fresh.id);
    const refusal = known ? undefined : this.#refusal(fresh.id);
    if (refusal !== undefined) {
      this.#options.counters.add("registry", "refused", refusal);
      return { id: fresh.id, state: "refused", channels: {} };
    }
    const device = known ? mergeDescription(known, description) : fresh;
    if (known && sameDevice(known, device)) return announced(known);
    await this.#options.channelNumbers.allocate(device.channels.map(({ id }) => id));
    await this.#save(device);
    this.#options.publish(known ? "device.changed" : "device.added", { device: device.id });
    return announced(device);
  }

  /** @param device as it was before this acceptance: of a pending one all channels are meant, of an accepted one those that are named */
  async #createPoints(device: StoredDevice, how: AcceptDevice, site: Site): Promise<void> {
    const { points } = this.#options;
    const above = new Map(device.channels.map(({ key, id }) => [key, points.pointOf(id)]));
    for (const planned of planPoints(device.channels, how)) {
      const { channel, name, role } = planned;
      if (above.get(channel.key) !== undefined || !isMeant(planned, device, how)) continue;
      const parent =
        planned.parent && ("point" in planned.parent ? planned.parent.point : above.get(planned.parent.key));
      const point = await points.create({ site: site.id, name, role, ...(parent === undefined ? {} : { parent }) });
      // From the channel's beginning on, which may lie before its announcement. A late acceptance loses none of what was stored, and
      // before it everything is stored up to the limit for pending devices (`PENDING_BATCHES_PER_MINUTE`).
      await points.assign(point.id, channel.id, points.freeSince(channel.id));
      above.set(channel.key, point.id);
      await this.#putBelow(point, device.channels, channel);
    }
  }

  /** Phases that had their points before their total has one: left beside it, they would count twice. */
  async #putBelow({ id, site }: Point, channels: readonly StoredChannel[], total: StoredChannel): Promise<void> {
    const { points } = this.#options;
    for (const channel of channels.filter((entry) => totalOf(entry, channels) === total)) {
      const phase = points.get(points.pointOf(channel.id) ?? ("" as PointId));
      if (phase && phase.parent === undefined && phase.site === site) await points.update(phase.id, { parent: id });
    }
  }

  #siteFor(how: AcceptDevice): Site {
    const site = how.site === undefined ? this.#options.sites.first() : this.#options.sites.get(how.site);
    if (!site)
      throw new VatioError("E_SITE_UNKNOWN", "There is no such site. Set the hub up first, or name one that exists.");
    return site;
  }

  #refusal(id: DeviceId): string | undefined {
    if ((this.#rejectedUntil.get(id) ?? 0) > this.#options.clock.now()) return "rejected-lately";
    return this.#isFull() ? "too-many-pending" : undefined;
  }

  #isFull(): boolean {
    return [...this.#devices.values()].filter(({ state }) => state === "pending").length >= MOST_PENDING;
  }

  async #save(device: StoredDevice): Promise<void> {
    const seenAt = this.#presence.seenAt(device.id) ?? this.#options.clock.now();
    await saveDevice(this.#options.database, device, seenAt);
    this.#presence.seen(device.id, seenAt);
    this.#devices.set(device.id, device);
    this.#index(device);
  }

  async #forget(id: DeviceId): Promise<void> {
    const device = this.#require(id);
    await this.#options.points.endAssignments(
      device.channels.map((channel) => channel.id),
      this.#options.clock.now(),
    );
    await deleteDevice(this.#options.database, id);
    this.#devices.delete(id);
    for (const channel of device.channels) this.#channels.delete(channel.id);
    this.#presence.forget(id);
    this.#raw.delete(id);
    this.#options.publish("device.removed", { device: id });
  }

  #saveSeen(id: DeviceId, at: Instant): void {
    if (at - (this.#savedSeen.get(id) ?? 0) < SAVE_SEEN_EVERY) return;
    this.#savedSeen.set(id, at);
    const saved = this.#options.database.run("UPDATE devices SET seen_at = ? WHERE id = ?", [at, id]);
    // Losing the newest "last seen" hurts nobody; the next message tries again in ten minutes.
    saved.catch(() => this.#options.counters.add("registry", "failed", "save-seen"));
  }

  #index(device: StoredDevice): void {
    for (const channel of device.channels) this.#channels.set(channel.id, device.id);
  }

  #require(id: DeviceId): StoredDevice {
    const device = this.#devices.get(id);
    if (!device) throw unknownDevice(id);
    return device;
  }

  #record(device: StoredDevice): DeviceRecord {
    const { reason, ...presence } = this.#presence.of(device.id, device.addedAt);
    const channels = device.channels.map((channel) => this.#channelRecord(device.id, channel));
    return { ...device, ...presence, ...(reason ? { offlineReason: reason } : {}), channels };
  }

  #channelRecord(device: DeviceId, channel: StoredChannel): ChannelRecord {
    const point = this.#options.points.pointOf(channel.id);
    return { ...channel, device, ...(point === undefined ? {} : { point }) };
  }

  #serially<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(change);
    this.#changes = done.catch(() => undefined);
    return done;
  }
}

/**
 * Whether an acceptance is about a channel. What an accepted device shows later waits for a person: one stray message must not make a point
 * for ever. A person who names some of these channels takes those, and the phases of a total that they name.
 */
function isMeant({ channel, parent }: PlannedPoint, { state }: StoredDevice, { channels }: AcceptDevice): boolean {
  if (state !== "active" || channels === undefined) return true;
  const total = parent && "key" in parent ? parent.key : undefined;
  return channels.some(({ key }) => key === channel.key || key === total);
}

const announced = (device: StoredDevice): AnnouncedDevice => ({
  id: device.id,
  state: device.state,
  channels: Object.fromEntries(device.channels.map(({ key, id }) => [key, id])),
});

import { type Instant, type MqttMessage, minutes, type PluginContext, seconds, text } from "@vatio/plugin-api";
import { inBackground } from "../background.js";
import type { DeviceBook, Entry } from "../device-book.js";
import { hardwareIdOf, isFactoryId } from "../hardware-id.js";
import { instantOf } from "../instant-of.js";
import { excerpt, isObject, type JsonObject, parseObject, textOf } from "../json.js";
import type { ShellyDevice } from "../shelly-device.js";
import { decodeAddress, decodeConfig, decodeConfigRevision, decodeDeviceInfo } from "./decode-device.js";
import { decodeStatus } from "./decode-status.js";
import { FAMILIES, splitComponentKey } from "./families.js";
import { type Notification, parseNotification, parseReply, type Reply } from "./frame.js";
import { Interviewer } from "./interviewer.js";
import { PairedUpdates, type UpdateWay } from "./paired-updates.js";
import { PrefixWatch } from "./prefix-watch.js";
import { RpcClient } from "./rpc-client.js";
import { prefixOf, splitStatusTopic } from "./topics.js";

/** What the driver of Gen2 and later is made of. */
export interface Gen2DriverOptions {
  readonly ctx: PluginContext<{ readonly askDevices: boolean }>;
  readonly book: DeviceBook;
}

/** A will of an old connection may arrive after the device is back: it is asked before it counts as away for long. */
const DOUBT = seconds(3);

/** A device that was silent for so long may have moved to another prefix without its last will having been heard. */
const FORGOTTEN = minutes(2);

/** Shellys of Gen2, Gen3 and Gen4 over MQTT. */
export class Gen2Driver {
  readonly rpc: RpcClient;
  readonly #ctx: Gen2DriverOptions["ctx"];
  readonly #book: DeviceBook;
  readonly #interviewer: Interviewer;
  readonly #confirmer: Interviewer;
  readonly #prefixes: PrefixWatch;
  readonly #updates = new PairedUpdates();

  constructor({ ctx, book }: Gen2DriverOptions) {
    this.#ctx = ctx;
    this.#book = book;
    this.rpc = new RpcClient(ctx);
    const { clock, scheduler, signal } = ctx;
    const asking = (ask: (device: ShellyDevice) => Promise<unknown>) => (device: ShellyDevice) =>
      inBackground(ctx, { device: device.id }, () => ask(device));
    const shared = { clock, scheduler, signal };
    const interview = asking((device) => this.#interview(device));
    this.#interviewer = new Interviewer({ ...shared, interview, pause: minutes(1) });
    const confirm = asking(async (device) => device.gauges.isDoubtful(clock.now()) && this.#readStatus(device));
    this.#confirmer = new Interviewer({ ...shared, interview: confirm, pause: minutes(5) });
    this.#prefixes = new PrefixWatch(ctx.clock);
  }

  /** `<prefix>/events/rpc` */
  async onEvent(message: MqttMessage): Promise<void> {
    const prefix = prefixOf(message.topic, "/events/rpc");
    const parsed = parseNotification(message.payload);
    if (!parsed.frame) return this.#book.reject(message, parsed.reason, this.#book.byPrefix(prefix));
    const { src } = parsed.frame;
    if (isFactoryId(prefix) && prefix.toLowerCase() !== src.toLowerCase()) {
      return this.#book.reject(message, text("shelly.rejected.foreign-src", { src, topic: excerpt(prefix) }));
    }
    const device = this.#book.meet(hardwareIdOf(src));
    const elsewhere = this.#isElsewhere(device, prefix, message.at);
    if (elsewhere)
      return this.#book.reject(message, text("shelly.rejected.foreign-src", { src, topic: excerpt(prefix) }));
    device.heardAt = message.at;
    // Decoded before anything is waited for: an overlay counts on the order of arrival.
    const entry = this.#decodeNotification(device, parsed.frame, message);
    // A message of a device proves that it is there, whatever the will of an old connection says.
    this.#book.setOnline(device, true);
    await this.#bind(device, prefix, src);
    if (entry) await this.#record(entry);
    if (device.interviewed) this.#confirm(device, message.at);
    else this.#ask(device);
  }

  /** `<prefix>/status/<component>`: one full component, without a time. */
  async onStatus(message: MqttMessage): Promise<void> {
    const topic = splitStatusTopic(message.topic);
    const family = topic && splitComponentKey(topic.component)?.family;
    if (!topic || family === undefined || !FAMILIES.has(family)) return this.#count("other-topic");
    const device = this.#byTopic(topic.prefix);
    if (!device) {
      this.#identify(topic.prefix);
      return this.#book.reject(message, text("shelly.rejected.unknown-prefix", { prefix: excerpt(topic.prefix) }));
    }
    if (message.retained) return this.#count("retained-without-time");
    const parsed = parseObject(message.payload);
    if (!parsed.object) return this.#book.reject(message, parsed.reason, device);
    const entry = this.#decode(device, { [topic.component]: parsed.object }, { message, replaces: "components" });
    this.#book.setOnline(device, true);
    await this.#record(entry);
  }

  /** `<prefix>/online`: `true`, or `false` as the last will. */
  onOnline(message: MqttMessage): void {
    const prefix = prefixOf(message.topic, "/online");
    const said = textOf(message.payload.subarray(0, 16));
    const device = this.#byTopic(prefix);
    if (said !== "true" && said !== "false") {
      this.#count("other-topic");
      return;
    }
    if (!device) {
      this.#count("unknown-device");
      if (said === "true") this.#identify(prefix);
      return;
    }
    this.#book.accept("presence");
    this.#onAvailability(device, said === "true");
  }

  /** Answers to our requests. */
  onReply(message: MqttMessage): void {
    const parsed = parseReply(message.payload);
    if (!parsed.frame) this.#book.reject(message, parsed.reason);
    else if (!this.rpc.settle(parsed.frame)) this.#count("unasked-reply");
    else this.#onAnswer(parsed.frame);
  }

  /** Stores what a device answered about one component, as of now. */
  async recordAnswer(device: ShellyDevice, status: JsonObject): Promise<void> {
    await this.#record(this.#decode(device, status, { replaces: "components" }));
  }

  #decodeNotification(device: ShellyDevice, frame: Notification, message: MqttMessage): StatusEntry | undefined {
    const status: JsonObject = { ...frame.params };
    if (frame.method === "NotifyStatus") return this.#decode(device, status, { message, replaces: "fields" });
    if (frame.method === "NotifyFullStatus") return this.#decode(device, status, { message, replaces: "device" });
    if (frame.method === "NotifyEvent") this.#onEvents(device, status);
    else this.#count("other-method");
    return undefined;
  }

  #onEvents(device: ShellyDevice, { events }: JsonObject): void {
    const names = (Array.isArray(events) ? events : []).filter(isObject).map(({ event }) => event);
    this.#count("event", Math.max(1, names.length));
    if (names.includes("config_changed")) this.#ask(device);
  }

  #decode(device: ShellyDevice, status: JsonObject, { message, replaces }: HowToDecode): StatusEntry {
    const decoded = decodeStatus(status, {
      before: device.states,
      replaces,
      returns: (channel) => device.facts.channels[channel]?.metrics.includes("energy_export_wh") ?? false,
    });
    device.states = decoded.states;
    const own = status.ts ?? (isObject(status.sys) ? status.sys.unixtime : undefined);
    const arrival = message?.at ?? this.#ctx.clock.now();
    const at = instantOf({ unixSeconds: own, arrival, skewMs: device.skewMs });
    const complete = replaces === "device";
    if (complete) this.#noticeRevision(device, decodeConfigRevision(status));
    const completed = device.gauges.complete(decoded.readings, arrival, decoded.states);
    const way = message && WAYS[replaces];
    const paired = way
      ? this.#updates.pair(device, { way, at, arrival, told: decoded.readings }, completed)
      : { at, readings: completed };
    return {
      device,
      decoded: { ...decoded, readings: paired.readings },
      at: paired.at,
      complete,
      address: decodeAddress(status),
      ...(message ? { message } : {}),
    };
  }

  async #record({ address, ...entry }: StatusEntry): Promise<void> {
    if (address !== undefined) await this.#book.learn(entry.device, { address });
    await this.#book.record(entry);
  }

  #noticeRevision(device: ShellyDevice, revision: number | undefined): void {
    const changed = revision !== undefined && device.configRevision !== undefined && revision !== device.configRevision;
    if (revision !== undefined) device.configRevision = revision;
    if (changed) this.#ask(device);
  }

  /**
   * Whether a device that speaks below another prefix right now cannot be the sender: somebody with topics of his own would otherwise get
   * its orders. Who changes the prefix of a device restarts it, and its last will frees the name.
   */
  #isElsewhere({ facts, heardAt, presence }: ShellyDevice, prefix: string, at: Instant): boolean {
    const moved = facts.prefix !== undefined && facts.prefix !== prefix;
    return moved && presence?.online === true && heardAt !== undefined && at - heardAt < FORGOTTEN;
  }

  async #bind(device: ShellyDevice, prefix: string, wireId: string): Promise<void> {
    this.#prefixes.forget(prefix);
    if (device.facts.prefix === prefix && device.facts.wireId === wireId) return;
    if (device.facts.prefix !== undefined && device.facts.prefix !== prefix) {
      this.#ctx.log.warn("A Shelly moved to another topic prefix.", {
        device: device.id,
        from: device.facts.prefix,
        prefix,
      });
    }
    await this.#book.learn(device, { prefix, wireId });
  }

  #onAnswer({ src }: Reply): void {
    this.#book.accept("answer");
    const device = this.#book.get(hardwareIdOf(src));
    if (device) this.#book.setOnline(device, true);
  }

  #onAvailability(device: ShellyDevice, online: boolean): void {
    this.#book.setOnline(device, online, online ? undefined : text("shelly.offline.connection"));
    if (!online) device.gauges.clear();
    if (online) this.#ask(device);
    else if (this.#ctx.config.askDevices) this.#ctx.scheduler.after(DOUBT, () => this.#probe(device));
  }

  async #probe(device: ShellyDevice): Promise<void> {
    if (device.presence?.online !== false) return;
    await inBackground(this.#ctx, { device: device.id }, () => this.#call(device, "Shelly.GetDeviceInfo"));
  }

  #byTopic(prefix: string): ShellyDevice | undefined {
    const bound = this.#book.byPrefix(prefix);
    return bound ?? (isFactoryId(prefix) ? this.#book.get(hardwareIdOf(prefix)) : undefined);
  }

  /** Asks whoever listens behind a prefix who it is. */
  #identify(prefix: string): void {
    if (!this.#ctx.config.askDevices || prefix.startsWith("shellies/") || !this.#prefixes.mayAsk(prefix)) return;
    void inBackground(this.#ctx, { prefix }, async () => {
      const { wireId } = await this.rpc.call({ prefix, method: "Shelly.GetDeviceInfo" }, this.#ctx.signal);
      const device = this.#book.meet(hardwareIdOf(wireId));
      if (this.#isElsewhere(device, prefix, this.#ctx.clock.now())) return;
      this.#book.setOnline(device, true);
      await this.#bind(device, prefix, wireId);
      this.#ask(device);
    });
  }

  #ask(device: ShellyDevice): void {
    if (!this.#mayAsk(device)) return;
    device.interviewed = true;
    this.#interviewer.ask(device);
  }

  /** A load that stays the same for long is not told of: the device is asked whether its gauges still hold. */
  #confirm(device: ShellyDevice, at: Instant): void {
    if (this.#mayAsk(device) && device.gauges.isDoubtful(at)) this.#confirmer.ask(device);
  }

  #mayAsk({ facts }: ShellyDevice): boolean {
    return this.#ctx.config.askDevices && facts.prefix !== undefined;
  }

  async #interview(device: ShellyDevice): Promise<void> {
    const info = decodeDeviceInfo(await this.#call(device, "Shelly.GetDeviceInfo"));
    if (info) await this.#book.learn(device, info);
    const config = decodeConfig(await this.#call(device, "Shelly.GetConfig"));
    if (config) await this.#book.learn(device, { ...config, ...info });
    await this.#readStatus(device);
  }

  async #readStatus(device: ShellyDevice): Promise<void> {
    const status = await this.#call(device, "Shelly.GetStatus");
    if (!isObject(status)) return;
    this.#measureClock(device, status);
    await this.#record(this.#decode(device, status, { replaces: "device" }));
  }

  /** The answer has just arrived, so what the device's clock differs by now is its error. */
  #measureClock(device: ShellyDevice, { sys }: JsonObject): void {
    const unixtime = isObject(sys) && typeof sys.unixtime === "number" ? sys.unixtime : undefined;
    device.skewMs = unixtime === undefined || unixtime < 1e9 ? undefined : unixtime * 1000 - this.#ctx.clock.now();
  }

  async #call(device: ShellyDevice, method: string): Promise<unknown> {
    const { prefix = "", wireId } = device.facts;
    return (await this.rpc.call({ prefix, wireId, method }, this.#ctx.signal)).result;
  }

  #count(reason: string, by = 1): void {
    this.#ctx.counters.add("ignored", reason, by);
  }
}

/** On which way a message tells an update; a full status is none. */
const WAYS: Readonly<Record<HowToDecode["replaces"], UpdateWay | undefined>> = {
  fields: "notification",
  components: "status",
  device: undefined,
};

interface HowToDecode {
  readonly replaces: "device" | "components" | "fields";
  readonly message?: MqttMessage;
}

interface StatusEntry extends Entry {
  /** Where the device is on the network, when the status tells. */
  readonly address: string | undefined;
}

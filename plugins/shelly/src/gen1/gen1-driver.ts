import { BurstInstants } from "@vatio/model";
import {
  type DurationMs,
  type Instant,
  instant,
  type MqttMessage,
  minutes,
  type PluginContext,
  seconds,
  type Text,
  text,
} from "@vatio/plugin-api";
import { inBackground } from "../background.js";
import type { DeviceBook } from "../device-book.js";
import { macInWireId } from "../hardware-id.js";
import { instantOf } from "../instant-of.js";
import { excerpt, parseObject, textOf } from "../json.js";
import { productName } from "../product-name.js";
import type { ChannelReading, Decoded } from "../reading.js";
import type { ShellyDevice } from "../shelly-device.js";
import { decodeAnnounce } from "./decode-announce.js";
import { decodeInfo } from "./decode-info.js";
import { decodeValue, type Gen1Context } from "./decode-value.js";
import { isThreePhase, isUnmetered, LIGHT_WORDS, type LightWord, lightWord } from "./models.js";
import { GEN1_COMMAND, type Gen1Topic, splitGen1Topic } from "./topics.js";

/** What the driver of Gen1 is made of. */
export interface Gen1DriverOptions {
  readonly ctx: PluginContext<{ readonly askDevices: boolean }>;
  readonly book: DeviceBook;
}

/** Gets the state of an output whenever its device tells it. */
export type StateListener = (on: boolean) => void;

/** Values of one update come one after the other; this long they are one row. */
const BURST: DurationMs = seconds(2);

/** After this the broker is tried again when it was not there: the plugin may start before it. */
const BROKER_AWAY: DurationMs = seconds(10);

/** How often all devices are asked to introduce themselves because one is not known. */
const ANNOUNCE_PAUSE: DurationMs = minutes(1);

/** Levels of an id below `shellies/` for which the common filters of `online` suffice. */
const MOST_ID_LEVELS = 3;

/** Shellys of Gen1 over MQTT: one topic for each value, no time, identity only in the announcement. */
export class Gen1Driver {
  readonly #ctx: Gen1DriverOptions["ctx"];
  readonly #book: DeviceBook;
  readonly #bursts = new BurstInstants({ window: BURST });
  readonly #listeners = new Map<string, Set<StateListener>>();
  #askedAt: Instant = instant(Number.NEGATIVE_INFINITY);

  constructor({ ctx, book }: Gen1DriverOptions) {
    this.#ctx = ctx;
    this.#book = book;
  }

  /** `shellies/#` but `online` */
  async onMessage(message: MqttMessage): Promise<void> {
    if (message.topic === "shellies/announce") return this.#onAnnounce(message);
    const topic = splitGen1Topic(message.topic);
    if (message.topic === GEN1_COMMAND) return this.#book.ignore("command");
    if (!topic) return this.#book.ignore("other-topic");
    if (topic.suffix === "command" || topic.suffix.endsWith("/command")) return this.#book.ignore("command");
    if (topic.suffix === "announce") return this.#onAnnounce(message, topic);
    if (topic.suffix === "info") return this.#onInfo(message, topic);
    if (topic.suffix !== "online") return this.#onValue(message, topic);
    // Below a longer id nobody else listens for it.
    if (topic.id.split("/").length > MOST_ID_LEVELS) this.onOnline(message);
  }

  /** `shellies/<id>/online` */
  onOnline(message: MqttMessage): void {
    const device = this.#deviceOf(splitGen1Topic(message.topic));
    const said = textOf(message.payload.subarray(0, 16));
    if (!device && said === "true") this.askAnnouncements();
    if (!device || (said !== "true" && said !== "false")) {
      this.#book.ignore(device ? "other-topic" : "unknown-device");
      return;
    }
    this.#book.accept("presence");
    this.#book.setOnline(device, said === "true", said === "true" ? undefined : text("shelly.offline.connection"));
  }

  /** Asks every Gen1 device to introduce itself; at most once a minute. */
  askAnnouncements(): void {
    const now = this.#ctx.clock.now();
    if (now - this.#askedAt < ANNOUNCE_PAUSE) return;
    this.#askedAt = now;
    void inBackground(this.#ctx, { topic: GEN1_COMMAND }, () => this.#askAll());
  }

  async #askAll(): Promise<void> {
    try {
      await this.#ctx.mqtt.publish(GEN1_COMMAND, "announce", { qos: 1 });
    } catch (error) {
      this.#askedAt = instant(Number.NEGATIVE_INFINITY);
      if (this.#ctx.signal.aborted) return;
      this.#ctx.scheduler.after(BROKER_AWAY, () => this.askAnnouncements());
      throw error;
    }
  }

  /** Publishes to a device. @param suffix `relay/0/command` @throws E_MQTT_OFFLINE (retryable) */
  async command(device: ShellyDevice, suffix: string, payload: string): Promise<void> {
    await this.#ctx.mqtt.publish(`${device.facts.prefix ?? ""}/${suffix}`, payload, { qos: 1 });
  }

  /** Calls back with every state of an output that its device tells from now on. */
  watch(device: ShellyDevice, channel: string, listener: StateListener): Disposable {
    const key = `${device.hardwareId}/${channel}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#listeners.delete(key);
      },
    };
  }

  async #onAnnounce(message: MqttMessage, topic?: Gen1Topic): Promise<void> {
    const parsed = decodeAnnounce(message.payload);
    if (!parsed.announcement) return this.#book.reject(message, parsed.reason);
    const { id, mac, model, address, firmware } = parsed.announcement;
    const prefix = `shellies/${id}`;
    const holder = this.#book.byPrefix(prefix);
    // On its own topic a device has proved with its credentials who it is; on the shared one it has not.
    const claims = topic ? topic.prefix !== prefix : holder !== undefined && holder.hardwareId !== mac;
    if (claims) return this.#book.reject(message, foreign(mac, id));
    const app = model === undefined ? undefined : productName(model);
    const device = this.#book.meet(mac);
    await this.#book.learn(device, {
      ...identity(topic ?? { prefix, id }),
      ...(model === undefined ? {} : { model }),
      ...(app === undefined ? {} : { app }),
      ...(address === undefined ? {} : { address }),
      ...(firmware === undefined ? {} : { firmware }),
    });
    this.#book.accept("announcement");
    this.#askValues(device);
  }

  /** What came before the announcement could not be used: the device is asked to tell everything again, once. */
  #askValues(device: ShellyDevice): void {
    if (device.interviewed || !this.#ctx.config.askDevices) return;
    device.interviewed = true;
    void inBackground(this.#ctx, { device: device.id }, () => this.command(device, "command", "update"));
  }

  async #onInfo(message: MqttMessage, topic: Gen1Topic): Promise<void> {
    const parsed = parseObject(message.payload);
    if (!parsed.object) return this.#book.reject(message, parsed.reason, this.#deviceOf(topic));
    const decoded = decodeInfo(parsed.object, this.#contextOf(topic));
    const device = this.#deviceOf(topic) ?? (await this.#meet(topic, decoded.mac));
    if (!device) return this.#unknown(message, topic);
    if (decoded.mac !== undefined && decoded.mac !== device.hardwareId) {
      return this.#book.reject(message, foreign(decoded.mac, topic.id), device);
    }
    device.typedPower = decoded.unmetered;
    const { mode } = decoded;
    if (mode !== undefined)
      await this.#learnLights(device, lightWord({ model: device.facts.model, id: topic.id, mode }));
    const at = instantOf({ unixSeconds: parsed.object.unixtime, arrival: message.at });
    if (message.retained && at === message.at) return this.#ctx.counters.add("ignored", "retained-without-time");
    await this.#record(device, decoded, at, message);
  }

  async #onValue(message: MqttMessage, topic: Gen1Topic): Promise<void> {
    const decoded = decodeValue(topic.suffix, message.payload, this.#contextOf(topic));
    const [reading] = decoded.readings;
    const device = this.#deviceOf(topic) ?? (await this.#meet(topic, macInWireId(topic.id)));
    if (!device) return reading ? this.#unknown(message, topic) : this.#book.note(decoded, message);
    this.#tell(device, decoded);
    // Of what the broker has kept nobody knows how old it is.
    if (message.retained) return this.#ctx.counters.add("ignored", "retained-without-time");
    const at = reading ? this.#instantFor(device, reading, message) : message.at;
    if (at === undefined) return this.#book.reject(message, text("shelly.rejected.too-fast"), device);
    await this.#learnLights(device, lightOf(topic.suffix));
    await this.#record(device, decoded, at, message);
  }

  async #learnLights(device: ShellyDevice, lights: LightWord | undefined): Promise<void> {
    if (lights !== undefined) await this.#book.learn(device, { lights });
  }

  #instantFor(device: ShellyDevice, { channel, values }: ChannelReading, { at }: MqttMessage): Instant | undefined {
    const metric = `${channel} ${Object.keys(values).join()}`;
    return this.#bursts.instantFor({ device: device.hardwareId, metric, value: JSON.stringify(values), at });
  }

  async #record(device: ShellyDevice, decoded: Decoded, at: Instant, message: MqttMessage): Promise<void> {
    this.#book.setOnline(device, true);
    await this.#book.record({ device, decoded, at, message });
  }

  #tell(device: ShellyDevice, { readings }: Decoded): void {
    for (const { channel, values } of readings) {
      if (values.switch_on === undefined) continue;
      for (const listener of this.#listeners.get(`${device.hardwareId}/${channel}`) ?? [])
        listener(values.switch_on === 1);
    }
  }

  #deviceOf(topic: Gen1Topic | undefined): ShellyDevice | undefined {
    return topic && this.#book.byPrefix(topic.prefix);
  }

  async #meet(topic: Gen1Topic, mac: string | undefined): Promise<ShellyDevice | undefined> {
    if (mac === undefined) return undefined;
    const device = this.#book.meet(mac);
    await this.#book.learn(device, identity(topic));
    this.askAnnouncements();
    return device;
  }

  #unknown(message: MqttMessage, { id }: Gen1Topic): void {
    this.askAnnouncements();
    this.#book.reject(message, text("shelly.rejected.unknown-id", { id: excerpt(id) }));
  }

  #contextOf(topic: Gen1Topic): Gen1Context {
    const device = this.#deviceOf(topic);
    const model = device?.facts.model;
    return {
      unmetered: isUnmetered(model, topic.id) || (device?.typedPower ?? false),
      threePhase: isThreePhase(model, topic.id),
    };
  }
}

/** What a lamp calls its outputs, by one of its topics: `white` of `white/2/power`. */
const lightOf = (suffix: string): LightWord | undefined => LIGHT_WORDS.find((word) => suffix.startsWith(`${word}/`));

const identity = ({ prefix, id }: { readonly prefix: string; readonly id: string }) => ({
  generation: 1,
  prefix,
  wireId: id,
});

const foreign = (mac: string, id: string): Text =>
  text("shelly.rejected.foreign-src", { src: excerpt(mac), topic: excerpt(id) });

import { type Clock, instant, type Scheduler, seconds } from "@vatio/plugin-api";
import { type Behavior, BehaviorStack } from "./behaviors.js";
import { type BrokerAddress, SimulatedLink } from "./link.js";
import type { MeterSource } from "./meter-source.js";

/** What a simulated Plug S of Gen1 is made of. */
export interface SimulatedGen1Options {
  readonly broker: BrokerAddress;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, "every" | "after">;
  /** 12 hex digits. */
  readonly mac: string;
  readonly source: MeterSource;
  /** Id in its topics, free text; the factory id (`shellyplug-s-C38EAB`) when left out. */
  readonly id?: string;
}

const CIRCUIT = "relay:0";
const WATT_MINUTES_PER_WH = 60;
/** Factory setting of the period in which everything is told again. */
const UPDATE_PERIOD = seconds(30);

/** A Shelly Plug S of Gen1 that speaks real MQTT. Time and the scheduler are injected. */
export class SimulatedGen1 implements AsyncDisposable {
  readonly id: string;
  /** What its topics begin with. */
  readonly prefix: string;
  readonly link: SimulatedLink;
  readonly #options: SimulatedGen1Options;
  readonly #behaviors = new BehaviorStack();
  readonly #timers: Disposable[] = [];
  #baseWh = 0;
  #reportedW = Number.NaN;

  constructor(options: SimulatedGen1Options) {
    this.#options = options;
    this.id = options.id ?? `shellyplug-s-${options.mac.slice(-6).toUpperCase()}`;
    this.prefix = `shellies/${this.id}`;
    this.link = new SimulatedLink({
      broker: options.broker,
      clientId: this.id.replaceAll("/", "-"),
      onlineTopic: `${this.prefix}/online`,
      orders: [`${this.prefix}/relay/0/command`, `${this.prefix}/command`, "shellies/command"],
      onOrder: (topic, payload) => this.#onOrder(topic, payload),
      onReturn: () => void this.#introduce(),
    });
  }

  /** Connects, introduces itself and reports from now on: changes of power at once, everything every 30 s. */
  async start(): Promise<void> {
    await this.#connect();
    const { scheduler } = this.#options;
    this.#timers.push(
      scheduler.every(UPDATE_PERIOD, () => this.report()),
      scheduler.every(seconds(1), () => this.#reportChange()),
    );
  }

  /** Stops reporting and says goodbye. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer[Symbol.dispose]();
    await this.link.disconnect();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Makes the device misbehave until the result is disposed of; a reset of registers stays. */
  async behave(behavior: Behavior): Promise<Disposable> {
    if (behavior.counterReset) this.#baseWh = this.#sample().importWh;
    const active = this.#behaviors.add(behavior, () => this.#comeBack());
    if (this.#behaviors.offline) await this.link.drop();
    return active;
  }

  /** Publishes every value on its topic. */
  async report(): Promise<void> {
    const sample = this.#sample();
    this.#reportedW = sample.powerW;
    await this.#publish("relay/0", this.#options.source.isOn(CIRCUIT) ? "on" : "off");
    await this.#publish("relay/0/power", sample.powerW.toFixed(2));
    await this.#publish("relay/0/energy", String(this.#wattMinutes()));
    await this.#publish("temperature", "22.28");
    await this.#publish("overtemperature", "0");
  }

  /** Introduces itself on its own topic and on the shared one. */
  async announce(): Promise<void> {
    const { mac } = this.#options;
    const who = {
      id: this.id,
      model: "SHPLG-S",
      mac: mac.toUpperCase(),
      ip: "192.168.1.47",
      new_fw: false,
      fw_ver: "20230913-113421/v1.14.0-gcb84623",
    };
    await this.link.publish("shellies/announce", JSON.stringify(who));
    await this.#publish("announce", JSON.stringify(who));
  }

  async #connect(): Promise<void> {
    await this.link.connect();
    await this.#introduce();
  }

  /** A device that cannot come back now, because the broker is away as well, is simply still away. */
  #comeBack(): void {
    if (!this.#behaviors.offline) this.#connect().catch(() => undefined);
  }

  async #introduce(): Promise<void> {
    await this.announce();
    await this.#publish("info", JSON.stringify(this.#info()));
    await this.report();
  }

  #info(): object {
    const { mac, source, clock } = this.#options;
    const sample = this.#sample();
    const unixtime = this.#behaviors.clockless ? 0 : Math.floor(instant(clock.now() + this.#behaviors.skewMs) / 1000);
    return {
      mqtt: { connected: true },
      time: unixtime === 0 ? "" : "12:00",
      unixtime,
      mac: mac.toUpperCase(),
      relays: [{ ison: source.isOn(CIRCUIT), has_timer: false, overpower: false, source: "mqtt" }],
      // Local time as a number: two hours ahead, as a device in Madrid sends it in summer.
      meters: [
        {
          power: sample.powerW,
          overpower: 0,
          is_valid: true,
          timestamp: unixtime + 7200,
          counters: [0, 0, 0],
          total: this.#wattMinutes(),
        },
      ],
      temperature: 22.28,
      tmp: { tC: 22.28, tF: 72.1, is_valid: true },
    };
  }

  #sample() {
    return this.#options.source.read(CIRCUIT, this.#options.clock.now());
  }

  #wattMinutes(): number {
    // Rounded first: what was counted in many small steps misses the whole number by a hair.
    return Math.floor(Math.round((this.#sample().importWh - this.#baseWh) * WATT_MINUTES_PER_WH * 1e6) / 1e6);
  }

  async #reportChange(): Promise<void> {
    const { powerW } = this.#sample();
    if (Math.abs(powerW - this.#reportedW) < 1) return;
    this.#reportedW = powerW;
    await this.#publish("relay/0/power", powerW.toFixed(2));
  }

  #onOrder(topic: string, payload: string): void {
    const { source, clock } = this.#options;
    if (topic.endsWith("/relay/0/command")) {
      const on = payload === "toggle" ? !source.isOn(CIRCUIT) : payload === "on";
      source.turn(CIRCUIT, on, clock.now());
      void this.#publish("relay/0", source.isOn(CIRCUIT) ? "on" : "off");
    } else if (payload === "announce") void this.announce();
    else if (payload === "update") void this.report();
  }

  #publish(suffix: string, payload: string): Promise<void> {
    return this.link.publish(`${this.prefix}/${suffix}`, payload, { copies: this.#behaviors.copies });
  }
}

import { type Clock, type Instant, instant, milliseconds, type Scheduler, seconds } from "@vatio/plugin-api";
import { type Behavior, BehaviorStack } from "./behaviors.js";
import { type ComponentStatus, GEN2_MODELS, type Gen2Model, type Gen2ModelName, toSeconds } from "./gen2-models.js";
import { answer } from "./gen2-rpc.js";
import { type BrokerAddress, SimulatedLink } from "./link.js";
import type { MeterSource } from "./meter-source.js";
import { MinuteLog, PHASE_NAMES } from "./minute-log.js";
import { changedKeys } from "./thresholds.js";

/** What a simulated device of Gen2 or later is made of. */
export interface SimulatedGen2Options {
  readonly broker: BrokerAddress;
  readonly clock: Clock;
  readonly scheduler: Pick<Scheduler, "every" | "after">;
  readonly model: Gen2ModelName;
  /** 12 hex digits. */
  readonly mac: string;
  readonly source: MeterSource;
  /** Name that its owner gave it. */
  readonly name?: string;
  /** What its topics begin with; the device id when left out. */
  readonly prefix?: string;
  /** Also publishes whole components on `<prefix>/status/…`. */
  readonly statusNotifications?: boolean;
  /** Answers on the bare source, as some programs that imitate a Shelly do, and not on `<src>/rpc`. */
  readonly answersOnSource?: boolean;
  readonly generation?: 2 | 3 | 4;
  /** Address on the network; one that nothing answers at when left out. */
  readonly address?: string;
  /** Rows of one page of records. */
  readonly pageRows?: number;
}

/** A Shelly of Gen2 or later that speaks real MQTT. Time and the scheduler are injected. */
export class SimulatedGen2 implements AsyncDisposable {
  /** Id on the wire: `shellyplus1pm-a8032412c3d4`. */
  readonly id: string;
  readonly prefix: string;
  readonly link: SimulatedLink;
  readonly #options: SimulatedGen2Options;
  readonly #model: Gen2Model;
  readonly #behaviors = new BehaviorStack();
  readonly #bases = new Map<string, { importWh: number; exportWh: number }>();
  readonly #timers: Disposable[] = [];
  readonly #bootedAt: Instant;
  readonly #logs: ReadonlyMap<string, MinuteLog>;
  #published: Readonly<Record<string, ComponentStatus>> = {};

  constructor(options: SimulatedGen2Options) {
    this.#options = options;
    this.#model = GEN2_MODELS[options.model];
    this.#bootedAt = options.clock.now();
    this.#logs = logsOf(this.#model, options);
    this.id = `${this.#model.name}-${options.mac.toLowerCase()}`;
    this.prefix = options.prefix ?? this.id;
    this.link = new SimulatedLink({
      broker: options.broker,
      clientId: this.id,
      onlineTopic: `${this.prefix}/online`,
      orders: [`${this.prefix}/rpc`],
      onOrder: (_topic, payload) => this.#onRequest(payload),
      onReturn: () => void this.#introduce(),
    });
  }

  /** Connects and reports from now on: a full status, then what changes, and the registers at every full minute. */
  async start(): Promise<void> {
    await this.#connect();
    const { clock, scheduler } = this.#options;
    const toMinute = milliseconds(60_000 - (clock.now() % 60_000));
    this.#timers.push(
      scheduler.every(seconds(1), () => this.#measure()),
      scheduler.every(seconds(60), () => this.reportEnergy(), { firstAfter: toMinute }),
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
    if (behavior.counterReset) this.#resetRegisters();
    const active = this.#behaviors.add(behavior, () => this.#comeBack());
    if (this.#behaviors.offline) await this.link.drop();
    return active;
  }

  /** What it wrote down minute by minute: `emdata:0`. */
  logOf(component: string): MinuteLog | undefined {
    return this.#logs.get(component);
  }

  /** Publishes what has changed enough since the last report. */
  async report(): Promise<void> {
    const status = this.status();
    const changes = Object.entries(status).map(([key, now]) => [key, changedKeys(this.#published[key], now)] as const);
    const changed = changes.filter(([, delta]) => Object.keys(delta).length > 0);
    if (changed.length === 0) return;
    this.#published = status;
    await this.#notify(
      "NotifyStatus",
      Object.fromEntries(changed.map(([key, delta]) => [key, { id: status[key]?.id, ...delta }])),
    );
    if (this.#options.statusNotifications) await this.#publishComponents(changed.map(([key]) => key));
  }

  /** Publishes the registers, as devices do at every full minute. */
  async reportEnergy(): Promise<void> {
    const registers = Object.entries(this.status()).flatMap(([key, component]) => {
      const { id, aenergy, ret_aenergy } = component;
      if (key.startsWith("emdata") || key.startsWith("em1data")) return [[key, component] as const];
      if (aenergy === undefined) return [];
      return [[key, { id, aenergy, ...(ret_aenergy === undefined ? {} : { ret_aenergy }) }] as const];
    });
    await this.#notify("NotifyStatus", Object.fromEntries(registers));
  }

  /** The measuring components as the device would report them now. */
  status(): Readonly<Record<string, ComponentStatus>> {
    const none = { importWh: 0, exportWh: 0 };
    return this.#model.status({
      source: this.#options.source,
      at: this.#options.clock.now(),
      base: (circuit) => this.#bases.get(circuit) ?? none,
      hasClock: !this.#behaviors.clockless,
    });
  }

  /** The answer of `Shelly.GetStatus`. */
  fullStatus(): Readonly<Record<string, ComponentStatus>> {
    const clockless = this.#behaviors.clockless;
    const sys = {
      mac: this.#options.mac.toUpperCase(),
      time: clockless ? null : "12:00",
      unixtime: clockless ? null : Math.floor(this.#deviceTime() / 1000),
      uptime: Math.floor((this.#options.clock.now() - this.#bootedAt) / 1000) + 1,
      cfg_rev: 7,
    };
    return {
      ...this.status(),
      mqtt: { connected: true },
      sys,
      wifi: { sta_ip: this.#options.address ?? "192.0.2.44", status: "got ip" },
    };
  }

  /** The answer of `Shelly.GetDeviceInfo`. */
  deviceInfo(): ComponentStatus {
    const { mac, name = null, generation = 2 } = this.#options;
    const { model, app, profile } = this.#model;
    const base = { name, id: this.id, mac: mac.toUpperCase(), slot: 0, model, gen: generation };
    return { ...base, ver: "1.7.5", app, auth_en: false, auth_domain: null, ...(profile ? { profile } : {}) };
  }

  /** The answer of `Shelly.GetConfig`, as far as anybody asks. */
  config(): ComponentStatus {
    const device = { name: this.#options.name ?? null, mac: this.#options.mac.toUpperCase() };
    return {
      mqtt: { enable: true, topic_prefix: this.prefix, rpc_ntf: true, status_ntf: false },
      sys: { device, cfg_rev: 7 },
    };
  }

  /** Switches an output and tells it, as a press of its button does. @returns whether it was on */
  turn(circuit: string, on: boolean): boolean {
    const { source, clock } = this.#options;
    const before = source.isOn(circuit);
    source.turn(circuit, on, clock.now());
    void this.report();
    return before;
  }

  /** Switches an output back after a span. */
  turnLater(circuit: string, on: boolean, afterSeconds: number): void {
    this.#options.scheduler.after(seconds(afterSeconds), () => void this.turn(circuit, on));
  }

  isOn(circuit: string): boolean {
    return this.#options.source.isOn(circuit);
  }

  /** A meter writes down what it measures, whether it is connected or not. */
  #measure(): Promise<void> {
    for (const log of this.#logs.values()) log.sample(this.#deviceTime());
    return this.report();
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
    this.#published = this.status();
    await this.#notify("NotifyFullStatus", this.fullStatus());
  }

  #resetRegisters(): void {
    for (const circuit of this.#model.circuits) {
      const { importWh, exportWh } = this.#options.source.read(circuit, this.#options.clock.now());
      this.#bases.set(circuit, { importWh, exportWh });
    }
  }

  async #notify(method: string, status: object): Promise<void> {
    const ts = this.#behaviors.clockless ? this.#uptime() : toSeconds(this.#deviceTime());
    const frame = { src: this.id, dst: `${this.prefix}/events`, method, params: { ts, ...status } };
    await this.#publish(`${this.prefix}/events/rpc`, frame);
  }

  async #publishComponents(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#publish(`${this.prefix}/status/${key}`, this.#published[key] ?? {});
  }

  #onRequest(payload: string): void {
    const { src, reply } = answer(this, payload);
    if (src === undefined) return;
    void this.#publish(this.#options.answersOnSource ? src : `${src}/rpc`, reply);
  }

  #publish(topic: string, payload: object): Promise<void> {
    return this.link.publish(topic, JSON.stringify(payload), { copies: this.#behaviors.copies });
  }

  #deviceTime(): Instant {
    return instant(this.#options.clock.now() + this.#behaviors.skewMs);
  }

  #uptime(): number {
    return toSeconds(this.#options.clock.now() - this.#bootedAt) + 1;
  }
}

function logsOf(
  { records = {} }: Gen2Model,
  { source, pageRows = 60 }: SimulatedGen2Options,
): ReadonlyMap<string, MinuteLog> {
  return new Map(
    Object.entries(records).map(([component, circuits]) => {
      const isSum = component.startsWith("emdata");
      const names = isSum ? PHASE_NAMES : PHASE_NAMES.filter((name) => !name.startsWith("fund_"));
      const more = isSum ? ["n_max_current", "n_min_current", "n_avg_current"] : [];
      return [component, new MinuteLog({ source, circuits, names, more, pageRows })];
    }),
  );
}

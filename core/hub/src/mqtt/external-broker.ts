import { readFile } from "node:fs/promises";
import process from "node:process";
import type { ConnectionOptions } from "node:tls";
import {
  type DurationMs,
  type Log,
  type MqttMessage,
  type MqttPublishOptions,
  seconds,
  type Text,
  text,
  VatioError,
} from "@vatio/plugin-api";
import type { connect, IClientOptions, IConnackPacket, IPublishPacket, MqttClient } from "mqtt";
import type { HubClock } from "../clock.js";
import type { ExternalBrokerConfig } from "../config/types.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";
import type { Random } from "../random.js";
import { systemAuthorities } from "./authorities.js";
import { type BrokerEndpoint, readEndpoint } from "./broker-endpoint.js";
import { explainBrokerProblem, isAboutCertificate, isVersionRefusal, lookAtCertificate } from "./broker-problem.js";
import type { FilterMemory } from "./filter-memory.js";
import { ackLater } from "./manual-ack.js";
import { SubscriptionSync } from "./subscription-sync.js";
import { isReserved, topicProblem } from "./topic-filter.js";
import type { MessageSink, MqttTransport, TransportStatus } from "./types.js";

export interface ExternalBrokerOptions {
  readonly config: ExternalBrokerConfig;
  readonly clock: HubClock;
  readonly random: Random;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: Log;
  readonly memory: FilterMemory;
  readonly sink: MessageSink;
  /** Environment variables; `SSL_CERT_FILE` names the system's authorities. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

type ProtocolVersion = 4 | 5;
/** MQTT.js hands these on to `tls.connect`. */
type TlsOptions = IClientOptions & Pick<ConnectionOptions, "minVersion">;

const HEALTH = "hub/mqtt";
const SESSION_SECONDS = 30 * 24 * 3_600;
const KEEP_ALIVE_SECONDS = 30;
const ANSWER_TIMEOUT_MS = 15_000;
const FIRST_DELAY = seconds(1);
const LONGEST_DELAY = seconds(60);
/** A connection that lasted less does not count as success: two hubs with one client id would otherwise cut each other off every second. */
const STABLE_AFTER = seconds(20);
/** Reason code of a connection that another one with the same client id replaced (MQTT 5 section 3.14.2.1). */
const TAKEN_OVER = 142;
/** Not every broker says so: after this many short connections in a row it is the likely cause. */
const TAKEN_OVER_AFTER = 3;
const REDELIVERY_DELAY = seconds(10);
/** How long a broker may take to close the connection when the hub leaves. */
const GOOD_BYE = seconds(2);
const MAX_QOS0_IN_FLIGHT = 10_000;

/**
 * An external broker (Mosquitto, EMQX, HiveMQ …) to which the hub is a client, MQTT 5 or, where the broker does not speak it, 3.1.1.
 *
 * The session outlives the connection, so the broker keeps QoS 1 messages while the hub is away. Each is acknowledged when the sink has
 * fulfilled, in any order. What the sink rejects stays unacknowledged; brokers send it again on the next connection only, so the hub
 * renews the connection after a while.
 */
export class ExternalBroker implements MqttTransport {
  readonly kind = "external";
  readonly #options: ExternalBrokerOptions;
  readonly #endpoint: BrokerEndpoint;
  readonly #subscriptions: SubscriptionSync;
  #tls: TlsOptions = {};
  /** MQTT.js, which is read by `start`. */
  #openClient: typeof connect | undefined;
  #client: MqttClient | undefined;
  #version: ProtocolVersion = 5;
  #versionKnown = false;
  #connected = false;
  #connectedAt = 0;
  #failures = 0;
  #shortLived = 0;
  #stopped = true;
  #problem: unknown;
  /** The encrypted connection of this attempt stood. */
  #secured = false;
  #why: Text | undefined;
  #timer: Disposable | undefined;
  #redelivery: Disposable | undefined;
  #redeliveries = 0;
  /** The hub closes the connection itself, to get what it did not acknowledge once more. */
  #renewing = false;
  #qos0InFlight = 0;

  /** @throws E_CONFIG_INVALID for a URL that is not one of a broker */
  constructor(options: ExternalBrokerOptions) {
    this.#options = options;
    this.#endpoint = readEndpoint(options.config);
    const { counters, log, memory } = options;
    this.#subscriptions = new SubscriptionSync({
      counters,
      log,
      memory,
      onRefused: (filters) => this.#filtersRefused(filters),
    });
  }

  async start(): Promise<void> {
    this.#tls = this.#endpoint.secure ? await this.#readTls() : {};
    await this.#subscriptions.load();
    // Only now: most hubs have no external broker, and each library that is read makes the start longer.
    this.#openClient = (await import("mqtt")).connect;
    this.#stopped = false;
    this.#setWhy(text("broker.connecting", { url: this.#endpoint.url }));
    this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#redelivery?.[Symbol.dispose]();
    this.#connected = false;
    this.#subscriptions.disconnected();
    const client = this.#client;
    this.#client = undefined;
    if (client) await end(client, this.#options.clock);
  }

  async publish(topic: string, payload: Uint8Array | string, options: MqttPublishOptions = {}): Promise<void> {
    const problem = isReserved(topic) ? "reserved" : topicProblem(topic);
    if (problem) throw new VatioError("E_TOPIC_INVALID", `A message cannot be published on "${topic}" (${problem}).`);
    const client = this.#client;
    if (!client || !this.#connected) throw this.#offline();
    const { qos = 0, retain = false } = options;
    await client.publishAsync(topic, Buffer.from(payload), { qos, retain }).catch((cause: unknown) => {
      throw this.#offline(cause);
    });
  }

  setFilters(filters: readonly string[]): void {
    this.#subscriptions.want(filters);
  }

  retained(filter: string): readonly MqttMessage[] {
    this.#subscriptions.refresh(filter);
    return [];
  }

  status(): TransportStatus {
    return { connected: this.#connected, clients: 0, ...(this.#why && { why: this.#why }) };
  }

  #connect(): void {
    const { host, port, secure } = this.#endpoint;
    const { clientId, username, password } = this.#options.config;
    this.#problem = undefined;
    const client = this.#openClient?.({
      ...this.#tls,
      protocol: secure ? "mqtts" : "mqtt",
      host,
      port,
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      protocolVersion: this.#version,
      ...(this.#version === 5 && { properties: { sessionExpiryInterval: SESSION_SECONDS, receiveMaximum: 65_535 } }),
      clean: false,
      resubscribe: false,
      // Each attempt is a client of its own: the hub decides when to try again, and nothing of an old connection lives on.
      reconnectPeriod: 0,
      queueQoSZero: false,
      keepalive: KEEP_ALIVE_SECONDS,
      connectTimeout: ANSWER_TIMEOUT_MS,
    });
    if (!client) return;
    this.#client = client;
    this.#secured = false;
    client.stream.once("secureConnect", () => this.#noteSecured(client));
    ackLater(client, { receive: (packet) => this.#receive(packet), onUnacknowledged: () => this.#redeliverSoon() });
    client.on("connect", (connack) => this.#came(client, connack));
    client.on("error", (error) => this.#note(client, error));
    client.on("disconnect", ({ reasonCode }) =>
      this.#note(client, { code: reasonCode, message: "disconnected by the broker" }),
    );
    client.on("close", () => void this.#went(client));
  }

  #came(client: MqttClient, { sessionPresent }: IConnackPacket): void {
    if (client !== this.#client) return;
    this.#connected = true;
    this.#connectedAt = this.#options.clock.monotonic();
    if (!sessionPresent && this.#versionKnown) this.#count("session", "lost");
    this.#versionKnown = true;
    this.#why = undefined;
    this.#options.health.ok(HEALTH);
    this.#options.log.info("Connected to the MQTT broker.", {
      url: this.#endpoint.url,
      version: this.#version,
      sessionPresent,
    });
    this.#subscriptions.connected(client, { sessionPresent, version: this.#version });
  }

  #noteSecured(client: MqttClient): void {
    if (client === this.#client) this.#secured = true;
  }

  /** The first error of an attempt is the cause; what follows are consequences. */
  #note(client: MqttClient, problem: unknown): void {
    if (client === this.#client) this.#problem ??= problem;
  }

  async #went(client: MqttClient): Promise<void> {
    if (client !== this.#client || this.#stopped) return;
    this.#client = undefined;
    const lasted = this.#connected ? this.#options.clock.monotonic() - this.#connectedAt : 0;
    const neverConnected = !this.#connected;
    this.#connected = false;
    this.#subscriptions.disconnected();
    this.#failures = lasted >= STABLE_AFTER ? 0 : this.#failures + 1;
    this.#shortLived = lasted > 0 && lasted < STABLE_AFTER ? this.#shortLived + 1 : 0;
    if (this.#shortLived >= TAKEN_OVER_AFTER) this.#problem ??= { code: TAKEN_OVER };
    void end(client, this.#options.clock);
    if (this.#renewing) {
      this.#renewing = false;
      this.#connect();
      return;
    }
    this.#count("disconnected", this.#reason());
    const retryAtOnce = neverConnected && this.#tryOtherVersion();
    await this.#explain();
    if (!this.#stopped) this.#connectAfter(retryAtOnce ? 0 : this.#delay());
  }

  /** A broker that refuses the version says so, or just closes the connection. @returns whether to try the other one now */
  #tryOtherVersion(): boolean {
    const code = codeOf(this.#problem);
    const closed = this.#problem === undefined || code === "ECONNRESET";
    if (!isVersionRefusal(code) && (this.#versionKnown || !closed)) return false;
    this.#version = this.#version === 5 ? 4 : 5;
    return this.#version === 4;
  }

  async #explain(): Promise<void> {
    const problem = this.#problem;
    const shown = isAboutCertificate(codeOf(problem)) ? await lookAtCertificate(this.#endpoint) : undefined;
    if (this.#stopped || this.#connected) return;
    const why = explainBrokerProblem(this.#endpoint, problem, { shown, secured: this.#secured });
    const isNew = this.#why?.key !== why.key;
    this.#setWhy(why);
    const details = { url: this.#endpoint.url, reason: this.#reason(), ...shown };
    if (isNew) this.#options.log.warn("No connection to the MQTT broker; trying again.", details);
  }

  #setWhy(why: Text): void {
    this.#why = why;
    this.#options.health.set(HEALTH, "failed", why);
  }

  #filtersRefused(filters: readonly string[]): void {
    if (filters.length === 0) {
      this.#why = undefined;
      this.#options.health.ok(HEALTH);
      return;
    }
    this.#why = text("broker.filters-refused", { url: this.#endpoint.url, filters: filters.join(", ").slice(0, 300) });
    this.#options.health.set(HEALTH, "degraded", this.#why);
  }

  #delay(): DurationMs {
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, this.#failures - 1));
    return (longest * (0.5 + this.#options.random.float() / 2)) as DurationMs;
  }

  #connectAfter(delay: number): void {
    this.#timer?.[Symbol.dispose]();
    if (delay === 0) this.#connect();
    else this.#timer = this.#options.clock.timer(delay as DurationMs, () => this.#connect());
  }

  /** @returns settles when the message may be acknowledged */
  async #receive(packet: IPublishPacket): Promise<void> {
    if (packet.qos === 0 && this.#qos0InFlight >= MAX_QOS0_IN_FLIGHT) return this.#count("lost", "too-many-in-work");
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const message: MqttMessage = {
      topic: packet.topic,
      payload,
      qos: packet.qos,
      retained: packet.retain,
      ...(packet.dup && { redelivered: true }),
      at: this.#options.clock.now(),
    };
    if (packet.qos > 0) {
      await this.#options.sink(message);
      this.#redeliveries = 0;
      return;
    }
    this.#qos0InFlight += 1;
    try {
      await this.#options.sink(message);
    } catch (error) {
      this.#count("lost", VatioError.from(error).code);
    } finally {
      this.#qos0InFlight -= 1;
    }
  }

  #redeliverSoon(): void {
    this.#count("unacknowledged", "not-stored");
    if (this.#redelivery || this.#stopped) return;
    const delay = Math.min(REDELIVERY_DELAY * 2 ** this.#redeliveries, LONGEST_DELAY * 5) as DurationMs;
    this.#redelivery = this.#options.clock.timer(delay, () => {
      this.#redelivery = undefined;
      this.#redeliveries += 1;
      this.#renewing = this.#connected;
      if (this.#renewing) this.#client?.stream.destroy();
    });
  }

  #offline(cause?: unknown): VatioError {
    const details = this.#why ? { why: this.#why } : undefined;
    const message = `There is no connection to the MQTT broker ${this.#endpoint.url}: ${this.#reason()}.`;
    return new VatioError("E_MQTT_OFFLINE", message, {
      retryable: true,
      ...(details && { details }),
      ...(cause !== undefined && { cause }),
    });
  }

  /** A short word for counters and the log. */
  #reason(): string {
    const code = codeOf(this.#problem);
    if (typeof code === "number") return `code-${code}`;
    return typeof code === "string" ? code : (this.#why?.key ?? "closed");
  }

  async #readTls(): Promise<TlsOptions> {
    const { tls = {} } = this.#options.config;
    const read = async (path: string | undefined, setting: string): Promise<string | undefined> =>
      path === undefined ? undefined : readSetting(path, `mqtt.tls.${setting}`);
    const ca = await read(tls.ca, "ca");
    const cert = await read(tls.cert, "cert");
    const key = await read(tls.key, "key");
    return {
      ca: [...(await systemAuthorities(this.#options.env ?? process.env)), ...(ca === undefined ? [] : [ca])],
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
    };
  }

  #count(name: string, reason: string): void {
    this.#options.counters.add("mqtt", name, reason);
  }
}

const codeOf = (problem: unknown): unknown =>
  typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;

/** Ends a client: says good-bye when it can, so that the broker keeps the session and knows that nobody is there. */
async function end(client: MqttClient, clock: HubClock): Promise<void> {
  const quiet = client.connected && Object.keys(client.outgoing).length === 0;
  const forced = clock.timer(GOOD_BYE, () => client.stream.destroy());
  await client.endAsync(!quiet).catch(() => undefined);
  forced[Symbol.dispose]();
}

async function readSetting(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new VatioError("E_CONFIG_INVALID", `${setting}: the file ${path} cannot be read.`, {
      cause,
      details: { path: setting },
    });
  }
}

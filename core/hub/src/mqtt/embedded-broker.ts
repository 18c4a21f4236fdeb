import type { Socket } from "node:net";
import { type Log, type MqttMessage, type MqttPublishOptions, VatioError } from "@vatio/plugin-api";
import { Aedes, type Client, type Subscription } from "aedes";
import type { HubClock } from "../clock.js";
import type { EmbeddedBrokerConfig } from "../config/types.js";
import type { CounterTable } from "../counters.js";
import { containFaults, guardSocket } from "./aedes-guard.js";
import { type BrokerLimits, DEFAULT_BROKER_LIMITS } from "./broker-limits.js";
import { type BrokerAddress, BrokerListeners } from "./broker-listeners.js";
import { BrokerPolicy } from "./broker-policy.js";
import { ClientSession } from "./client-session.js";
import { type Admission, ConnectionGate } from "./connection-gate.js";
import type { MqttCredentials } from "./mqtt-credentials.js";
import { type Refusal, RefusalLog } from "./refusal-log.js";
import type { RetainedMessages } from "./retained-messages.js";
import { SessionStore } from "./session-store.js";
import { isReserved, topicProblem } from "./topic-filter.js";
import type { MessageSink, MqttTransport, TransportStatus } from "./types.js";

export interface EmbeddedBrokerOptions {
  readonly config: EmbeddedBrokerConfig;
  /** Address to bind. */
  readonly bind: string;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: Log;
  readonly credentials: MqttCredentials;
  readonly retained: RetainedMessages;
  readonly sink: MessageSink;
  readonly limits?: BrokerLimits;
}

/** Dead peers are found by the system when a client asked for no keep-alive of its own. */
const TCP_KEEP_ALIVE_MS = 60_000;

/**
 * The broker inside the hub (aedes).
 *
 * A QoS 1 message is acknowledged (PUBACK), and a QoS 2 one received (PUBREC), when the sink has fulfilled. When the sink rejects, nothing
 * was stored: the connection is closed without an answer, because an MQTT 3.1.1 client repeats a message only after it has connected
 * again. QoS 0 goes the same way, best effort. Messages of one client reach the sink in the order in which it sent them.
 */
export class EmbeddedBroker implements MqttTransport {
  readonly kind = "embedded";
  readonly #options: EmbeddedBrokerOptions;
  readonly #limits: BrokerLimits;
  readonly #gate: ConnectionGate;
  readonly #refusals: RefusalLog;
  readonly #sessionOf = new WeakMap<Client, ClientSession>();
  readonly #clients = new Set<Client>();
  /** Ids, as the broker knows them, of clients that have been let in. */
  readonly #connected = new Set<string>();
  readonly #policy: BrokerPolicy;
  readonly #listeners: BrokerListeners;
  readonly #broker: Aedes;
  #address: BrokerAddress | undefined;
  #rightsWatch: Disposable | undefined;

  constructor(options: EmbeddedBrokerOptions) {
    const { clock, counters, log, retained, config, bind } = options;
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_BROKER_LIMITS;
    this.#gate = new ConnectionGate(clock, this.#limits.gate);
    this.#refusals = new RefusalLog(clock, log);
    const sessions = new SessionStore({ clock, counters, retained, isConnected: (id) => this.#connected.has(id) });
    this.#policy = new BrokerPolicy({
      ...options,
      limits: this.#limits,
      gate: this.#gate,
      refusals: this.#refusals,
      sessions,
      sessionOf: (client) => this.#sessionOf.get(client),
    });
    this.#broker = this.#newBroker(sessions);
    this.#listeners = new BrokerListeners({
      config,
      bind,
      counters,
      maxConnections: this.#limits.clients,
      gate: this.#gate,
      onSocket: (socket, admission) => this.#accept(socket, admission),
    });
  }

  async start(): Promise<void> {
    await this.#options.retained.load();
    await this.#broker.listen();
    this.#rightsWatch = this.#options.credentials.onChange((removed) => this.#cutOff(removed));
    try {
      this.#address = await this.#listeners.open();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#options.log.info("The MQTT broker listens.", { ...this.#address });
  }

  async stop(): Promise<void> {
    this.#policy.stopping = true;
    this.#rightsWatch?.[Symbol.dispose]();
    await new Promise<void>((done) => this.#broker.close(() => done()));
    await this.#listeners.close();
    this.#address = undefined;
    await this.#options.retained.close();
  }

  /** Where it listens; undefined before it is started. */
  get address(): BrokerAddress | undefined {
    return this.#address;
  }

  async publish(topic: string, payload: Uint8Array | string, options: MqttPublishOptions = {}): Promise<void> {
    const problem = isReserved(topic) ? "reserved" : topicProblem(topic);
    if (problem) throw new VatioError("E_TOPIC_INVALID", `A message cannot be published on "${topic}" (${problem}).`);
    if (!this.#address) throw new VatioError("E_MQTT_OFFLINE", "The MQTT broker does not run.", { retryable: true });
    const { qos = 0, retain = false } = options;
    const content = Buffer.from(payload);
    const message: MqttMessage = { topic, payload: content, qos, retained: false, at: this.#options.clock.now() };
    if (retain && !this.#options.retained.hasRoom(message)) {
      throw new VatioError(
        "E_RETAINED_FULL",
        "No more messages can be retained: remove some by publishing empty ones.",
      );
    }
    this.#broker.publish({ cmd: "publish", topic, payload: content, qos, retain, dup: false }, (error) => {
      if (error) this.#count("publish-failed", "broker");
    });
    // Plugins hear each other here as they do through an external broker. Nobody waits for it: the handler that publishes may itself be
    // what the next message of this topic waits for.
    this.#options
      .sink(message, { own: true })
      .catch((error: unknown) => this.#count("lost", VatioError.from(error).code));
    if (retain && qos > 0) await this.#options.retained.keep(message);
  }

  /** Nothing to do: every message comes through the hub. */
  setFilters(): void {}

  retained(filter: string): readonly MqttMessage[] {
    return [...this.#options.retained.matching(filter)].map((message) => ({ ...message, retained: true }));
  }

  status(): TransportStatus {
    return { connected: this.#address !== undefined, clients: this.#connected.size };
  }

  /** The latest connections that were refused, newest first. */
  refusals(): readonly Refusal[] {
    return this.#refusals.list();
  }

  #newBroker(persistence: SessionStore): Aedes {
    const { preConnect, authenticate, authorizePublish, authorizeSubscribe, authorizeForward } = this.#policy;
    const broker = new Aedes({
      id: "vatio",
      persistence,
      preConnect,
      authenticate,
      authorizePublish,
      authorizeSubscribe,
      authorizeForward,
      // 0: no common limit, which one client that does not read would use up for all.
      concurrency: 0,
      connectTimeout: 10_000,
      drainTimeout: 10_000,
      // Packets that may follow CONNECT before it is answered; one read of the socket holds no more than that.
      queueLimit: 2_000,
      // Only their ids are kept, so a client that sends many at once need not be cut off.
      maxInflightInbound: 20_000,
      maxClientsIdLength: 1_024,
    });
    broker.on("error" as "closed", () => this.#count("fault", "broker"));
    broker.on("connectionError", (_client, error) => this.#count("connection-closed", reasonOf(error)));
    broker.on("clientError", (_client, error) => this.#count("connection-closed", reasonOf(error)));
    broker.on("clientReady", (client) => this.#connected.add(client.id));
    broker.on("clientDisconnect", (client) => this.#connected.delete(client.id));
    broker.on("unsubscribe", (filters, client) => this.#unsubscribed(filters, client));
    broker.on("subscribe", (granted, client) => this.#subscribed(granted, client));
    return broker;
  }

  #accept(socket: Socket, admission: Admission): void {
    const session = new ClientSession(this.#options.clock, this.#limits, admission);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    guardSocket(socket, session.guard, (problem) => this.#count("connection-closed", problem));
    const client = this.#broker.handle(socket);
    containFaults(client, socket, (fault) => {
      this.#count("fault", "client");
      this.#options.log.error("A client's packet could not be handled.", {
        address: admission.address,
        fault: String(fault),
      });
    });
    this.#sessionOf.set(client, session);
    this.#clients.add(client);
    socket.once("close", () => this.#clients.delete(client));
  }

  #subscribed(granted: readonly Subscription[], client: Client): void {
    this.#options.log.debug("An MQTT client subscribed.", {
      client: this.#sessionOf.get(client)?.clientId,
      filters: granted.map(({ topic }) => topic),
    });
  }

  #unsubscribed(filters: readonly string[], client: Client): void {
    for (const filter of filters) this.#sessionOf.get(client)?.filters.delete(filter);
  }

  #cutOff(credential: string | undefined): void {
    if (credential === undefined) return;
    for (const client of this.#clients) {
      if (this.#sessionOf.get(client)?.credential?.id === credential) client.close();
    }
  }

  #count(name: string, reason: string): void {
    this.#options.counters.add("mqtt", name, reason);
  }
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/bad user name/, "wrong-password"],
  [/not stored/, "not-stored"],
  [/keep alive/, "keep-alive"],
  [/did not arrive in time/, "no-connect"],
  [/connection closed|ECONNRESET|EPIPE|premature/i, "gone"],
  [/drain timeout/, "does-not-read"],
  [/queue limit|maxInflight/i, "queue-limit"],
  [/protocol version/i, "protocol-version"],
];

/** A short reason: messages of libraries may hold what a client sent. */
const reasonOf = (error: Error): string => REASONS.find(([pattern]) => pattern.test(error.message))?.[1] ?? "malformed";

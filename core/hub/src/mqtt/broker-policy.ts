import { type Log, type MqttMessage, VatioError } from "@vatio/plugin-api";
import type { AedesPublishPacket, Client, ConnectPacket, PublishPacket, Subscription } from "aedes";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { isWill } from "./aedes-guard.js";
import type { BrokerLimits } from "./broker-limits.js";
import type { ClientSession } from "./client-session.js";
import type { ConnectionGate } from "./connection-gate.js";
import type { MqttCredentials } from "./mqtt-credentials.js";
import type { RefusalLog } from "./refusal-log.js";
import type { RetainedMessages } from "./retained-messages.js";
import type { SessionStore } from "./session-store.js";
import { filterProblem, topicProblem } from "./topic-filter.js";
import type { MessageSink } from "./types.js";

export interface BrokerPolicyOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: Log;
  readonly limits: BrokerLimits;
  readonly credentials: MqttCredentials;
  readonly gate: ConnectionGate;
  readonly refusals: RefusalLog;
  readonly retained: RetainedMessages;
  readonly sessions: SessionStore;
  readonly sink: MessageSink;
  readonly sessionOf: (client: Client) => ClientSession | undefined;
}

/** What becomes of a published message: handed on and acknowledged; acknowledged only; or its connection closed without acknowledgement. */
type Verdict = "forward" | "swallow" | "close";

type Done = (error?: Error | null) => void;

/** Takes the verdict, once. A call and not a promise: each promise of a message costs more than the rest of its way. */
type Answer = (verdict: Verdict) => void;

interface Publish {
  readonly client: Client | null;
  readonly packet: PublishPacket;
  /** It is the last will of the client. */
  readonly will: boolean;
}

const MAX_CLIENT_ID = 256;
/** Where refused messages go: nobody can subscribe to it. */
const NOWHERE = "$SYS/refused";
/** Return code of CONNACK (MQTT 3.1.1 section 3.2.2.3). */
const BAD_LOGIN = 4;

/** What the embedded broker lets its clients do, and when it acknowledges: the hooks of aedes. */
export class BrokerPolicy {
  /** Set when the hub stops: wills of clients that lose their connection by that are not published. */
  stopping = false;
  readonly #options: BrokerPolicyOptions;

  constructor(options: BrokerPolicyOptions) {
    this.#options = options;
  }

  /**
   * Puts the user name in front of the client id, so that nobody can take over the session of a client of another credential by calling
   * itself like it.
   */
  readonly preConnect = (
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, ok: boolean) => void,
  ): void => {
    const session = this.#options.sessionOf(client);
    const { clientId } = packet;
    if (
      !session ||
      clientId.length > MAX_CLIENT_ID ||
      (clientId !== "" && topicProblem(clientId) === "control-character")
    ) {
      this.#count("connection-refused", "client-id");
      done(new Error("client id refused"), false);
      return;
    }
    session.clientId = clientId;
    session.username = packet.username ?? "";
    if (clientId !== "") packet.clientId = `${session.username}/${clientId}`;
    done(null, true);
  };

  readonly authenticate = (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: (Error & { returnCode: number }) | null, ok: boolean | null) => void,
  ): void => {
    const session = this.#options.sessionOf(client);
    const credential =
      username === undefined || password === undefined
        ? undefined
        : this.#options.credentials.verify(username, Buffer.from(password).toString("utf8"));
    if (session && credential) {
      session.authenticated(credential);
      done(null, true);
      return;
    }
    const { address } = session?.admission ?? { address: "unknown" };
    const answer = this.#options.gate.failed(address);
    const wrong = password === undefined ? "no-password" : "wrong-password";
    this.#count("connection-refused", answer ? wrong : "password-rate");
    const reason = answer ? wrong : "cut-off";
    this.#options.refusals.add({ address, username: username ?? "", clientId: session?.clientId ?? "", reason });
    if (answer) done(Object.assign(new Error("bad user name or password"), { returnCode: BAD_LOGIN }), null);
    else client.conn.destroy();
  };

  /** Runs before aedes acknowledges, which is why the hub does its work here. */
  readonly authorizePublish = (client: Client | null, packet: PublishPacket, done: Done): void => {
    // Asked now: aedes forgets the will as soon as this returns.
    const will = client !== null && isWill(client, packet);
    this.#decide({ client, packet, will }, (verdict) => {
      try {
        settle(verdict, packet, done);
      } catch (error) {
        this.#fault(client, error);
      }
    });
  };

  readonly authorizeSubscribe = (
    client: Client,
    subscription: Subscription,
    done: (error: Error | null, granted?: Subscription | null) => void,
  ): void => {
    const session = this.#options.sessionOf(client);
    const refusal = this.#subscribeRefusal(session, subscription.topic);
    if (refusal) {
      this.#refused("subscribe-refused", refusal, session, subscription.topic);
      done(null, null);
      return;
    }
    session?.filters.add(subscription.topic);
    const turn = session?.pace();
    if (turn === undefined) {
      done(null, subscription);
      return;
    }
    turn.then(() => done(null, subscription)).catch((error: unknown) => this.#fault(client, error));
  };

  /** Asked for each message and subscriber: rights may have changed since it subscribed. */
  readonly authorizeForward = (client: Client, packet: AedesPublishPacket): AedesPublishPacket | null => {
    const session = this.#options.sessionOf(client);
    if (!session?.credential || !this.#options.credentials.rights(session.credential.id).mayReceive(packet.topic))
      return null;
    if (client.conn.writableLength <= this.#options.limits.outgoing) return packet;
    this.#count("client-cut-off", "does-not-read");
    client.conn.destroy();
    return null;
  };

  #decide({ client, packet, will }: Publish, answer: Answer): void {
    const session = client ? this.#options.sessionOf(client) : undefined;
    if (!client || !session?.credential || this.stopping) {
      answer("close");
      return;
    }
    const refusal = this.#publishRefusal(session, packet);
    if (refusal) {
      this.#refused("publish-refused", refusal, session, packet.topic);
      answer("swallow");
      return;
    }
    // aedes answers the repetition of a QoS 2 message itself; it must not reach the plugins twice.
    if (packet.qos === 2 && this.#options.sessions.hasIncoming(client.id, packet.messageId)) answer("forward");
    else this.#inTurn(session, () => this.#take(session, { client, packet, will }, answer));
  }

  /** A client that sends faster than it may waits. */
  #inTurn(session: ClientSession, take: () => void): void {
    const turn = session.pace();
    if (turn === undefined) {
      take();
      return;
    }
    this.#count("slowed", "client-rate");
    turn.then(take).catch((error: unknown) => this.#options.log.error("A turn failed.", { error: String(error) }));
  }

  #take(session: ClientSession, { packet, will }: Publish, answer: Answer): void {
    const message = this.#message(session, packet);
    if (packet.retain && !this.#options.retained.hasRoom(message, session.credential?.kind === "onboarding"))
      packet.retain = false;
    const isFree = packet.qos === 0 && session.inFlight < this.#options.limits.inFlight;
    session.inFlight += 1;
    const ended = (isStored: boolean): void => {
      session.inFlight -= 1;
      if (!isFree) answer(isStored || packet.qos === 0 || will ? "forward" : "close");
    };
    const failed = (error: unknown): void => {
      this.#count(message.qos === 0 ? "lost" : "unacknowledged", VatioError.from(error).code);
      ended(false);
    };
    this.#store(message, packet.retain).then(() => ended(true), failed);
    if (isFree) answer("forward");
  }

  #store(message: MqttMessage, retain: boolean): Promise<unknown> {
    try {
      const stored = this.#options.sink(message);
      return retain && message.qos > 0 ? Promise.all([stored, this.#options.retained.keep(message)]) : stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #message(session: ClientSession, packet: PublishPacket): MqttMessage {
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const at = this.#options.clock.now();
    const message = { topic: packet.topic, payload, qos: packet.qos, retained: false, at, client: session.clientId };
    return packet.dup ? { ...message, redelivered: true } : message;
  }

  #publishRefusal(session: ClientSession, packet: PublishPacket): string | undefined {
    const problem = topicProblem(packet.topic);
    if (problem) return problem;
    if (packet.payload.length > session.maxPayload) return "payload-too-large";
    return this.#rightsOf(session)?.mayPublish(packet.topic) ? undefined : "rights";
  }

  #subscribeRefusal(session: ClientSession | undefined, filter: string): string | undefined {
    const problem = filterProblem(filter);
    if (problem) return problem;
    if (session && session.filters.size >= this.#options.limits.subscriptions && !session.filters.has(filter))
      return "too-many";
    return session && this.#rightsOf(session)?.maySubscribe(filter) ? undefined : "rights";
  }

  #rightsOf({ credential }: ClientSession): ReturnType<MqttCredentials["rights"]> | undefined {
    return credential && this.#options.credentials.rights(credential.id);
  }

  #refused(name: string, reason: string, session: ClientSession | undefined, topic: string): void {
    this.#count(name, reason);
    this.#options.log.debug("An MQTT client may not do that.", {
      what: name,
      reason,
      username: session?.username,
      client: session?.clientId,
      topic: topic.slice(0, 200),
    });
  }

  /** aedes threw while it was answered: the client goes, not the process. */
  #fault(client: Client | null, error: unknown): void {
    this.#count("fault", "answer");
    this.#options.log.error("An MQTT client could not be answered.", { error: String(error) });
    client?.conn.destroy();
  }

  #count(name: string, reason: string): void {
    this.#options.counters.add("mqtt", name, reason);
  }
}

/**
 * Answers aedes. A message that is refused is acknowledged all the same, and goes nowhere: MQTT 3.1.1 knows no other answer than closing
 * the connection (section 3.3.5), and a device with one wrong topic would then never get to send the right ones.
 */
function settle(verdict: Verdict, packet: PublishPacket, done: Done): void {
  if (verdict === "close") {
    done(new Error("not stored"));
    return;
  }
  if (verdict === "swallow") {
    packet.topic = NOWHERE;
    packet.payload = Buffer.alloc(0);
    packet.retain = false;
  }
  done(null);
}

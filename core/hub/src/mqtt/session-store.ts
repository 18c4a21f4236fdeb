import { Readable } from "node:stream";
import { hours, type Instant } from "@vatio/plugin-api";
import type { AedesPublishPacket, Subscription } from "aedes";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { FilterTrie } from "./filter-trie.js";
import type { RetainedMessages } from "./retained-messages.js";

/** What a session is known by. */
interface SessionOwner {
  readonly id: string;
}

/** A packet with the number that the broker gave it; a `pubrel` has no content. */
interface OutgoingPacket {
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  readonly payload?: string | Buffer;
  messageId?: number | undefined;
}

interface Queued {
  packet: OutgoingPacket;
  readonly bytes: number;
}

interface WillPacket {
  brokerId?: string;
  clientId?: string;
}

interface Session {
  readonly subscriptions: Map<string, Subscription>;
  readonly queue: Queued[];
  queuedBytes: number;
  /** Packet ids of QoS 2 messages that wait for their release. */
  readonly incoming: Set<number>;
  touchedAt: Instant;
}

/** Bounds of the sessions that outlive a connection. */
export interface SessionLimits {
  readonly sessions: number;
  /** Per session, while its client is away or slow to acknowledge. */
  readonly messages: number;
  readonly bytes: number;
}

export interface SessionStoreOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly retained: RetainedMessages;
  /** Whether a client is connected. */
  readonly isConnected: (clientId: string) => boolean;
  readonly limits?: SessionLimits;
}

const DEFAULT_LIMITS: SessionLimits = { sessions: 2_000, messages: 1_000, bytes: 1024 * 1024 };
const KEEP_OFFLINE = hours(24);

/**
 * The persistence of the embedded broker, with bounds everywhere (that of aedes itself has none).
 *
 * Retained messages are durable. Sessions and the messages queued in them live in memory only, for a day at most: what the hub sends to a
 * device is a command, and one that arrives after the hub restarted is worse than one that is lost. After a restart a device is told that
 * its session is gone and subscribes again, as the protocol provides. Telemetry never passes through here.
 */
export class SessionStore {
  readonly #clock: HubClock;
  readonly #counters: CounterTable;
  readonly #retained: RetainedMessages;
  readonly #isConnected: (clientId: string) => boolean;
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Session>();
  readonly #subscribers = new FilterTrie<string>();
  readonly #wills = new Map<string, WillPacket>();
  #brokerId = "";

  constructor({ clock, counters, retained, isConnected, limits }: SessionStoreOptions) {
    this.#clock = clock;
    this.#counters = counters;
    this.#retained = retained;
    this.#isConnected = isConnected;
    this.#limits = limits ?? DEFAULT_LIMITS;
  }

  async setup(broker: { readonly id: string }): Promise<void> {
    this.#brokerId = broker.id;
  }

  // Retained messages

  /** What is to be acknowledged was kept, durably, before aedes came here. */
  async storeRetained(packet: AedesPublishPacket): Promise<void> {
    if (packet.qos > 0) return;
    const payload = Buffer.from(packet.payload);
    this.#retained.keepSoon({ topic: packet.topic, payload, qos: packet.qos, at: this.#clock.now() });
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return Readable.from(this.#retainedPackets(filters));
  }

  *#retainedPackets(filters: readonly string[]): Generator<object> {
    for (const filter of filters) {
      for (const { topic, payload, qos } of this.#retained.matching(filter)) {
        yield { cmd: "publish", topic, payload: Buffer.from(payload), qos, retain: true };
      }
    }
  }

  // Subscriptions of sessions that outlive their connection

  async addSubscriptions(owner: SessionOwner, subscriptions: readonly Subscription[]): Promise<void> {
    const session = this.#session(owner.id);
    for (const subscription of subscriptions) {
      session.subscriptions.set(subscription.topic, { ...subscription });
      if (subscription.qos > 0) this.#subscribers.add(subscription.topic, owner.id);
      else this.#subscribers.delete(subscription.topic, owner.id);
    }
  }

  async removeSubscriptions(owner: SessionOwner, filters: readonly string[]): Promise<void> {
    const session = this.#sessions.get(owner.id);
    for (const filter of filters) {
      session?.subscriptions.delete(filter);
      this.#subscribers.delete(filter, owner.id);
    }
  }

  async subscriptionsByClient(owner: SessionOwner): Promise<Subscription[]> {
    const session = this.#sessions.get(owner.id);
    if (session) session.touchedAt = this.#clock.now();
    return [...(session?.subscriptions.values() ?? [])];
  }

  async subscriptionsByTopic(topic: string): Promise<{ clientId: string; topic: string }[]> {
    return [...this.#subscribers.match(topic)].map((clientId) => ({ clientId, topic }));
  }

  async cleanSubscriptions(owner: SessionOwner): Promise<void> {
    this.#forget(owner.id);
  }

  // Messages on their way to clients

  async outgoingEnqueue({ clientId }: { readonly clientId: string }, packet: OutgoingPacket): Promise<void> {
    const session = this.#sessions.get(clientId);
    if (!session) return;
    const bytes = packet.payload?.length ?? 0;
    if (session.queue.length >= this.#limits.messages || session.queuedBytes + bytes > this.#limits.bytes) {
      this.#counters.add("mqtt", "session-queue-dropped", this.#isConnected(clientId) ? "slow" : "offline");
      return;
    }
    session.queue.push({ packet: { ...packet, messageId: undefined }, bytes });
    session.queuedBytes += bytes;
  }

  async outgoingEnqueueCombi(owners: readonly { readonly clientId: string }[], packet: OutgoingPacket): Promise<void> {
    for (const owner of owners) await this.outgoingEnqueue(owner, packet);
  }

  /** Notes the packet id that a queued message got, or that it was released. What was dropped for lack of room is not there: no error. */
  async outgoingUpdate(owner: SessionOwner, packet: OutgoingPacket): Promise<void> {
    const queue = this.#sessions.get(owner.id)?.queue ?? [];
    const { brokerId, brokerCounter, messageId } = packet;
    const sent = queue.find(
      ({ packet: old }) => brokerId !== undefined && old.brokerId === brokerId && old.brokerCounter === brokerCounter,
    );
    if (sent) {
      sent.packet.messageId = messageId;
      return;
    }
    const released = queue.find((entry) => entry.packet.brokerId !== brokerId && entry.packet.messageId === messageId);
    if (released) released.packet = packet;
  }

  async outgoingClearMessageId(
    owner: SessionOwner,
    { messageId }: OutgoingPacket,
  ): Promise<OutgoingPacket | undefined> {
    const session = this.#sessions.get(owner.id);
    const at = session?.queue.findIndex(({ packet }) => packet.messageId === messageId) ?? -1;
    const [cleared] = at >= 0 ? (session?.queue.splice(at, 1) ?? []) : [];
    if (session && cleared) session.queuedBytes -= cleared.bytes;
    return cleared?.packet;
  }

  outgoingStream(owner: SessionOwner): Readable {
    return Readable.from((this.#sessions.get(owner.id)?.queue ?? []).map(({ packet }) => packet));
  }

  // QoS 2 messages from clients: their content is with the hub already, only the packet id matters

  async incomingStorePacket(owner: SessionOwner, packet: { readonly messageId?: number }): Promise<void> {
    this.#session(owner.id).incoming.add(packet.messageId ?? 0);
  }

  async incomingGetPacket<T extends { readonly messageId?: number }>(owner: SessionOwner, packet: T): Promise<T> {
    if (!this.hasIncoming(owner.id, packet.messageId)) throw new Error("no such packet");
    return packet;
  }

  async incomingDelPacket(owner: SessionOwner, packet: { readonly messageId?: number }): Promise<void> {
    if (!this.#sessions.get(owner.id)?.incoming.delete(packet.messageId ?? 0)) throw new Error("no such packet");
  }

  async cleanIncoming(owner: SessionOwner): Promise<void> {
    const session = this.#sessions.get(owner.id);
    session?.incoming.clear();
    if (session?.subscriptions.size === 0 && session.queue.length === 0) this.#sessions.delete(owner.id);
  }

  /** Whether a QoS 2 message of a client has come before and was not released yet. */
  hasIncoming(clientId: string, messageId: number | undefined): boolean {
    return this.#sessions.get(clientId)?.incoming.has(messageId ?? 0) ?? false;
  }

  // Wills

  async putWill(owner: SessionOwner, packet: WillPacket): Promise<void> {
    packet.brokerId = this.#brokerId;
    packet.clientId = owner.id;
    this.#wills.set(owner.id, packet);
  }

  async getWill(owner: SessionOwner): Promise<WillPacket | undefined> {
    return this.#wills.get(owner.id);
  }

  async delWill(owner: SessionOwner): Promise<WillPacket | undefined> {
    const will = this.#wills.get(owner.id);
    this.#wills.delete(owner.id);
    return will;
  }

  /** Wills of brokers that died; there is one broker only, and it publishes its clients' wills itself. */
  streamWill(): Readable {
    return Readable.from([]);
  }

  // Room

  #session(id: string): Session {
    let session = this.#sessions.get(id);
    if (!session) {
      this.#makeRoom();
      session = {
        subscriptions: new Map(),
        queue: [],
        queuedBytes: 0,
        incoming: new Set(),
        touchedAt: this.#clock.now(),
      };
      this.#sessions.set(id, session);
    }
    session.touchedAt = this.#clock.now();
    return session;
  }

  #makeRoom(): void {
    const old = this.#clock.now() - KEEP_OFFLINE;
    for (const [id, session] of this.#sessions) {
      if (session.touchedAt < old && !this.#isConnected(id)) this.#drop(id, "expired");
    }
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size < this.#limits.sessions) return;
      if (!this.#isConnected(id)) this.#drop(id, "full");
    }
  }

  #drop(id: string, reason: string): void {
    this.#counters.add("mqtt", "session-dropped", reason);
    this.#forget(id);
  }

  #forget(id: string): void {
    for (const filter of this.#sessions.get(id)?.subscriptions.keys() ?? []) this.#subscribers.delete(filter, id);
    this.#sessions.delete(id);
  }
}

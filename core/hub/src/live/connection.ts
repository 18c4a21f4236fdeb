import { type Actor, VatioError, type VatioEvent } from "@vatio/plugin-api";
import { type Authorizer, HUB } from "../auth/types.js";
import { badPaths, inputInvalid } from "../bad-paths.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { type LastDto, LiveClientFrame } from "../http/dto.js";
import { parseJson } from "../http/input/json-input.js";
import type { LogLine } from "../log/types.js";
import { isEventPattern, visibleEvent } from "./event-access.js";
import { Outbox } from "./outbox.js";
import type { Rows } from "./rows.js";
import { type Subscription, Subscriptions } from "./subscriptions.js";
import { TokenBucket } from "./token-bucket.js";
import { CLOSE, type LiveTransport } from "./transport.js";

/** What one client may send. */
export const CONNECTION_LIMITS = {
  /** Characters of a frame: 500 ids of the longest kind fit. */
  frameLength: 320 * 1024,
  framesPerSecond: 50,
  /** A page that comes back repeats everything at once. */
  frameBurst: 600,
} as const;

/** What a connection needs of the hub. */
export interface ConnectionHub {
  readonly clock: HubClock;
  readonly authorizer: Authorizer;
  readonly counters: CounterTable;
  readonly version: string;
  /** Whether the actor may read a point or channel that exists. */
  mayRead(actor: Actor, target: string): boolean;
  last(targets: Iterable<string>): LastDto;
  /** The connection wants readings of a target, or no longer. */
  watch(connection: LiveConnection, target: string, on: boolean): void;
}

type SubscribeFrame = Extract<LiveClientFrame, { type: "subscribe" }>;

export interface ConnectionOptions {
  readonly actor: Actor;
  readonly transport: LiveTransport;
  readonly hub: ConnectionHub;
}

/** One client of the live stream: its subscriptions, and what of them it may see. */
export class LiveConnection implements Disposable {
  readonly #actor: Actor;
  readonly #transport: LiveTransport;
  readonly #hub: ConnectionHub;
  readonly #outbox: Outbox;
  readonly #bucket: TokenBucket;
  readonly #subscriptions = new Subscriptions();

  constructor({ actor, transport, hub }: ConnectionOptions) {
    this.#actor = actor;
    this.#transport = transport;
    this.#hub = hub;
    this.#outbox = new Outbox({
      transport,
      clock: hub.clock,
      onDropped: (count) => hub.counters.add("live", "dropped", "slow-client", count),
    });
    this.#bucket = new TokenBucket({
      clock: hub.clock,
      perSecond: CONNECTION_LIMITS.framesPerSecond,
      burst: CONNECTION_LIMITS.frameBurst,
    });
    this.#outbox.send({ type: "hello", now: hub.clock.now(), version: hub.version });
  }

  /** Takes a frame of the client. Whatever it holds, the hub goes on. */
  receive(text: string): void {
    if (!this.#bucket.take()) this.#refuse(CLOSE.policy, "too-many-frames");
    else if (text.length > CONNECTION_LIMITS.frameLength) this.#refuse(CLOSE.tooBig, "frame-too-large");
    else if (this.#outbox.overfull) this.#hub.counters.add("live", "refused", "slow-client");
    else this.#take(text);
  }

  /** Binary frames have no meaning here. */
  receiveBinary(): void {
    this.#refuse(CLOSE.unsupported, "binary-frame");
  }

  readings(target: string, rows: Rows): void {
    this.#outbox.readings(target, rows);
  }

  event(event: VatioEvent): void {
    if (!this.#subscriptions.wantsEvent(event.type)) return;
    const visible = visibleEvent(event, this.#actor, this.#hub.authorizer);
    if (!visible) return;
    const { type, payload, at, source } = visible;
    this.#outbox.event({ type: "event", event: { type, payload, at, source } });
  }

  log(line: LogLine): void {
    if (this.#subscriptions.wantsLog(line.level)) this.#outbox.log({ type: "log", line: { ...line } });
  }

  /** Rights may have changed since the subscription: what is no longer allowed ends. */
  recheck(): void {
    const mayAdminister = this.#hub.authorizer.can(this.#actor, "administer", HUB);
    for (const [id, subscription] of this.#subscriptions.entries()) {
      const targets = new Set([...subscription.targets].filter((target) => this.#hub.mayRead(this.#actor, target)));
      this.#replace(id, { ...subscription, targets, logs: mayAdminister ? subscription.logs : undefined });
    }
  }

  [Symbol.dispose](): void {
    for (const [id] of this.#subscriptions.entries()) this.#replace(id, undefined);
    this.#outbox[Symbol.dispose]();
  }

  #take(text: string): void {
    let id: number | undefined;
    try {
      const frame = parseFrame(text);
      if (frame.type === "subscribe") id = frame.id;
      this.#handle(frame);
    } catch (error) {
      this.#answerError(error, id);
    }
  }

  #handle(frame: LiveClientFrame): void {
    if (frame.type === "subscribe") this.#subscribe(frame);
    else if (frame.type === "unsubscribe") this.#replace(frame.id, undefined);
    else this.#outbox.send({ type: "pong", now: this.#hub.clock.now() });
  }

  #subscribe(frame: SubscribeFrame): void {
    const subscription = this.#admit(frame);
    this.#replace(frame.id, subscription);
    // What waits for these targets goes first: the snapshot holds it already.
    this.#outbox.settle(subscription.targets);
    this.#outbox.send({
      type: "snapshot",
      id: frame.id,
      now: this.#hub.clock.now(),
      last: this.#hub.last(subscription.targets),
    });
  }

  #admit({ id, targets = [], events = [], logs }: SubscribeFrame): Subscription {
    this.#subscriptions.requireRoom(id, targets.length, events.length);
    if (!events.every(isEventPattern))
      throw inputInvalid("The frame", [{ path: "/events", problem: "must be names, `prefix.*` or `*`" }]);
    if (logs !== undefined) this.#hub.authorizer.require(this.#actor, "administer", HUB);
    const readable = new Set(targets.filter((target) => this.#hub.mayRead(this.#actor, target)));
    const others = targets.filter((target) => !readable.has(target));
    if (others.length > 0) this.#answerError(unknownTargets(others), id);
    return { targets: readable, events, logs };
  }

  #replace(id: number, subscription: Subscription | undefined): void {
    const { begun, ended } = this.#subscriptions.replace(id, subscription);
    for (const target of begun) this.#hub.watch(this, target, true);
    for (const target of ended) {
      this.#hub.watch(this, target, false);
      this.#outbox.forget(target);
    }
  }

  #answerError(error: unknown, id?: number): void {
    const { code, message, details } = VatioError.from(error);
    this.#hub.counters.add("live", "refused", code);
    const base = code === "E_INTERNAL" ? { code, message: "The hub could not take this frame." } : { code, message };
    this.#outbox.send({
      type: "error",
      ...(id === undefined ? {} : { id }),
      error: details === undefined ? base : { ...base, details },
    });
  }

  #refuse(code: number, reason: string): void {
    this.#hub.counters.add("live", "refused", reason);
    this.#transport.close(code, reason);
  }
}

function parseFrame(text: string): LiveClientFrame {
  const frame = parseJson(text);
  const problems = badPaths(LiveClientFrame, frame);
  if (problems.length > 0) throw inputInvalid("The frame", problems);
  return frame as LiveClientFrame;
}

/** One error for what does not exist and for what may not be seen: which of both is nobody's business. */
const unknownTargets = (targets: readonly string[]): VatioError =>
  new VatioError("E_TARGET_UNKNOWN", "Some targets are not known, or not yours to see; the others are subscribed.", {
    details: { targets },
  });

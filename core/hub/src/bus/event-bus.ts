import {
  type EventBus,
  type EventDeclaration,
  type EventHandler,
  type EventPattern,
  type EventType,
  type PluginId,
  type SubscribeOptions,
  VatioError,
  type VatioEvent,
  type VatioEvents,
} from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { deepFreeze } from "./deep-freeze.js";
import { type DeclaredEvent, EventTypes } from "./event-types.js";
import { hopsOfNext, MAX_HOPS, withHops } from "./hops.js";
import { Mailbox } from "./mailbox.js";
import type { Party } from "./party.js";
import { patternsOf } from "./patterns.js";
import { RetainedEvents } from "./retained.js";

/** Events that may wait for a subscriber that names no capacity. */
export const DEFAULT_CAPACITY = 1024;

const REMOVED = ".removed";

/** What the event bus is built from. */
export interface EventBusOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  /** What the hub's own handlers throw, and notes about deprecated names. */
  readonly warn: (message: string, fields: object) => void;
  /** Development and tests: every payload is validated, must be structured-cloneable, and is frozen. */
  readonly strict?: boolean;
}

/** How an event is published. */
export interface PublishOptions {
  /** The payload comes from outside of this thread and is validated. */
  readonly untrusted?: boolean;
}

/** A handler as the bus calls it. */
export type AnyEventHandler = (event: VatioEvent, signal: AbortSignal) => void | Promise<void>;

/** The event plane of the hub. */
export interface HubEvents {
  /** The bus in the hub's own name. */
  readonly hub: EventBus;
  /** @throws E_EVENT_CONFLICT */
  declare(owner: PluginId, events: Readonly<Record<string, EventDeclaration>>): Disposable;
  /** @throws E_EVENT_UNKNOWN, E_EVENT_INVALID, E_EVENT_LOOP */
  publish(party: Party, type: string, payload: unknown, options?: PublishOptions): void;
  subscribe(party: Party, pattern: string, handler: AnyEventHandler, options?: SubscribeOptions): Disposable;
  /** The old name of an event stands for the new one; each party that still uses it is warned once. */
  deprecate(from: string, to: string): void;
}

interface Envelope {
  readonly event: VatioEvent;
  readonly hops: number;
  /** Names what the event is about, for `latest-per-key`. */
  readonly key: string;
}

/** Makes the event plane. */
export const createEventBus = (options: EventBusOptions): HubEvents => new HubEventBus(options);

class HubEventBus implements HubEvents {
  readonly hub: EventBus;
  readonly #options: EventBusOptions;
  readonly #types = new EventTypes();
  readonly #retained = new RetainedEvents();
  readonly #subscribers = new Map<string, Set<Mailbox<Envelope>>>();
  readonly #warned = new Set<string>();
  #seq = 0;

  constructor(options: EventBusOptions) {
    this.#options = options;
    this.hub = this.#facade(hubParty(options));
  }

  declare(owner: PluginId, events: Readonly<Record<string, EventDeclaration>>): Disposable {
    const declared = this.#types.declare(owner, events);
    return {
      [Symbol.dispose]: () => {
        declared[Symbol.dispose]();
        for (const type of Object.keys(events)) this.#retained.delete(type);
      },
    };
  }

  publish(party: Party, type: string, payload: unknown, options: PublishOptions = {}): void {
    const name = this.#currentName(party, type);
    const declared = this.#declared(name);
    const hops = hopsOfNext();
    if (hops > MAX_HOPS) throw this.#loop(name);
    if (this.#options.strict === true || options.untrusted === true) this.#validate(name, declared, payload);
    if (this.#options.strict === true) deepFreeze(payload);
    this.#send(party, { type: name, payload, hops, retainKey: retainKeyOf(declared, payload) });
  }

  subscribe(party: Party, pattern: string, handler: AnyEventHandler, options: SubscribeOptions = {}): Disposable {
    const name = this.#currentName(party, pattern);
    const controller = new AbortController();
    const mailbox = this.#mailbox(party, name, options, deliverTo(party, handler, controller.signal));
    if (options.replay === "last") mailbox.replay(this.#retained.matching(name).map((event) => this.#replayed(event)));
    const subscribers = this.#subscribers.get(name) ?? new Set();
    this.#subscribers.set(name, subscribers.add(mailbox));
    return {
      [Symbol.dispose]: () => {
        subscribers.delete(mailbox);
        if (subscribers.size === 0 && this.#subscribers.get(name) === subscribers) this.#subscribers.delete(name);
        mailbox.close();
        controller.abort(new VatioError("E_ABORTED", "The subscription ended."));
      },
    };
  }

  deprecate(from: string, to: string): void {
    this.#types.rename(from, to);
  }

  #facade(party: Party): EventBus {
    return {
      publish: <T extends EventType>(type: T, payload: VatioEvents[T]) => this.publish(party, type, payload),
      subscribe: <P extends EventPattern>(pattern: P, handler: EventHandler<P>, options?: SubscribeOptions) =>
        this.subscribe(party, pattern, handler as unknown as AnyEventHandler, options),
    };
  }

  #send(party: Party, { type, payload, hops, retainKey }: Outgoing): void {
    this.#seq += 1;
    const fields = { type, payload, seq: this.#seq, at: this.#options.clock.now(), source: party.id };
    const event = Object.freeze(fields) as unknown as VatioEvent;
    if (retainKey !== undefined) this.#retained.keep(retainKey, event);
    this.#forgetRemoved(type, payload);
    const envelope = { event, hops, key: `${type}\n${retainKey ?? ""}` };
    for (const pattern of patternsOf(type)) {
      for (const mailbox of this.#subscribers.get(pattern) ?? []) mailbox.push(envelope);
    }
  }

  /** `device.removed` takes along what is retained by device: whoever subscribes later must not hear of one that is gone. */
  #forgetRemoved(type: string, payload: unknown): void {
    if (!type.endsWith(REMOVED)) return;
    const noun = type.slice(0, -REMOVED.length);
    const key = (payload as Readonly<Record<string, unknown>>)[noun];
    if (typeof key === "string") this.#retained.forget(key, (retained) => this.#types.get(retained)?.retainBy === noun);
  }

  #mailbox(party: Party, pattern: string, options: SubscribeOptions, deliver: Deliver): Mailbox<Envelope> {
    const { counters } = this.#options;
    const scope = party.id === "hub" ? "events" : `plugin:${party.id}`;
    const overflow = options.overflow ?? "drop-oldest";
    return new Mailbox<Envelope>({
      capacity: Math.max(1, Math.floor(options.capacity ?? DEFAULT_CAPACITY)),
      overflow,
      keyOf: ({ key }) => key,
      deliver,
      onDropped: (count) => {
        counters.add(scope, "event-dropped", overflow === "latest-per-key" ? "superseded" : "mailbox-full", count);
        if (overflow === "drop-oldest") party.lagged(pattern, count);
      },
      onOverflow: () => {
        counters.add(scope, "event-dropped", "fail-plugin");
        party.overflowed(overflowError(party.id, pattern));
      },
    });
  }

  #replayed(event: VatioEvent): Envelope {
    const key = retainKeyOf(this.#declared(event.type), event.payload) ?? "";
    return { event, hops: 0, key: `${event.type}\n${key}` };
  }

  #declared(type: string): DeclaredEvent {
    const declared = this.#types.get(type);
    if (declared) return declared;
    const message = `Nobody declared the event ${type}. List it with its schema in the manifest's "events".`;
    throw new VatioError("E_EVENT_UNKNOWN", message, { details: { type } });
  }

  #validate(type: string, declared: DeclaredEvent, payload: unknown): void {
    const problems = isCloneable(payload) ? declared.problems(payload) : ["/: cannot be cloned between threads"];
    if (problems.length === 0) return;
    this.#options.counters.add("events", "event-rejected", "invalid");
    const message = `The payload of ${type} does not match its schema: ${problems.join("; ")}.`;
    throw new VatioError("E_EVENT_INVALID", message, { details: { type, problems } });
  }

  #loop(type: string): VatioError {
    this.#options.counters.add("events", "event-rejected", "loop");
    const message = `${type} was published ${MAX_HOPS} handlers away from its origin: handlers answer each other in a loop.`;
    return new VatioError("E_EVENT_LOOP", message, { details: { type, hops: MAX_HOPS } });
  }

  #currentName(party: Party, name: string): string {
    const current = this.#types.renamed(name);
    if (current === undefined) return name;
    const key = `${party.id}\n${name}`;
    if (!this.#warned.has(key)) this.#options.warn(`${name} is deprecated: use ${current}`, { source: party.id });
    this.#warned.add(key);
    return current;
  }
}

interface Outgoing {
  readonly type: string;
  readonly payload: unknown;
  readonly hops: number;
  readonly retainKey: string | undefined;
}

type Deliver = (envelope: Envelope) => void | Promise<void>;

function deliverTo(party: Party, handler: AnyEventHandler, signal: AbortSignal): Deliver {
  return ({ event, hops }) => {
    const failed = (error: unknown): void => {
      if (!isAbortOf(signal, error)) party.failed(error, `event ${event.type}`);
    };
    try {
      const done = withHops(hops, () => party.enter(() => handler(event, signal)));
      return done === undefined ? undefined : Promise.resolve(done).catch(failed);
    } catch (error) {
      failed(error);
      return undefined;
    }
  };
}

/** A handler that stops because its subscription ended has done nothing wrong. */
const isAbortOf = (signal: AbortSignal, error: unknown): boolean =>
  signal.aborted && VatioError.is(error) && error.code === "E_ABORTED";

function hubParty({ counters, warn }: EventBusOptions): Party {
  return {
    id: "hub",
    enter: (call) => call(),
    failed: (error, where) => {
      counters.add("events", "handler-failed", where);
      warn(`A handler of the hub failed: ${where}`, { error: VatioError.from(error).message });
    },
    lagged: () => undefined,
    overflowed: (error) => warn(error.message, {}),
  };
}

function retainKeyOf({ retainBy }: EventDeclaration, payload: unknown): string | undefined {
  if (retainBy === undefined) return undefined;
  const value = (payload as Readonly<Record<string, unknown>> | null | undefined)?.[retainBy];
  return value === undefined ? "" : String(value);
}

function overflowError(party: string, pattern: string): VatioError {
  const message = `${party} must not miss an event of ${pattern}, but cannot keep up: its mailbox is full.`;
  return new VatioError("E_EVENT_OVERFLOW", message, { details: { pattern } });
}

function isCloneable(payload: unknown): boolean {
  try {
    structuredClone(payload);
    return true;
  } catch {
    return false;
  }
}

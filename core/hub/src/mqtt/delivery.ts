import {
  type DurationMs,
  type Log,
  type MqttMessage,
  type MqttSubscribeOptions,
  type PluginId,
  seconds,
  VatioError,
} from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";
import type { InboxStore } from "../store/types.js";
import type { FilterMemory } from "./filter-memory.js";
import { FilterTrie } from "./filter-trie.js";
import type { MessageHandler } from "./hand.js";
import { PluginLane, type Subscription } from "./plugin-lane.js";
import { filterProblem, isReserved, minimalFilters } from "./topic-filter.js";
import type { MessageSink, MqttDelivery, PluginSubscription } from "./types.js";

/** What the delivery asks of the transport. */
export interface DeliveryTransport {
  setFilters(filters: readonly string[]): void;
  retained(filter: string): readonly MqttMessage[];
}

export interface PluginDeliveryOptions {
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: Log;
  readonly inbox: InboxStore;
  readonly memory: FilterMemory;
  readonly transport: () => DeliveryTransport;
  /** How long a handler may take before its message counts as not handled. */
  readonly deadline?: DurationMs;
}

interface Member {
  readonly lane: PluginLane;
  readonly subscriptions: Set<Subscription>;
  /** Filters, observers aside, for which the inbox collects while the plugin is away. */
  remembered: Set<string>;
  /** Subscriptions that have not got the retained messages yet. */
  owed: Subscription[];
}

/** What one plugin wants of a topic. */
interface Target {
  readonly lane: PluginLane;
  readonly takers: Subscription[];
  readonly observers: Subscription[];
  /** While the plugin is away, its inbox collects. */
  isRemembered: boolean;
}

/** Topics whose targets are kept; there are more only where somebody makes topics up. */
const KEPT_ROUTES = 10_000;

const HANDLER_DEADLINE = seconds(30);

/** Brings every message to the plugins whose filters match it, and says when it may be acknowledged. */
export class PluginDelivery implements MqttDelivery {
  readonly #options: PluginDeliveryOptions;
  readonly #members = new Map<PluginId, Member>();
  readonly #subscriptions = new FilterTrie<Subscription>();
  readonly #laneOf = new Map<Subscription, PluginLane>();
  readonly #remembered = new FilterTrie<PluginLane>();
  /** Targets by topic, for as long as no filter changes. */
  readonly #routes = new Map<string, readonly Target[]>();
  #refreshing = false;

  constructor(options: PluginDeliveryOptions) {
    this.#options = options;
  }

  /** Reads the filters that plugins had before the hub restarted. Those of plugins that are no longer installed are forgotten. */
  async load(isInstalled: (plugin: PluginId) => boolean = () => true): Promise<void> {
    for (const [plugin, filters] of await this.#options.memory.plugins()) {
      if (!isInstalled(plugin)) {
        await this.#options.memory.forget(plugin);
        continue;
      }
      const member = this.#member(plugin);
      if (!member.lane.isRunning) this.#remember(member, [...member.remembered, ...filters]);
    }
    this.#refresh();
  }

  readonly sink: MessageSink = (message, { own = false } = {}) => {
    const work = this.#route(message.topic).filter((target) => takesOrObserves(target));
    if (work.length === 0 && !own) this.#options.counters.add("mqtt", "unmatched", "no-plugin");
    return this.#deliver(message, work);
  };

  subscribe(plugin: PluginId, filter: string, handler: MessageHandler, options: MqttSubscribeOptions = {}): Disposable {
    const problem = isReserved(filter) ? "reserved" : filterProblem(filter);
    if (problem)
      throw new VatioError("E_TOPIC_INVALID", `"${filter}" is not a filter that can be subscribed to (${problem}).`);
    const member = this.#member(plugin);
    const subscription: Subscription = { filter, handler, observe: options.observe ?? false };
    member.subscriptions.add(subscription);
    this.#subscriptions.add(filter, subscription);
    this.#laneOf.set(subscription, member.lane);
    this.#routes.clear();
    if (!subscription.observe) this.#remember(member, [...member.remembered, filter]);
    member.owed.push(subscription);
    this.#refresh();
    if (member.lane.isRunning) queueMicrotask(() => this.#sendRetained(member));
    return { [Symbol.dispose]: () => this.#unsubscribe(member, subscription) };
  }

  setPlugin(plugin: PluginId, state: "running" | "away" | "disabled"): void {
    const member = this.#member(plugin);
    if (state === "running") {
      if (member.lane.isRunning) return;
      this.#remember(member, this.#ownFilters(member));
      // Retained messages are at most as old as what the inbox holds of their topics, so they go first.
      const owed = this.#takeOwed(member);
      member.lane.run();
      this.#replay(member, owed);
    } else member.lane.leave(state);
    this.#refresh();
  }

  inHand(plugin: PluginId): readonly MqttMessage[] {
    return this.#members.get(plugin)?.lane.inHand ?? [];
  }

  async crashed(plugin: PluginId): Promise<void> {
    await this.#members.get(plugin)?.lane.crashed();
  }

  async forget(plugin: PluginId): Promise<void> {
    const member = this.#members.get(plugin);
    if (member) this.#remember(member, this.#ownFilters(member));
    this.#refresh();
    await this.#options.memory.forget(plugin);
  }

  subscriptions(): readonly PluginSubscription[] {
    return [...this.#members].flatMap(([plugin, { subscriptions }]) =>
      [...subscriptions].map(({ filter, observe }) => ({ plugin, filter, observe })),
    );
  }

  get busy(): number {
    return [...this.#members.values()].reduce((sum, { lane }) => sum + lane.busy, 0);
  }

  #deliver(message: MqttMessage, targets: readonly Target[]): Promise<void> {
    for (const { lane, observers } of targets) if (observers.length > 0) lane.observe(message, observers);
    const work = targets.filter(isTaken);
    const [only] = work;
    if (!only) return Promise.resolve();
    return work.length === 1 ? only.lane.take(message, only.takers) : takenByAll(message, work);
  }

  #route(topic: string): readonly Target[] {
    const known = this.#routes.get(topic);
    if (known) return known;
    if (this.#routes.size >= KEPT_ROUTES) this.#routes.clear();
    const targets = this.#targets(topic);
    this.#routes.set(topic, targets);
    return targets;
  }

  #targets(topic: string): readonly Target[] {
    const targets = new Map<PluginLane, Target>();
    const targetOf = (lane: PluginLane): Target => {
      const target = targets.get(lane) ?? { lane, takers: [], observers: [], isRemembered: false };
      targets.set(lane, target);
      return target;
    };
    for (const subscription of this.#subscriptions.match(topic)) {
      const lane = this.#laneOf.get(subscription);
      if (lane) (subscription.observe ? targetOf(lane).observers : targetOf(lane).takers).push(subscription);
    }
    for (const lane of this.#remembered.match(topic)) targetOf(lane).isRemembered = true;
    return [...targets.values()];
  }

  #member(plugin: PluginId): Member {
    let member = this.#members.get(plugin);
    if (!member) {
      const { transport: _transport, memory: _memory, deadline = HANDLER_DEADLINE, ...shared } = this.#options;
      const match = (topic: string): readonly Subscription[] => this.#matchesOf(plugin, topic);
      member = {
        lane: new PluginLane({ ...shared, plugin, match, deadline }),
        subscriptions: new Set(),
        remembered: new Set(),
        owed: [],
      };
      this.#members.set(plugin, member);
    }
    return member;
  }

  #matchesOf(plugin: PluginId, topic: string): readonly Subscription[] {
    const own = this.#members.get(plugin)?.subscriptions;
    return [...this.#subscriptions.match(topic)].filter((subscription) => own?.has(subscription));
  }

  #unsubscribe(member: Member, subscription: Subscription): void {
    if (!member.subscriptions.delete(subscription)) return;
    this.#subscriptions.delete(subscription.filter, subscription);
    this.#laneOf.delete(subscription);
    this.#routes.clear();
    member.owed = member.owed.filter((owed) => owed !== subscription);
    if (member.lane.isRunning) this.#remember(member, this.#ownFilters(member));
    this.#refresh();
  }

  #ownFilters({ subscriptions }: Member): string[] {
    return [...subscriptions].filter(({ observe }) => !observe).map(({ filter }) => filter);
  }

  #remember(member: Member, filters: readonly string[]): void {
    const next = new Set(filters);
    const old = member.remembered;
    for (const filter of old) if (!next.has(filter)) this.#remembered.delete(filter, member.lane);
    for (const filter of next) if (!old.has(filter)) this.#remembered.add(filter, member.lane);
    member.remembered = next;
    this.#routes.clear();
    const changed = next.size !== old.size || [...next].some((filter) => !old.has(filter));
    if (changed) this.#options.memory.savePlugin(member.lane.plugin, [...next].sort());
  }

  #sendRetained(member: Member): void {
    if (member.lane.isRunning) this.#replay(member, this.#takeOwed(member));
  }

  #takeOwed(member: Member): readonly Subscription[] {
    return member.owed.splice(0);
  }

  #replay(member: Member, owed: readonly Subscription[]): void {
    for (const subscription of owed) {
      for (const message of this.#options.transport().retained(subscription.filter))
        void member.lane.replay(message, subscription);
    }
  }

  /** Tells the transport what is wanted, once for all changes of this turn. */
  #refresh(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    queueMicrotask(() => {
      this.#refreshing = false;
      this.#options.transport().setFilters(minimalFilters(this.#wanted()));
    });
  }

  #wanted(): string[] {
    return [...this.#members.values()].flatMap(({ lane, subscriptions, remembered }) =>
      lane.isDisabled ? [] : [...remembered, ...[...subscriptions].map(({ filter }) => filter)],
    );
  }
}

/** A plugin that is not running is found by the filters that are remembered for it. */
const isTaken = ({ lane, takers, isRemembered }: Target): boolean =>
  lane.isRunning ? takers.length > 0 : isRemembered;

const takesOrObserves = (target: Target): boolean =>
  isTaken(target) || (target.lane.isRunning && target.observers.length > 0);

/** Safe when it is safe with every plugin; each of them gets it, whatever the others do. */
async function takenByAll(message: MqttMessage, targets: readonly Target[]): Promise<void> {
  const results = await Promise.allSettled(targets.map(({ lane, takers }) => lane.take(message, takers)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

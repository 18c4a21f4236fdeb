import { type DurationMs, type MqttMessage, type PluginId, seconds, text, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { type Deferred, deferred } from "../deferred.js";
import type { InboxMessage } from "../store/types.js";
import { type Hand, type HandOptions, Hands, type MessageHandler, type Outcome } from "./hand.js";
import { PluginInbox, type PluginInboxOptions } from "./plugin-inbox.js";

/** A filter of a plugin with its handler. */
export interface Subscription {
  readonly filter: string;
  readonly handler: MessageHandler;
  /** Only looks on. */
  readonly observe: boolean;
}

export interface PluginLaneOptions extends PluginInboxOptions {
  readonly clock: HubClock;
  /** The plugin's subscriptions that match a topic. */
  readonly match: (topic: string) => readonly Subscription[];
  /** How long a handler may take. */
  readonly deadline: DurationMs;
}

/**
 * `away`: messages go to the inbox. `draining`: the inbox is worked off, new messages go behind it. `catching-up`: its last part is worked
 * off, new messages wait in memory. `live`: handlers get messages as they come. `disabled`: they are dropped.
 */
type Mode = "away" | "disabled" | "draining" | "catching-up" | "live";

interface Held {
  readonly message: MqttMessage;
  readonly done: Deferred<void>;
}

interface Settlers {
  readonly resolve: (value?: undefined | Promise<void>) => void;
  readonly reject: (error: VatioError) => void;
}

const FIRST_PAUSE = seconds(1);
const LONGEST_PAUSE = seconds(60);
const REPLAY_ATTEMPTS = 6;
/** A message that was refused for now so often, while others of its plugin were not, is set aside. */
const MOST_REFUSALS = 20;

const pauseAfter = (attempt: number): DurationMs => Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE) as DurationMs;

/**
 * Messages of one plugin, in order.
 *
 * Handlers are started in the order of arrival and run beside each other: waiting for one before the next would mean one message of a topic
 * per commit. A plugin that writes telemetry before its first `await` therefore writes in the order of arrival.
 */
export class PluginLane {
  readonly plugin: PluginId;
  readonly #options: PluginLaneOptions;
  readonly #inbox: PluginInbox;
  readonly #hands: Hands;
  #mode: Mode = "away";
  /** Rises whenever the plugin starts or stops: an answer of an earlier life no longer counts. */
  #life = 0;
  readonly #held: Held[] = [];
  /** The drain waits before its next attempt. */
  #isPaused = false;
  /** Ends each wait that is under way. */
  readonly #waits = new Set<() => void>();
  #hung = false;
  /** How often messages of the inbox were passed over, by id. */
  readonly #refusals = new Map<number, number>();

  constructor(options: PluginLaneOptions) {
    this.plugin = options.plugin;
    this.#options = options;
    this.#inbox = new PluginInbox(options);
    this.#hands = new Hands(options.clock, options.deadline);
  }

  get isRunning(): boolean {
    return this.#mode !== "away" && this.#mode !== "disabled";
  }

  get isDisabled(): boolean {
    return this.#mode === "disabled";
  }

  get inHand(): readonly MqttMessage[] {
    return this.#hands.messages();
  }

  /** Work under way; a drain that waits before its next attempt is none. */
  get busy(): number {
    if (this.#isPaused) return this.#inbox.putting;
    const drains = this.#mode === "draining" || this.#mode === "catching-up" ? 1 : 0;
    return this.#hands.size + this.#held.length + this.#inbox.putting + drains;
  }

  /** Takes a message that at least one of its filters matches. @returns fulfilled: acknowledge; rejected (retryable): do not */
  take(message: MqttMessage, subscriptions: readonly Subscription[]): Promise<void> {
    switch (this.#mode) {
      case "disabled":
        this.#count("dropped", "disabled");
        return Promise.resolve();
      case "live":
        return this.#handLive(message, subscriptions);
      case "catching-up": {
        const done = deferred();
        this.#held.push({ message, done });
        return done.promise;
      }
      case "away":
      case "draining":
        return this.#store(message);
    }
  }

  /** Shows a message to those who only look on. */
  observe(message: MqttMessage, subscriptions: readonly Subscription[]): void {
    if (!this.isRunning) return;
    const hand = this.#hands.take(message, { replayed: true, onSettled: (settled) => this.#hands.release(settled) });
    this.#start(hand, subscriptions);
  }

  /** Hands out a message that the broker keeps, to one subscription. It needs no inbox; a failure that may pass is tried again. */
  async replay(message: MqttMessage, subscription: Subscription): Promise<void> {
    const life = this.#life;
    for (let attempt = 0; attempt < REPLAY_ATTEMPTS && this.#life === life; attempt++) {
      const outcome = await this.#outcomeOf(message, [subscription], { replayed: true });
      if (outcome.kind !== "retry") return;
      await this.#wait(pauseAfter(attempt));
    }
    if (this.#life === life) this.#count("dropped", "retained-retries");
  }

  /** The plugin runs: first what waited in the inbox, in order, then live. */
  run(): void {
    if (this.isRunning) return;
    void this.#abandon(false);
    this.#life += 1;
    void this.#inbox.showAside();
    if (this.#inbox.isEmpty) this.#goLive();
    else this.#startDrain();
  }

  /** The plugin does not run: its messages wait in the inbox, or are dropped when a person disabled it. */
  leave(mode: "away" | "disabled"): void {
    if (this.#mode === mode) return;
    if (this.isRunning) this.#life += 1;
    this.#mode = mode;
    this.#isPaused = false;
    for (const end of this.#waits) end();
    this.#releaseHeld();
  }

  /** The plugin crashed with these messages in hand: all go to the inbox, or stay there, and count it. */
  async crashed(): Promise<void> {
    const counted = this.#abandon(true);
    if (!this.isDisabled) this.leave("away");
    await counted;
  }

  /** Ends every message in hand, oldest first, before newer ones may reach the inbox. */
  async #abandon(crash: boolean): Promise<void> {
    await Promise.all(this.#hands.drop().map((hand) => this.#abandonOne(hand, crash)));
  }

  async #abandonOne(hand: Hand, crash: boolean): Promise<void> {
    const { message, inboxId } = hand;
    if (inboxId !== undefined || hand.replayed || this.isDisabled) {
      hand.settle({ kind: "gone" });
      if (inboxId !== undefined && crash) await this.#inbox.countCrash({ id: inboxId, topic: message.topic });
      return;
    }
    const stored = crash ? this.#inbox.putSuspect(message) : this.#store(message);
    hand.settle({ kind: "stored", stored });
    await stored.catch(() => undefined);
  }

  #handLive(message: MqttMessage, subscriptions: readonly Subscription[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const onSettled = (hand: Hand, outcome: Outcome): void => {
        this.#hands.release(hand);
        this.#conclude(outcome, message, { resolve, reject });
      };
      this.#start(this.#hands.take(message, { onSettled }), subscriptions);
    });
  }

  /** Hands a message out. @returns settles with what became of it */
  #outcomeOf(
    message: MqttMessage,
    subscriptions: readonly Subscription[],
    options: Omit<HandOptions, "onSettled">,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const onSettled = (hand: Hand, outcome: Outcome): void => {
        this.#hands.release(hand);
        resolve(outcome);
      };
      this.#start(this.#hands.take(message, { ...options, onSettled }), subscriptions);
    });
  }

  #start(hand: Hand, subscriptions: readonly Subscription[]): void {
    const life = this.#life;
    const handlers = subscriptions.map(({ handler }) => handler);
    hand.start(
      handlers,
      () => this.#life === life,
      (error) => this.#rejected(hand.message, error),
    );
  }

  #conclude(outcome: Outcome, message: MqttMessage, { resolve, reject }: Settlers): void {
    switch (outcome.kind) {
      case "done":
        this.#recovered();
        resolve();
        return;
      case "retry":
        this.#count("retry", outcome.error.code);
        reject(outcome.error);
        return;
      case "hung":
        reject(this.#timedOut(message));
        return;
      case "stored":
        resolve(outcome.stored);
        return;
      case "gone":
        if (this.isDisabled) this.#count("dropped", "disabled");
        resolve(this.isDisabled ? undefined : this.#store(message));
    }
  }

  async #store(message: MqttMessage): Promise<void> {
    await this.#inbox.put(message);
    if (this.#mode === "live") this.#startDrain();
  }

  #startDrain(): void {
    this.#mode = "draining";
    void this.#drain(this.#life);
  }

  /** Works the inbox off until it is empty and nothing is on its way into it, then goes live. */
  async #drain(life: number): Promise<void> {
    let failures = 0;
    while (this.#life === life) {
      const progress = await this.#drainSome(life).catch((error: unknown): "none" => {
        const fields = { plugin: this.plugin, error: String(error) };
        this.#options.log.warn("The inbox of a plugin could not be worked off; trying again.", fields);
        return "none";
      });
      if (this.#life !== life) return;
      if (progress === "empty") {
        this.#goLive();
        return;
      }
      failures = progress === "some" ? 0 : failures + 1;
      if (failures > 0) await this.#pause(pauseAfter(failures - 1), life);
    }
  }

  async #drainSome(life: number): Promise<"empty" | "some" | "none"> {
    if (this.#inbox.isShort) this.#mode = "catching-up";
    const last = this.#mode === "catching-up";
    if (last) await this.#inbox.allPut();
    const group = await this.#inbox.next();
    if (this.#life !== life) return "none";
    if (group.length === 0) return last ? "empty" : this.#nothingYet();
    const done = await Promise.all(group.map((message) => this.#handOut(message)));
    const finished = group.filter((_message, i) => done[i]);
    await this.#inbox.remove(finished);
    if (finished.length === 0) return "none";
    for (const [i, message] of group.entries()) if (!done[i]) await this.#passedOver(message);
    return "some";
  }

  /** Others went through and this one did not: when that happens again and again, it is the message and not the world. */
  async #passedOver(message: InboxMessage): Promise<void> {
    const times = (this.#refusals.get(message.id) ?? 0) + 1;
    this.#refusals.set(message.id, times);
    if (times < MOST_REFUSALS) return;
    this.#refusals.delete(message.id);
    await this.#inbox.giveUp(message);
  }

  /** Nothing of the inbox can be read: all of it is still on its way to the disk. */
  async #nothingYet(): Promise<"some" | "none"> {
    if (this.#inbox.putting === 0) return "none";
    await this.#inbox.allPut();
    return "some";
  }

  /** @returns whether it may leave the inbox */
  async #handOut(message: InboxMessage): Promise<boolean> {
    const subscriptions = this.#takers(message.topic);
    if (subscriptions.length === 0) {
      this.#count("dropped", "no-handler");
      return true;
    }
    const outcome = await this.#outcomeOf(message, subscriptions, { inboxId: message.id });
    if (outcome.kind === "retry") this.#count("retry", outcome.error.code);
    if (outcome.kind === "done") this.#recovered();
    if (outcome.kind === "hung") {
      this.#timedOut(message);
      // It would hang at each attempt: it counts like a crash, so that it is set aside in the end.
      await this.#inbox.countCrash(message);
    }
    return outcome.kind === "done";
  }

  #takers(topic: string): readonly Subscription[] {
    return this.#options.match(topic).filter(({ observe }) => !observe);
  }

  #goLive(): void {
    this.#mode = "live";
    this.#refusals.clear();
    this.#inbox.drained();
    this.#releaseHeld();
  }

  /** Starts what waited in memory in the order of arrival, before anything newer can come. */
  #releaseHeld(): void {
    for (const { message, done } of this.#held.splice(0)) {
      this.take(message, this.#takers(message.topic)).then(done.resolve, done.reject);
    }
  }

  /** Before the next attempt. What waits in memory goes to the inbox, or back to its sender: it must not pile up meanwhile. */
  async #pause(delay: DurationMs, life: number): Promise<void> {
    if (this.#mode === "catching-up") this.#mode = "draining";
    this.#releaseHeld();
    this.#isPaused = true;
    await this.#wait(delay);
    if (this.#life === life) this.#isPaused = false;
  }

  /** A while, or until the plugin stops. */
  async #wait(delay: DurationMs): Promise<void> {
    const { promise, resolve } = deferred();
    const timer = this.#options.clock.timer(delay, resolve);
    this.#waits.add(resolve);
    await promise;
    this.#waits.delete(resolve);
    timer[Symbol.dispose]();
  }

  #rejected({ topic }: MqttMessage, error: VatioError): void {
    this.#count("rejected", error.code);
    const fields = { plugin: this.plugin, topic, code: error.code, error: error.message };
    this.#options.log.debug("A plugin refused a message for good.", fields);
  }

  #timedOut({ topic }: MqttMessage): VatioError {
    const { plugin } = this;
    this.#hung = true;
    this.#count("retry", "E_HANDLER_TIMEOUT");
    this.#options.health.set(`plugins/${plugin}/mqtt`, "degraded", text("health.handler-hung", { plugin, topic }));
    this.#options.log.error("A plugin did not finish a message in time.", { plugin, topic });
    const message = `The plugin ${plugin} did not finish a message in time.`;
    return new VatioError("E_HANDLER_TIMEOUT", message, { retryable: true });
  }

  #recovered(): void {
    if (!this.#hung) return;
    this.#hung = false;
    this.#options.health.delete(`plugins/${this.plugin}/mqtt`);
  }

  #count(name: string, reason: string): void {
    this.#options.counters.add(`plugin:${this.plugin}`, `mqtt-${name}`, reason);
  }
}

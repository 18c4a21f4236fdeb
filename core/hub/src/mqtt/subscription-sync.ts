import type { Log } from "@vatio/plugin-api";
import type { IClientSubscribeOptions, MqttClient } from "mqtt";
import type { CounterTable } from "../counters.js";
import type { FilterMemory } from "./filter-memory.js";
import { filterCovers } from "./topic-filter.js";

export interface SubscriptionSyncOptions {
  readonly counters: CounterTable;
  readonly log: Log;
  readonly memory: FilterMemory;
  /** Called with the filters that the broker refuses, when that changes. */
  readonly onRefused: (filters: readonly string[]) => void;
}

const CHUNK = 100;
/** From this granted code on, a subscription was refused (MQTT 3.1.1 section 3.9.3). */
const REFUSED = 0x80;

/** Keeps the subscriptions of the hub's session at an external broker equal to the filters that are wanted, one change at a time. */
export class SubscriptionSync {
  readonly #options: SubscriptionSyncOptions;
  #client: MqttClient | undefined;
  #version: 4 | 5 = 5;
  #wanted: readonly string[] = [];
  /** What the session holds. */
  #held = new Set<string>();
  /** Filters whose retained messages somebody waits for. */
  readonly #asked = new Set<string>();
  readonly #refused = new Set<string>();
  #fresh = false;
  #working = false;

  constructor(options: SubscriptionSyncOptions) {
    this.#options = options;
  }

  /** Reads what the session at the broker held before the hub restarted. */
  async load(): Promise<void> {
    this.#held = new Set(await this.#options.memory.subscribed());
  }

  want(filters: readonly string[]): void {
    this.#wanted = filters;
    void this.#work();
  }

  /** Asks for the retained messages of a filter: the subscription that covers it is made again. */
  refresh(filter: string): void {
    this.#asked.add(filter);
    queueMicrotask(() => void this.#work());
  }

  /** A new connection. Where the broker has kept the session, its subscriptions are made again all the same: it may have an older state. */
  connected(client: MqttClient, { sessionPresent, version }: { sessionPresent: boolean; version: 4 | 5 }): void {
    this.#client = client;
    this.#version = version;
    if (!sessionPresent) this.#held.clear();
    this.#fresh = true;
    this.#refused.clear();
    void this.#work();
  }

  disconnected(): void {
    this.#client = undefined;
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#client && (await this.#step(this.#client)));
    } catch (error) {
      // The connection went; the next one starts over.
      this.#options.log.debug("A subscription was not answered.", { error: String(error) });
    } finally {
      this.#working = false;
    }
  }

  /** First what is missing, then what is too much: there must be no moment without a filter. @returns whether there may be more to do */
  async #step(client: MqttClient): Promise<boolean> {
    const wanted = new Set(this.#wanted);
    this.#forgetRefused(wanted);
    const { again, answered } = this.#askedAgain(wanted);
    const known = this.#fresh ? [...wanted].filter((filter) => this.#held.has(filter) && !again.has(filter)) : [];
    const missing = [...wanted].filter((filter) => !this.#held.has(filter) && !this.#refused.has(filter));
    const surplus = [...this.#held].filter((filter) => !wanted.has(filter));
    if (known.length + missing.length + again.size + surplus.length === 0) return false;
    // Retained messages come for new subscriptions only (MQTT 5 section 3.8.3.1); 3.1.1 sends them again, which is harmless.
    await this.#subscribe(client, known, 1);
    this.#fresh = false;
    await this.#subscribe(client, [...missing, ...again], 0);
    for (const filter of answered) this.#asked.delete(filter);
    await this.#unsubscribe(client, surplus);
    this.#options.memory.saveSubscribed([...this.#held].sort());
    return true;
  }

  /** The subscriptions to make again, and the filters that are answered by them or by a new subscription. */
  #askedAgain(wanted: ReadonlySet<string>): { again: ReadonlySet<string>; answered: readonly string[] } {
    const again = new Set<string>();
    const answered: string[] = [];
    for (const filter of this.#asked) {
      const covering = [...wanted].find((wide) => wide === filter || filterCovers(wide, filter));
      if (covering === undefined) continue;
      answered.push(filter);
      if (this.#held.has(covering)) again.add(covering);
    }
    return { again, answered };
  }

  #forgetRefused(wanted: ReadonlySet<string>): void {
    const gone = [...this.#refused].filter((filter) => !wanted.has(filter));
    for (const filter of gone) this.#refused.delete(filter);
    if (gone.length > 0) this.#options.onRefused([...this.#refused]);
  }

  async #unsubscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
    if (filters.length === 0) return;
    await client.unsubscribeAsync([...filters]);
    for (const filter of filters) this.#held.delete(filter);
  }

  async #subscribe(client: MqttClient, filters: readonly string[], retainHandling: 0 | 1): Promise<void> {
    const before = this.#refused.size;
    for (let at = 0; at < filters.length; at += CHUNK) {
      const chunk = filters.slice(at, at + CHUNK);
      const granted = await this.#ask(client, chunk, retainHandling);
      for (const [i, filter] of chunk.entries()) this.#answered(filter, granted[i] ?? REFUSED);
    }
    if (this.#refused.size !== before) this.#options.onRefused([...this.#refused]);
  }

  #answered(filter: string, granted: number): void {
    if (granted < REFUSED) {
      this.#held.add(filter);
      return;
    }
    this.#held.delete(filter);
    this.#refused.add(filter);
    this.#options.counters.add("mqtt", "subscribe-refused", "broker");
    this.#options.log.warn("The MQTT broker refuses a subscription.", { filter, code: granted });
  }

  async #ask(client: MqttClient, filters: readonly string[], rh: 0 | 1): Promise<readonly number[]> {
    const options: IClientSubscribeOptions = this.#version === 5 ? { qos: 1, rh } : { qos: 1 };
    return new Promise((resolve, reject) => {
      client.subscribe([...filters], options, (error, _granted, packet) => {
        const codes = packet?.granted;
        if (Array.isArray(codes)) resolve(codes.map(Number));
        else reject(error ?? new Error("no answer"));
      });
    });
  }
}

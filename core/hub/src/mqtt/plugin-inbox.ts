import { type Log, type MqttMessage, type PluginId, text, VatioError } from "@vatio/plugin-api";
import type { CounterTable } from "../counters.js";
import { type Deferred, deferred } from "../deferred.js";
import type { HealthTree } from "../health.js";
import { CRASHES_TOLERATED, type InboxMessage, type InboxStore } from "../store/index.js";

export interface PluginInboxOptions {
  readonly plugin: PluginId;
  readonly inbox: InboxStore;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: Log;
}

/** Most messages that are handed out at once. */
const BATCH = 1_000;

/** The durable inbox of one plugin, with what is on its way into it. */
export class PluginInbox {
  readonly #options: PluginInboxOptions;
  #putting = 0;
  #putsDone: Deferred<void> | undefined;
  /** Messages that were in hand at a crash and came here after it: they count it when they are read. */
  readonly #suspects: MqttMessage[] = [];

  constructor(options: PluginInboxOptions) {
    this.#options = options;
  }

  /** Messages that are being stored. */
  get putting(): number {
    return this.#putting;
  }

  get isEmpty(): boolean {
    return this.#putting === 0 && this.#size === 0;
  }

  /** Whether all that it holds can be handed out at once. */
  get isShort(): boolean {
    return this.#size + this.#putting <= BATCH;
  }

  get #size(): number {
    return this.#options.inbox.size(this.#options.plugin).messages;
  }

  /** Keeps a message. @throws retryable when it is not there durably; QoS 0 is dropped then, and counted */
  async put(message: MqttMessage): Promise<void> {
    const { inbox, plugin } = this.#options;
    this.#putting += 1;
    try {
      await inbox.put(plugin, message);
    } catch (cause) {
      this.#refused(message, VatioError.from(cause));
    } finally {
      this.#putting -= 1;
      if (this.#putting === 0) this.#releaseWaiting();
    }
  }

  /** The same for a message that was in hand at a crash. */
  async putSuspect(message: MqttMessage): Promise<void> {
    this.#suspects.push(message);
    await this.put(message);
  }

  /** Settles when nothing is on its way into it. */
  async allPut(): Promise<void> {
    if (this.#putting === 0) return;
    this.#putsDone ??= deferred();
    await this.#putsDone.promise;
  }

  #releaseWaiting(): void {
    this.#putsDone?.resolve();
    this.#putsDone = undefined;
  }

  /**
   * The oldest messages, as many as may be in hand together: those that never were in hand at a crash, or one alone that was, so that the
   * next crash blames no other.
   */
  async next(): Promise<readonly InboxMessage[]> {
    const batch = await this.#options.inbox.read(this.#options.plugin, BATCH);
    const blamed = new Set<InboxMessage>();
    for (const message of this.#suspects.length > 0 ? batch : []) {
      const at = this.#suspects.findIndex((suspect) => isSame(suspect, message));
      if (at < 0) continue;
      this.#suspects.splice(at, 1);
      blamed.add(message);
      await this.countCrash(message);
    }
    const first = batch.findIndex((message) => message.crashes > 0 || blamed.has(message));
    if (first < 0) return batch;
    return batch.slice(0, Math.max(1, first));
  }

  async remove(messages: readonly InboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const ids = messages.map(({ id }) => id);
    await this.#options.inbox.remove(this.#options.plugin, ids);
  }

  /** Notes a crash, or a handler that hung, at a message of the inbox. */
  async countCrash({ id, topic }: Pick<InboxMessage, "id" | "topic">): Promise<void> {
    const { inbox, plugin, counters, log } = this.#options;
    try {
      if (!(await inbox.crashed(plugin, id))) return;
      counters.add(`plugin:${plugin}`, "mqtt-set-aside", "crashes");
      log.error(
        "A message was set aside: the plugin crashed or hung on it three times, or refused it again and again while it took others.",
        { plugin, topic },
      );
      await this.showAside();
    } catch (error) {
      log.warn("A crash could not be noted at the message in hand.", { plugin, error: String(error) });
    }
  }

  /** Sets a message aside at once that would never be done. */
  async giveUp(message: InboxMessage): Promise<void> {
    for (let count = message.crashes; count < CRASHES_TOLERATED; count++) await this.countCrash(message);
  }

  /** Shows in the health of the plugin whether messages were set aside. */
  async showAside(): Promise<void> {
    const { inbox, plugin, health } = this.#options;
    const aside = await inbox.aside(plugin).catch(() => []);
    const path = `plugins/${plugin}/aside`;
    if (aside.length > 0) health.set(path, "degraded", text("health.message-aside", { plugin, count: aside.length }));
    else health.delete(path);
  }

  /** It has been worked off: there is room again. */
  drained(): void {
    this.#options.health.delete(`plugins/${this.#options.plugin}/inbox`);
  }

  #refused(message: MqttMessage, error: VatioError): void {
    const { plugin, counters, health } = this.#options;
    if (error.code === "E_INBOX_FULL") {
      health.set(`plugins/${plugin}/inbox`, "degraded", text("health.inbox-full", { plugin }));
    }
    const lost = message.qos === 0;
    counters.add(`plugin:${plugin}`, lost ? "mqtt-dropped" : "mqtt-inbox-refused", error.code);
    if (lost) return;
    if (error.retryable) throw error;
    const explained = "The message could not be kept for its plugin.";
    throw new VatioError("E_INBOX_FAILED", explained, { retryable: true, cause: error });
  }
}

const isSame = (one: MqttMessage, other: MqttMessage): boolean =>
  one.at === other.at && one.topic === other.topic && Buffer.compare(one.payload, other.payload) === 0;

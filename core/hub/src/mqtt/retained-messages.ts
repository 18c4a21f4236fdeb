import { type DurationMs, type Instant, type Log, seconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import { type Deferred, deferred } from "../deferred.js";
import type { Sql, StateDatabase } from "../store/types.js";
import { topicMatches } from "./topic-filter.js";

/** The last message of a topic that a publisher asked the broker to keep. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** When it was published; after a restart, when this content was published first. */
  readonly at: Instant;
  /** Who published it. */
  readonly client?: string;
}

/** How much is retained. */
export interface RetainedLimits {
  readonly messages: number;
  /** Topics and payloads together. */
  readonly bytes: number;
}

export interface RetainedMessagesOptions {
  readonly state: StateDatabase;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: Log;
  readonly limits?: RetainedLimits;
}

interface RetainedRow {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  readonly received_at: number;
  readonly client: string | null;
}

const DEFAULT_LIMITS: RetainedLimits = { messages: 10_000, bytes: 32 * 1024 * 1024 };
/** Part of the room that publishers without a credential of their own may fill. */
const SHARED_PART = 0.5;
const WRITE_DELAY: DurationMs = seconds(1);
const RETRY_DELAY: DurationMs = seconds(10);

const UPSERT = `INSERT INTO retained_messages (topic, payload, qos, received_at, client) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos, received_at = excluded.received_at, client = excluded.client`;

const sizeOf = ({ topic, payload }: RetainedMessage): number => topic.length + payload.length;

function fromRow({ topic, payload, qos, received_at, client }: RetainedRow): RetainedMessage {
  const message: RetainedMessage = { topic, payload, qos: qos as RetainedMessage["qos"], at: received_at as Instant };
  return client === null ? message : { ...message, client };
}

/**
 * Retained messages of the embedded broker: in memory, written through to `state.duckdb`. One write at a time takes all that has changed
 * until it starts; a change that nobody waits for is written within a second.
 */
export class RetainedMessages {
  readonly #state: StateDatabase;
  readonly #clock: HubClock;
  readonly #counters: CounterTable;
  readonly #log: Log;
  readonly #limits: RetainedLimits;
  readonly #messages = new Map<string, RetainedMessage>();
  #bytes = 0;
  #changed = new Set<string>();
  #waiting: Deferred<void>[] = [];
  #writing: Promise<void> | undefined;
  #inWrite = new Set<string>();
  #timer: Disposable | undefined;
  #closed = false;

  constructor({ state, clock, counters, log, limits }: RetainedMessagesOptions) {
    this.#state = state;
    this.#clock = clock;
    this.#counters = counters;
    this.#log = log;
    this.#limits = limits ?? DEFAULT_LIMITS;
  }

  /** Reads what is stored. */
  async load(): Promise<void> {
    const rows = await this.#state.all<RetainedRow>(
      "SELECT topic, payload, qos, received_at, client FROM retained_messages ORDER BY received_at",
    );
    for (const row of rows) this.#put(fromRow(row));
  }

  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#messages.size, bytes: this.#bytes };
  }

  /** Whether there is room for a message. `shared`: the publisher has no credential of its own and may fill only half of the room. */
  hasRoom(message: RetainedMessage, shared = false): boolean {
    if (message.payload.length === 0) return true;
    const part = shared ? SHARED_PART : 1;
    const old = this.#messages.get(message.topic);
    const bytes = this.#bytes - (old ? sizeOf(old) : 0) + sizeOf(message);
    const fits =
      bytes <= this.#limits.bytes * part && (old !== undefined || this.#messages.size < this.#limits.messages * part);
    if (!fits) this.#counters.add("mqtt", "retained-refused", "full");
    return fits;
  }

  /**
   * Keeps a message; an empty payload takes the topic's message away. In memory at once.
   * @returns settles after the durable write
   * @throws E_STORE_FAILED (retryable) when it could not be written; it is tried again later all the same
   */
  async keep(message: RetainedMessage): Promise<void> {
    const pending = this.#changed.has(message.topic) || this.#inWrite.has(message.topic);
    if (!this.#put(message) && !pending) return;
    this.#changed.add(message.topic);
    const { promise, reject, resolve } = deferred();
    this.#waiting.push({ promise, reject, resolve });
    this.#write();
    await promise;
  }

  /** The same without waiting: written within a second. */
  keepSoon(message: RetainedMessage): void {
    if (!this.#put(message)) return;
    this.#changed.add(message.topic);
    this.#arm(WRITE_DELAY);
  }

  /** Messages whose topics match a filter. */
  *matching(filter: string): Generator<RetainedMessage> {
    for (const message of this.#messages.values()) if (topicMatches(filter, message.topic)) yield message;
  }

  /** Writes what has changed; settles when nothing is left to write or the write failed. */
  async flush(): Promise<void> {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#write();
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Writes what has changed, and no more after that. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  /** @returns whether it differs from what was kept */
  #put(message: RetainedMessage): boolean {
    const old = this.#messages.get(message.topic);
    if (old) this.#bytes -= sizeOf(old);
    if (message.payload.length === 0) return this.#messages.delete(message.topic);
    this.#messages.set(message.topic, message);
    this.#bytes += sizeOf(message);
    return !old || old.qos !== message.qos || Buffer.compare(old.payload, message.payload) !== 0;
  }

  #arm(delay: DurationMs): void {
    if (this.#closed) return;
    this.#timer ??= this.#clock.timer(delay, () => {
      this.#timer = undefined;
      this.#write();
    });
  }

  #write(): void {
    if (this.#writing || this.#changed.size === 0) return;
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#write();
    });
  }

  async #writeAll(): Promise<void> {
    const topics = this.#changed;
    const waiting = this.#waiting;
    this.#changed = new Set();
    this.#waiting = [];
    this.#inWrite = topics;
    try {
      await this.#state.transaction(async (sql) => {
        for (const topic of topics) await this.#writeOne(sql, topic);
      });
      for (const waiter of waiting) waiter.resolve();
    } catch (error) {
      this.#failed(topics, waiting, error);
    } finally {
      this.#inWrite = new Set();
    }
  }

  async #writeOne(sql: Sql, topic: string): Promise<void> {
    const message = this.#messages.get(topic);
    if (!message) return sql.run("DELETE FROM retained_messages WHERE topic = ?", [topic]);
    await sql.run(UPSERT, [topic, message.payload, message.qos, message.at, message.client ?? null]);
  }

  #failed(topics: ReadonlySet<string>, waiting: readonly Deferred<void>[], cause: unknown): void {
    this.#counters.add("mqtt", "retained-write", "failed");
    this.#log.error("Retained messages could not be written; trying again.", {
      topics: topics.size,
      error: String(cause),
    });
    for (const topic of topics) this.#changed.add(topic);
    const error = new VatioError("E_STORE_FAILED", "The retained message could not be stored.", {
      retryable: true,
      cause,
    });
    for (const waiter of waiting) waiter.reject(error);
    this.#arm(RETRY_DELAY);
  }
}

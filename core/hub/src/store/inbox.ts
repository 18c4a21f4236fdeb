import { type Instant, type MqttMessage, type PluginId, VatioError } from "@vatio/plugin-api";
import type { Arrivals } from "./arrivals.js";
import type { Generation } from "./generation.js";
import { getOrMake } from "./get-or-make.js";
import type { GroupCommit } from "./group-commit.js";
import type { InboxMessage, InboxStore, Sql } from "./types.js";

/** What the inboxes need. */
export interface InboxOptions {
  readonly commit: GroupCommit;
  readonly arrivals: Arrivals;
  /** Connection for reading. */
  readonly sql: Sql;
  /** Throws when nothing can be stored. */
  readonly assertWritable: () => Promise<void>;
  /** Called with each message that is refused because an inbox is full. */
  readonly onFull: (plugin: PluginId) => void;
  /** Most messages of one plugin. */
  readonly maxMessages: number;
  /** Most bytes of payload and topic of one plugin. */
  readonly maxBytes: number;
}

/** Crashes with one message in hand after which it is set aside. */
export const CRASHES_TOLERATED = 3;

interface Entry {
  readonly bytes: number;
  crashes: number;
  aside: boolean;
}

interface Box {
  readonly entries: Map<number, Entry>;
  /** Of messages that are not set aside. */
  messages: number;
  bytes: number;
}

interface StoredMessage {
  readonly id: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retained: boolean;
  readonly at: number;
  readonly client: string | null;
  readonly crashes: number;
}

const sizeOf = (message: MqttMessage): number => message.payload.byteLength + Buffer.byteLength(message.topic);

/** Messages that wait, durably, for plugins that are away. */
export class Inbox implements InboxStore {
  readonly #options: InboxOptions;
  readonly #boxes = new Map<PluginId, Box>();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const rows = await this.#options.sql.all<{
      id: number;
      plugin: PluginId;
      bytes: number;
      crashes: number;
      aside: boolean;
    }>("SELECT id, plugin, octet_length(payload) + strlen(topic) AS bytes, crashes, aside FROM inbox ORDER BY id");
    for (const { id, plugin, bytes, crashes, aside } of rows) this.#insert(plugin, id, { bytes, crashes, aside });
  }

  async put(plugin: PluginId, message: MqttMessage): Promise<void> {
    const { commit, arrivals, assertWritable } = this.#options;
    await assertWritable();
    for (let room = commit.roomFor(1); room; room = commit.roomFor(1)) await room;
    const bytes = sizeOf(message);
    this.#assertFits(plugin, bytes);
    const generation = commit.open;
    const id = arrivals.take(1, generation);
    const { topic, payload, qos, retained, at, client } = message;
    generation.inbox.push({ id, plugin, topic, payload, qos, retained, at, client });
    this.#insert(plugin, id, { bytes, crashes: 0, aside: false });
    generation.onFailure(() => this.#delete(plugin, id));
    await commit.touch();
  }

  async read(plugin: PluginId, limit: number): Promise<readonly InboxMessage[]> {
    return this.#select(plugin, false, limit);
  }

  remove(plugin: PluginId, ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.#boxes.get(plugin)?.entries.has(id));
    if (known.length === 0) return Promise.resolve();
    const { commit } = this.#options;
    // Ids are numbers of our own making: they may stand in the text.
    commit.open.statements.push({
      sql: `DELETE FROM inbox WHERE id IN (${known.map(Number).join(", ")})`,
      parameters: [],
    });
    for (const id of known) this.#deleteWithUndo(plugin, id, commit.open);
    return commit.touch();
  }

  async crashed(plugin: PluginId, id: number): Promise<boolean> {
    const entry = this.#boxes.get(plugin)?.entries.get(id);
    if (!entry || entry.aside) return false;
    const { commit } = this.#options;
    const before = { ...entry };
    entry.crashes++;
    if (entry.crashes >= CRASHES_TOLERATED) this.#setAside(plugin, id, entry);
    commit.open.statements.push({
      sql: "UPDATE inbox SET crashes = ?, aside = ? WHERE id = ?",
      parameters: [entry.crashes, entry.aside, id],
    });
    commit.open.onFailure(() => {
      this.#delete(plugin, id);
      this.#insert(plugin, id, before);
    });
    await commit.touch();
    return entry.aside;
  }

  size(plugin: PluginId): { readonly messages: number; readonly bytes: number } {
    const { messages, bytes } = this.#boxes.get(plugin) ?? { messages: 0, bytes: 0 };
    return { messages, bytes };
  }

  aside(plugin: PluginId): Promise<readonly InboxMessage[]> {
    return this.#select(plugin, true, this.#options.maxMessages);
  }

  dropAside(plugin: PluginId, id: number): Promise<void> {
    return this.#boxes.get(plugin)?.entries.get(id)?.aside ? this.remove(plugin, [id]) : Promise.resolve();
  }

  async #select(plugin: PluginId, aside: boolean, limit: number): Promise<readonly InboxMessage[]> {
    const rows = await this.#options.sql.all<StoredMessage>(
      `SELECT id, topic, payload, qos, retained, "at", client, crashes FROM inbox
       WHERE plugin = ? AND aside = ? ORDER BY id LIMIT ?`,
      [plugin, aside, limit],
    );
    // What was removed a moment ago may still be found.
    return rows.filter(({ id }) => this.#boxes.get(plugin)?.entries.has(id)).map((row) => toMessage(plugin, row));
  }

  #assertFits(plugin: PluginId, bytes: number): void {
    const { maxMessages, maxBytes, onFull } = this.#options;
    const size = this.size(plugin);
    if (size.messages < maxMessages && size.bytes + bytes <= maxBytes) return;
    onFull(plugin);
    throw new VatioError(
      "E_INBOX_FULL",
      `The inbox of ${plugin} is full: ${size.messages} messages, ${size.bytes} bytes. Start the plugin, or disable it.`,
      {
        retryable: true,
        details: { plugin, ...size },
      },
    );
  }

  #insert(plugin: PluginId, id: number, entry: Entry): void {
    const box = getOrMake(this.#boxes, plugin, () => ({ entries: new Map(), messages: 0, bytes: 0 }));
    box.entries.set(id, entry);
    if (entry.aside) return;
    box.messages++;
    box.bytes += entry.bytes;
  }

  #delete(plugin: PluginId, id: number): void {
    const box = this.#boxes.get(plugin);
    const entry = box?.entries.get(id);
    if (!box || !entry) return;
    box.entries.delete(id);
    if (entry.aside) return;
    box.messages--;
    box.bytes -= entry.bytes;
  }

  #deleteWithUndo(plugin: PluginId, id: number, generation: Generation): void {
    const entry = this.#boxes.get(plugin)?.entries.get(id);
    if (!entry) return;
    this.#delete(plugin, id);
    generation.onFailure(() => this.#insert(plugin, id, entry));
  }

  #setAside(plugin: PluginId, id: number, entry: Entry): void {
    this.#delete(plugin, id);
    this.#insert(plugin, id, { ...entry, aside: true });
    entry.aside = true;
  }
}

function toMessage(plugin: PluginId, { client, at, ...row }: StoredMessage): InboxMessage {
  return { ...row, plugin, at: at as Instant, ...(client === null ? {} : { client }) };
}

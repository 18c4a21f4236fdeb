import { type MqttMessage, type PluginId, VatioError } from "@vatio/plugin-api";
import type { InboxMessage, InboxStore } from "../../../src/store/index.js";

type Entry = InboxMessage & { crashes: number; isAside: boolean };

/** An inbox without a disk. It is durable for a test: hand the same one to the next hub. */
export class MemoryInbox implements InboxStore {
  readonly #entries: Entry[] = [];
  #id = 0;
  /** Messages of one plugin that fit. */
  capacity = Number.POSITIVE_INFINITY;
  /** What the next operations fail with. */
  broken: VatioError | undefined;
  /** Put before a message is durable: what a group commit does. */
  commit: () => Promise<void> = () => Promise.resolve();

  async put(plugin: PluginId, message: MqttMessage): Promise<void> {
    if (this.size(plugin).messages >= this.capacity) {
      throw new VatioError("E_INBOX_FULL", "The inbox is full.", { retryable: true });
    }
    this.#id += 1;
    const entry: Entry = { ...message, id: this.#id, plugin, crashes: 0, isAside: false };
    this.#entries.push(entry);
    await this.commit();
    if (!this.broken) return;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    throw this.broken;
  }

  async read(plugin: PluginId, limit: number): Promise<readonly InboxMessage[]> {
    await Promise.resolve();
    if (this.broken) throw this.broken;
    return this.#of(plugin).slice(0, limit);
  }

  async remove(plugin: PluginId, ids: readonly number[]): Promise<void> {
    await Promise.resolve();
    if (this.broken) throw this.broken;
    for (const entry of this.#of(plugin))
      if (ids.includes(entry.id)) this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  async crashed(plugin: PluginId, id: number): Promise<boolean> {
    const entry = this.#of(plugin).find((candidate) => candidate.id === id);
    if (!entry) return false;
    entry.crashes += 1;
    entry.isAside = entry.crashes >= 3;
    return entry.isAside;
  }

  size(plugin: PluginId): { messages: number; bytes: number } {
    const entries = this.#of(plugin);
    return { messages: entries.length, bytes: entries.reduce((sum, { payload }) => sum + payload.length, 0) };
  }

  async aside(plugin: PluginId): Promise<readonly InboxMessage[]> {
    return this.#entries.filter((entry) => entry.plugin === plugin && entry.isAside);
  }

  async dropAside(plugin: PluginId, id: number): Promise<void> {
    const at = this.#entries.findIndex((entry) => entry.plugin === plugin && entry.id === id && entry.isAside);
    if (at >= 0) this.#entries.splice(at, 1);
  }

  #of(plugin: PluginId): Entry[] {
    return this.#entries.filter((entry) => entry.plugin === plugin && !entry.isAside);
  }
}

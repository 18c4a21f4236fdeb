import { MetricRegistry } from "@vatio/model";
import type { MqttMessage, PluginId, VatioError } from "@vatio/plugin-api";
import { onTestFinished } from "vitest";
import { type HubClock, systemClock } from "../../../src/clock.js";
import { CounterTable } from "../../../src/counters.js";
import {
  IN_MEMORY,
  type InboxMessage,
  type InboxStore,
  openTelemetryStore,
  type TelemetryStore,
  type TelemetryStoreConfig,
} from "../../../src/store/index.js";
import { quietLog } from "./quiet-log.js";

/** A real telemetry store in memory; closed when the test is over. */
export async function openStore(
  config: Partial<TelemetryStoreConfig> = {},
  clock: HubClock = systemClock,
): Promise<TelemetryStore> {
  const store = await openTelemetryStore({
    ...{ path: IN_MEMORY, clock, counters: new CounterTable(), log: quietLog(), metrics: new MetricRegistry() },
    channels: { numberOf: () => undefined, channelOf: () => undefined, allocate: async () => undefined },
    assignments: { assignmentsOf: () => [] },
    config: { commitMs: 250, memoryMb: 64, minFreeMb: 0, commitWhenIdle: true, ...config },
  });
  onTestFinished(() => store.close());
  return store;
}

/** A real inbox whose operations fail while a test wants them to. */
export class FaultyInbox implements InboxStore {
  readonly #inbox: InboxStore;
  fault: VatioError | undefined;

  constructor(inbox: InboxStore) {
    this.#inbox = inbox;
  }

  async put(plugin: PluginId, message: MqttMessage): Promise<void> {
    this.#fail();
    return this.#inbox.put(plugin, message);
  }

  async read(plugin: PluginId, limit: number): Promise<readonly InboxMessage[]> {
    this.#fail();
    return this.#inbox.read(plugin, limit);
  }

  async remove(plugin: PluginId, ids: readonly number[]): Promise<void> {
    this.#fail();
    return this.#inbox.remove(plugin, ids);
  }

  async crashed(plugin: PluginId, id: number): Promise<boolean> {
    this.#fail();
    return this.#inbox.crashed(plugin, id);
  }

  size(plugin: PluginId): { readonly messages: number; readonly bytes: number } {
    return this.#inbox.size(plugin);
  }

  aside(plugin: PluginId): Promise<readonly InboxMessage[]> {
    return this.#inbox.aside(plugin);
  }

  dropAside(plugin: PluginId, id: number): Promise<void> {
    return this.#inbox.dropAside(plugin, id);
  }

  #fail(): void {
    if (this.fault) throw this.fault;
  }
}

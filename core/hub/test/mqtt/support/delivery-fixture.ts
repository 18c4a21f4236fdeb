import { type Instant, type MqttMessage, milliseconds, type PluginId, VatioError } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { beforeEach } from "vitest";
import { CounterTable } from "../../../src/counters.js";
import { HealthTree } from "../../../src/health.js";
import { PluginDelivery } from "../../../src/mqtt/delivery.js";
import { FilterMemory } from "../../../src/mqtt/filter-memory.js";
import type { OpenedState, TelemetryStoreConfig } from "../../../src/store/index.js";
import { memoryState } from "./memory-state.js";
import { quietLog } from "./quiet-log.js";
import { FaultyInbox, openStore } from "./real-inbox.js";
import { settle, until } from "./settle.js";

export const SHELLY = "shelly" as PluginId;
export const METER = "esp32-meter" as PluginId;
export const RETRYABLE = new VatioError("E_STORE_BLOCKED", "The disk is full.", { retryable: true });
export const FINAL = new VatioError("E_PAYLOAD_INVALID", "Not a number.");

export let clock: VirtualClock;
export let counters: CounterTable;
export let health: HealthTree;
export let inbox: FaultyInbox;
let state: OpenedState;
export let wanted: readonly string[];
export let retained: MqttMessage[];
export let memory: FilterMemory;

/** The inbox of a store of its own, before a delivery is made. */
export async function useStore(config: Partial<TelemetryStoreConfig>): Promise<void> {
  inbox = new FaultyInbox((await openStore(config, clock)).inbox);
}

export function newDelivery(): PluginDelivery {
  const log = quietLog();
  memory = new FilterMemory(state, clock, log);
  return new PluginDelivery({
    ...{ clock, counters, health, inbox, log, memory },
    transport: () => ({
      retained: () => retained,
      setFilters: (filters) => {
        wanted = filters;
      },
    }),
  });
}

/** What the broker retains. */
export function retain(messages: MqttMessage[]): void {
  retained = messages;
}

/** Lets time pass, and whatever needs no time happen. */
export async function pass(ms: number): Promise<void> {
  const end = (clock.now() + ms) as Instant;
  await settle(5);
  while (clock.fireNext(end)) await settle(5);
  clock.jumpTo(end);
  await settle(5);
}

/** Lets time pass until something is so; what the database does takes real time, in which none passes. */
export const passUntil = (condition: () => boolean | Promise<boolean>, what?: string): Promise<void> =>
  until(async () => {
    if (await condition()) return true;
    await pass(milliseconds(500));
    return condition();
  }, what);

let sequence = 0;
export const message = (topic: string, payload = String(sequence++), qos: 0 | 1 = 1): MqttMessage => ({
  ...{ topic, qos, retained: false, at: clock.now() },
  payload: Buffer.from(payload),
});
export const textOf = ({ payload }: { payload: Uint8Array }): string => Buffer.from(payload).toString("utf8");
export const waiting = (plugin = SHELLY): number => inbox.size(plugin).messages;

export interface Watched {
  outcome: string;
}

/** The outcome of a promise as far as it is known. */
export function watch(promise: Promise<void>): Watched {
  const seen: Watched = { outcome: "open" };
  promise.then(
    () => {
      seen.outcome = "acknowledged";
    },
    (error: unknown) => {
      seen.outcome = VatioError.from(error).code;
    },
  );
  return seen;
}

export const outcomes = (seen: readonly Watched[]): string[] => seen.map(({ outcome }) => outcome);
export const decided = (...seen: readonly Watched[]): Promise<void> =>
  until(() => !outcomes(seen).includes("open"), "every message is decided");

/** Gives every test of a file a delivery's surroundings of its own. */
export function useDeliveryFixture(): void {
  beforeEach(async () => {
    clock = new VirtualClock(1_700_000_000_000 as Instant);
    counters = new CounterTable();
    health = new HealthTree();
    state = await memoryState();
    wanted = [];
    retained = [];
    await useStore({});
    return async () => {
      await settle(2);
      await memory.flush();
      await state.close();
    };
  });
}

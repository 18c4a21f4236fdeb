import { type Instant, type MqttMessage, type PluginId, seconds } from "@vatio/plugin-api";
import { seededRandom } from "@vatio/testkit/seeded-random";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { onTestFinished } from "vitest";
import { type HubClock, systemClock } from "../../../src/clock.js";
import type { BootConfig } from "../../../src/config/types.js";
import { CounterTable } from "../../../src/counters.js";
import { HealthTree } from "../../../src/health.js";
import { type CreateMqttOptions, createMqtt, type HubMqtt } from "../../../src/mqtt/index.js";
import type { DeviceTopics } from "../../../src/mqtt/rights.js";
import { createSecretStore } from "../../../src/settings/index.js";
import type { InboxStore, StateDatabase } from "../../../src/store/index.js";
import { memoryState } from "./memory-state.js";
import { quietLog } from "./quiet-log.js";
import { openStore } from "./real-inbox.js";

export const SHELLY = "shelly" as PluginId;

/** Topics as the drivers of Shelly plugs and EnerTrack meters would have them. */
export const DEVICE_TOPICS: readonly DeviceTopics[] = [
  {
    driver: SHELLY,
    publish: ["{device}/online", "{device}/events/rpc", "{device}/status/+", "vatio/shelly/rpc"],
    subscribe: ["{device}/rpc", "{device}/command/#"],
  },
  { driver: "esp32-meter" as PluginId, publish: ["enertrack/{device}/+"], subscribe: [] },
];

/** What outlives a restart of a hub. */
export interface Durable {
  readonly state: StateDatabase;
  readonly inbox: InboxStore;
}

/** MQTT of a hub under test, with what it was built from. */
export interface TestMqtt extends Durable {
  readonly mqtt: HubMqtt;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: ReturnType<typeof quietLog>;
  readonly stop: () => Promise<void>;
}

export type TestMqttOptions = Partial<Pick<CreateMqttOptions, "limits" | "devices" | "handlerDeadline">> & {
  readonly mqtt?: BootConfig["mqtt"];
  readonly durable?: Durable;
  readonly clock?: HubClock;
};

/** Files and an inbox that a hub leaves to the next one; closed when the test is over. */
export async function newDurable(): Promise<Durable> {
  const state = await memoryState();
  onTestFinished(() => state.close());
  const { inbox } = await openStore();
  return { state, inbox };
}

/** Builds MQTT of a hub, not started: the embedded broker on a free port of the loopback, or what `mqtt` says. */
export async function buildMqtt({
  durable,
  mqtt: config,
  clock = systemClock,
  ...options
}: TestMqttOptions = {}): Promise<TestMqtt> {
  const { state, inbox } = durable ?? (await newDurable());
  const [counters, health, log] = [new CounterTable(), new HealthTree(), quietLog()];
  const random = seededRandom(7);
  const secrets = createSecretStore({ database: state, key: new Uint8Array(32), random, clock });
  const hub = createMqtt({
    ...{ state, inbox, counters, health, clock, random, secrets, ...options },
    config: { bind: "127.0.0.1", mqtt: config ?? { embedded: { port: 0 } } },
    log: { source: () => log },
    deviceTopics: DEVICE_TOPICS,
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= hub.stop());
  onTestFinished(() => stop());
  return { mqtt: hub, state, inbox, counters, health, log, stop };
}

/** The same, started. */
export async function startMqtt(options: TestMqttOptions = {}): Promise<TestMqtt> {
  const built = await buildMqtt(options);
  await built.mqtt.start();
  return built;
}

/** The port of the embedded broker. */
export const portOf = ({ mqtt: hub }: Pick<TestMqtt, "mqtt">): number => hub.address()?.port ?? 0;

/** A client of the embedded broker; ended when the test is over. */
export async function client(broker: TestMqtt, login: Partial<IClientOptions> = {}): Promise<MqttClient> {
  const { username, password } = await broker.mqtt.credentials.onboarding();
  const connected = mqtt.connect({
    ...{ protocol: "mqtt", host: "127.0.0.1", port: portOf(broker), reconnectPeriod: 0, connectTimeout: seconds(5) },
    ...{ username, password },
    ...login,
  });
  onTestFinished(() => connected.endAsync(true).catch(() => undefined));
  await new Promise<void>((resolve, reject) => {
    connected.once("connect", () => resolve());
    connected.once("error", reject);
    connected.once("close", () => reject(new Error("closed before it was connected")));
  });
  return connected;
}

/** An integration that may do everything. */
export async function integration(
  broker: TestMqtt,
  login: Partial<IClientOptions> = {},
  username = "bridge",
): Promise<MqttClient> {
  const { credentials } = broker.mqtt;
  const known = credentials.list().find((credential) => credential.username === username);
  const { password } = known
    ? await credentials.resetPassword(known.id)
    : await credentials.createIntegration({ username, publish: ["#"], subscribe: ["#"] });
  return client(broker, { username, password, ...login });
}

/** What a client receives, as it comes. */
export function inboxOf(connected: MqttClient): { topic: string; text: string; retain: boolean }[] {
  const got: { topic: string; text: string; retain: boolean }[] = [];
  connected.on("message", (topic, payload, { retain }) => got.push({ topic, text: payload.toString(), retain }));
  return got;
}

/** A plugin that notes all that it gets, and finishes each message when `gate` lets it. */
export function recorder(
  hub: HubMqtt,
  filter = "#",
  gate: (message: MqttMessage) => Promise<void> | void = () => undefined,
) {
  const got: { topic: string; text: string; retained: boolean; at: Instant; client?: string }[] = [];
  const subscription = hub.delivery.subscribe(SHELLY, filter, (message) => {
    const { topic, retained, at, client: sender } = message;
    got.push({
      topic,
      retained,
      at,
      text: Buffer.from(message.payload).toString(),
      ...(sender !== undefined && { client: sender }),
    });
    return gate(message);
  });
  hub.delivery.setPlugin(SHELLY, "running");
  return { got, subscription };
}

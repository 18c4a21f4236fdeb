import { type DurationMs, type PluginId, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { BootConfig } from "../config/types.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";
import type { HubLog } from "../log/types.js";
import type { Random } from "../random.js";
import type { SecretStore } from "../settings/types.js";
import type { InboxStore, StateDatabase } from "../store/types.js";
import type { BrokerLimits } from "./broker-limits.js";
import type { BrokerAddress } from "./broker-listeners.js";
import { PluginDelivery } from "./delivery.js";
import { EmbeddedBroker } from "./embedded-broker.js";
import { ExternalBroker } from "./external-broker.js";
import { FilterMemory } from "./filter-memory.js";
import { type CredentialDevices, MqttCredentials } from "./mqtt-credentials.js";
import type { Refusal } from "./refusal-log.js";
import { RetainedMessages } from "./retained-messages.js";
import type { DeviceTopics } from "./rights.js";
import type { MqttDelivery, MqttTransport } from "./types.js";

export interface CreateMqttOptions {
  readonly config: Pick<BootConfig, "bind" | "mqtt">;
  readonly clock: HubClock;
  readonly random: Random;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: Pick<HubLog, "source">;
  readonly state: StateDatabase;
  readonly secrets: SecretStore;
  readonly inbox: InboxStore;
  /** Topics of the drivers that there are, from their manifests; `setDeviceTopics` changes them later. */
  readonly deviceTopics?: readonly DeviceTopics[];
  /** Whether a plugin is installed: for one that is not, nothing is collected. Left out: every plugin is. */
  readonly isInstalled?: (plugin: PluginId) => boolean;
  /** Known devices: a blocked one is kept out, and a credential finds the id on the wire. */
  readonly devices?: CredentialDevices;
  readonly limits?: BrokerLimits;
  /** How long a plugin's handler may take. */
  readonly handlerDeadline?: DurationMs;
}

/** MQTT of the hub: the connection to devices, and the way to plugins. */
export interface HubMqtt {
  readonly transport: MqttTransport;
  readonly delivery: MqttDelivery;
  /** Of the embedded broker. With an external one they are kept, and of no use: devices have credentials of that broker. */
  readonly credentials: MqttCredentials;
  /** Reads credentials and filters. Call it before plugins start; `start` does it otherwise. */
  load(): Promise<void>;
  /**
   * Listens or connects. Call it when the plugins have subscribed: what comes earlier is for nobody, but for plugins that ran before.
   * @throws E_PORT_BUSY, E_PORT_DENIED, E_CONFIG_INVALID
   */
  start(): Promise<void>;
  /** Call it when the plugins have stopped and while the store still works: what they left is put into the inbox. */
  stop(): Promise<void>;
  /** Where the embedded broker listens; undefined with an external one and before it is started. */
  address(): BrokerAddress | undefined;
  /** Replaces the topics of drivers, when plugins were added or removed. */
  setDeviceTopics(topics: readonly DeviceTopics[]): void;
  /** The latest connections that the embedded broker refused, newest first. */
  refusals(): readonly Refusal[];
}

/**
 * Builds MQTT from the boot settings: an external broker when one is named, else the embedded one.
 * @throws E_CONFIG_INVALID
 */
export function createMqtt(options: CreateMqttOptions): HubMqtt {
  const { clock, random, counters, health, state, secrets, inbox, devices, handlerDeadline } = options;
  const log = options.log.source("mqtt");
  const memory = new FilterMemory(state, clock, log);
  const credentials = new MqttCredentials({ state, secrets, clock, random, log, ...(devices && { devices }) });
  credentials.setDeviceTopics(options.deviceTopics ?? []);
  const deadline = handlerDeadline === undefined ? {} : { deadline: handlerDeadline };
  const delivery: PluginDelivery = new PluginDelivery({
    ...{ clock, counters, health, log, inbox, memory, ...deadline },
    transport: () => transport,
  });
  const shared = { clock, counters, log, sink: delivery.sink };
  const { embedded, external } = options.config.mqtt;
  const broker = external
    ? new ExternalBroker({ ...shared, config: external, random, health, memory })
    : newEmbedded(embedded, { ...shared, options, credentials });
  const transport: MqttTransport = broker;
  let loaded: Promise<void> | undefined;
  const load = (): Promise<void> =>
    (loaded ??= Promise.all([credentials.load(), delivery.load(options.isInstalled)]).then(() => undefined));
  return {
    transport,
    delivery,
    credentials,
    load,
    start: async () => {
      await load();
      await transport.start();
    },
    stop: async () => {
      await transport.stop();
      await memory.flush();
    },
    address: () => (broker instanceof EmbeddedBroker ? broker.address : undefined),
    setDeviceTopics: (topics) => credentials.setDeviceTopics(topics),
    refusals: () => (broker instanceof EmbeddedBroker ? broker.refusals() : []),
  };
}

type Shared = Pick<
  ConstructorParameters<typeof EmbeddedBroker>[0],
  "clock" | "counters" | "log" | "sink" | "credentials"
> & {
  readonly options: CreateMqttOptions;
};

function newEmbedded(config: BootConfig["mqtt"]["embedded"], { options, ...shared }: Shared): EmbeddedBroker {
  if (!config) {
    const message = "No MQTT broker is configured. Set mqtt.port or mqtt.url in vatio.yaml.";
    throw new VatioError("E_CONFIG_INVALID", message, { details: { path: "mqtt" } });
  }
  const { clock, counters, log } = shared;
  const retained = new RetainedMessages({ state: options.state, clock, counters, log });
  return new EmbeddedBroker({
    ...shared,
    config,
    bind: options.config.bind,
    retained,
    ...(options.limits && { limits: options.limits }),
  });
}

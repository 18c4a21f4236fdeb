import { mkdir } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { CORE_MESSAGES, MessageCatalogue, MetricRegistry } from "@vatio/model";
import type { Instant, Manifest, PluginId } from "@vatio/plugin-api";
import {
  type Accounts,
  AuditLog,
  type Authorizer,
  createAccounts,
  createAuthorizer,
  pluginMay,
  type ScryptCost,
} from "./auth/index.js";
import { createCommandBus, createEventBus, type HubCommands, type HubEvents } from "./bus/index.js";
import { type HubClock, systemClock } from "./clock.js";
import type { BootConfig } from "./config/types.js";
import { CounterTable } from "./counters.js";
import { HealthTree } from "./health.js";
import { createHubLog, type HubLog } from "./log/index.js";
import { createMqtt, type HubMqtt } from "./mqtt/index.js";
import { createPluginHost, createPluginStates, type Lan, type RefusedPlugin, SystemLan } from "./plugins/index.js";
import type { HubPluginHost, PluginSource } from "./plugins/types.js";
import { type Random, systemRandom, ulids } from "./random.js";
import {
  Admission,
  admittingStore,
  createDeviceRegistry,
  createPointRegistry,
  createSiteRegistry,
  type DeviceRegistry,
  type PointRegistry,
  type SiteRegistry,
} from "./registry/index.js";
import {
  createDocuments,
  createHubDocument,
  createPrivateFolders,
  createSecretStore,
  createSettings,
  type Documents,
  loadSecretKey,
  type SecretStore,
  type Settings,
  type SettingsDocument,
} from "./settings/index.js";
import {
  type ChannelNumbers,
  IN_MEMORY,
  type OpenedState,
  openChannelNumbers,
  openStateDatabase,
  openTelemetryStore,
  type TelemetryStore,
} from "./store/index.js";

/** What a hub is made from. The hub imports no plugin: whoever composes it hands them in. */
export interface HubOptions {
  readonly config: BootConfig;
  readonly plugins: readonly PluginSource[];
  /** Installed plugins that cannot be used: shown with the reason. */
  readonly refusedPlugins?: readonly RefusedPlugin[];
  /** Folder of the built interface. */
  readonly uiRoot: string;
  readonly version: string;
  /** Simulated home in a throw-away folder; the interface says so. */
  readonly demo?: boolean;
  /** Called with an error that no plugin caused; the app logs it and exits, so that a service manager starts it again. */
  readonly onUnattributed?: (error: unknown) => void;
  readonly clock?: HubClock;
  readonly random?: Random;
  readonly lan?: Lan;
  /** Tests: commits as soon as nothing more arrives, so that real clients get their acknowledgement while a virtual clock stands still. */
  readonly commitWhenIdle?: boolean;
  /** Tests: payloads of events are validated and frozen, answers of the API are checked against their schemas. */
  readonly strict?: boolean;
  /** Tests: cheaper password hashes. */
  readonly passwordCost?: ScryptCost;
}

/** Everything that a hub consists of, wired by hand. */
export interface HubParts {
  readonly config: BootConfig;
  readonly startedAt: Instant;
  readonly clock: HubClock;
  readonly random: Random;
  readonly counters: CounterTable;
  readonly health: HealthTree;
  readonly log: HubLog;
  readonly state: OpenedState;
  readonly metrics: MetricRegistry;
  readonly messages: MessageCatalogue;
  readonly audit: AuditLog;
  readonly events: HubEvents;
  readonly commands: HubCommands;
  readonly sites: SiteRegistry;
  readonly points: PointRegistry;
  readonly devices: DeviceRegistry;
  readonly settings: Settings;
  /** All that people changed, as one YAML document. */
  readonly document: SettingsDocument;
  readonly secrets: SecretStore;
  readonly accounts: Accounts;
  readonly authorizer: Authorizer;
  readonly telemetry: TelemetryStore;
  readonly mqtt: HubMqtt;
  readonly plugins: HubPluginHost;
}

/** The parts that need nothing but the system. */
type Ground = Pick<
  HubParts,
  "config" | "clock" | "random" | "counters" | "health" | "log" | "state" | "metrics" | "messages" | "startedAt"
>;

/** The parts that remember. */
type Memory = Ground &
  Pick<HubParts, "audit" | "events" | "sites" | "points" | "devices" | "settings" | "secrets" | "accounts"> & {
    readonly documents: Documents;
    readonly channelNumbers: ChannelNumbers;
  };

const inFolder = (data: string, file: string): string => (data === IN_MEMORY ? IN_MEMORY : path.join(data, file));

async function layGround(options: HubOptions): Promise<Ground> {
  const { config, clock = systemClock, random = systemRandom } = options;
  const { data } = config;
  if (data !== IN_MEMORY) await mkdir(data, { recursive: true, mode: 0o700 });
  const counters = new CounterTable();
  const folder = data === IN_MEMORY ? {} : { folder: path.join(data, "logs") };
  const log = createHubLog({ ...config.log, ...folder, clock, counters });
  const state = await openStateDatabase({ path: inFolder(data, "state.duckdb"), clock, log: log.source("store") });
  log.attach(state);
  const messages = new MessageCatalogue();
  messages.set("core", CORE_MESSAGES);
  return {
    config,
    clock,
    random,
    counters,
    health: new HealthTree(),
    log,
    state,
    metrics: new MetricRegistry(),
    messages,
    startedAt: clock.now(),
  };
}

async function remember(options: HubOptions, ground: Ground): Promise<Memory> {
  const { clock, config, counters, log, random, state: database } = ground;
  const newId = ulids(clock, random);
  const audit = new AuditLog(database, clock);
  const warn = (message: string, fields: object): void => log.source("bus").warn(message, fields);
  const events = createEventBus({ clock, counters, warn, strict: options.strict ?? false });
  const publish: HubEvents["hub"]["publish"] = (type, payload) => events.hub.publish(type, payload);
  const places = { database, clock, newId, publish };
  const [sites, points, channelNumbers] = await Promise.all([
    createSiteRegistry(places),
    createPointRegistry(places),
    openChannelNumbers(database, clock),
  ]);
  const devices = await createDeviceRegistry({ database, clock, counters, channelNumbers, points, sites, publish });
  const settings = await createSettings({ database, clock, audit, publish });
  log.setLevel(settings.get("log.level") ?? config.log.level);
  const key = await loadSecretKey({ data: config.data, env: process.env, random });
  const secrets = createSecretStore({ database, key, random, clock });
  const cost = options.passwordCost === undefined ? {} : { cost: options.passwordCost };
  const accounts = await createAccounts({ database, clock, random, newId, sites, audit, ...cost });
  const documents = createDocuments({ database, clock });
  return { ...ground, audit, events, sites, points, devices, settings, secrets, accounts, documents, channelNumbers };
}

/**
 * Builds and wires every part of a hub. Nothing listens yet.
 * @throws E_STORE_LOCKED, E_STORE_*, E_SECRET_KEY_*, E_CONFIG_INVALID
 */
export async function assembleHub(options: HubOptions): Promise<HubParts> {
  const ground = await layGround(options);
  try {
    return await assemble(options, await remember(options, ground));
  } catch (error) {
    await ground.state.close();
    await ground.log.close();
    throw error;
  }
}

/** Everything in its order: who may what, then readings, commands, devices, and last the plugins, which use all of it. */
async function assemble(options: HubOptions, memory: Memory): Promise<HubParts> {
  const manifests: Manifests = new Map(options.plugins.map(({ manifest }) => [manifest.id as PluginId, manifest]));
  const authorizer = buildAuthorizer(memory, manifests);
  const telemetry = await openTelemetry(options, memory);
  const commands = buildCommands(memory, authorizer);
  const mqtt = buildMqtt(memory, { inbox: telemetry.inbox, manifests, refused: options.refusedPlugins ?? [] });
  const plugins = buildPluginHost(options, { ...memory, authorizer, telemetry, commands, mqtt });
  const document = createHubDocument({ ...memory, plugins });
  return { ...memory, authorizer, commands, telemetry, mqtt, plugins, document };
}

type Manifests = ReadonlyMap<PluginId, Manifest>;

const buildAuthorizer = ({ accounts }: Memory, manifests: Manifests): Authorizer =>
  createAuthorizer({
    userOf: (id) => accounts.user(id),
    tokenOf: (id) => accounts.tokens().find((token) => token.id === id),
    pluginMay: (plugin, action, resource) => pluginMay(manifests.get(plugin), action, resource),
  });

function openTelemetry(options: HubOptions, memory: Memory): Promise<TelemetryStore> {
  const { channelNumbers, clock, config, counters, health, log, metrics, points } = memory;
  return openTelemetryStore({
    path: inFolder(config.data, "telemetry.duckdb"),
    clock,
    counters,
    health,
    log: log.source("store"),
    metrics,
    channels: channelNumbers,
    assignments: points,
    config: { ...config.store, commitWhenIdle: options.commitWhenIdle ?? false },
  });
}

function buildCommands({ audit, clock, counters, log, points }: Memory, authorizer: Authorizer): HubCommands {
  const warn = (message: string, fields: object): void => log.source("bus").warn(message, fields);
  const channelOf = (point: string) => points.channelOf(point as Parameters<PointRegistry["channelOf"]>[0]);
  return createCommandBus({ clock, counters, authorizer, audit, channelOf, warn });
}

/** What MQTT needs to know of the plugins before there are any. */
interface MqttSurroundings {
  readonly inbox: TelemetryStore["inbox"];
  readonly manifests: Manifests;
  readonly refused: readonly RefusedPlugin[];
}

function buildMqtt(memory: Memory, { inbox, manifests, refused }: MqttSurroundings): HubMqtt {
  const { clock, config, counters, devices, health, log, random, secrets, state } = memory;
  const deviceTopics = [...manifests.values()].flatMap(({ id, mqtt }) =>
    mqtt ? [{ driver: id as PluginId, ...mqtt.deviceTopics }] : [],
  );
  // What came for a plugin that cannot be used at the moment is kept: its next version may be better.
  const isInstalled = (plugin: PluginId): boolean => manifests.has(plugin) || refused.some(({ id }) => id === plugin);
  const basics = { config, clock, random, counters, health, log };
  return createMqtt({ ...basics, state, secrets, inbox, devices, deviceTopics, isInstalled });
}

type Before = Memory & Pick<HubParts, "authorizer" | "telemetry" | "commands" | "mqtt">;

function buildPluginHost(options: HubOptions, parts: Before): HubPluginHost {
  const { clock, config, counters, devices, documents, random, state, telemetry } = parts;
  return createPluginHost({
    services: {
      ...parts,
      telemetry: admittingStore(telemetry, new Admission(devices, clock), counters),
      documents: (plugin) => documents.forPlugin(plugin),
      files: createPrivateFolders({ root: inFolder(config.data, "plugin-files"), random, clock }),
      states: createPluginStates(state, clock),
      lan: options.lan ?? new SystemLan(),
    },
    sources: options.plugins,
    refused: options.refusedPlugins ?? [],
    config: config.plugins,
    ...(options.onUnattributed ? { onUnattributed: options.onUnattributed } : {}),
  });
}

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
import { type BackfillService, createBackfill } from "./backfill/index.js";
import {
  BACKUP_OWNER,
  type BackupService,
  createBackups,
  createKeySealer,
  createSetupRestore,
  type KeySealer,
  LocalControl,
  requireWritable,
  type SetupRestore,
} from "./backup/index.js";
import { createCommandBus, createEventBus, type HubCommands, type HubEvents } from "./bus/index.js";
import { type HubClock, systemClock } from "./clock.js";
import type { BootConfig } from "./config/types.js";
import { CounterTable } from "./counters.js";
import { createEnergyService, type EnergyService } from "./energy/index.js";
import { HealthTree } from "./health.js";
import { createImports, FormatTable, ImportRecords, type ImportService } from "./imports/index.js";
import { createHubLog, type HubLog } from "./log/index.js";
import { createMqtt, type HubMqtt } from "./mqtt/index.js";
import { noteMissingTelemetry, openState } from "./open-data.js";
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
  createRetention,
  IN_MEMORY,
  type OpenedState,
  openChannelNumbers,
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
  /** Called when the hub has to be stopped and made anew: a backup was chosen on the set-up page. */
  readonly onRestart?: () => void;
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
  readonly energy: EnergyService;
  readonly mqtt: HubMqtt;
  readonly plugins: HubPluginHost;
  /** Fetches what was missed from the devices' own memory. */
  readonly backfill: BackfillService;
  readonly backups: BackupService;
  /** History from files. */
  readonly imports: ImportService;
  readonly importRecords: ImportRecords;
  /** Restores a backup into a hub that waits for its first person. */
  readonly setupRestore: SetupRestore;
  /** Lets the command line reach this hub. */
  readonly localControl: LocalControl;
}

/** The parts that need nothing but the system. */
type Ground = Pick<
  HubParts,
  "config" | "clock" | "random" | "counters" | "health" | "log" | "state" | "metrics" | "messages" | "startedAt"
>;

/** The parts that remember. */
type Memory = Ground &
  Pick<
    HubParts,
    "audit" | "events" | "sites" | "points" | "devices" | "settings" | "secrets" | "accounts" | "importRecords"
  > & {
    readonly documents: Documents;
    readonly channelNumbers: ChannelNumbers;
    readonly keySealer: KeySealer;
    readonly formats: FormatTable;
    readonly newId: () => string;
  };

const inFolder = (data: string, file: string): string => (data === IN_MEMORY ? IN_MEMORY : path.join(data, file));

async function layGround(options: HubOptions): Promise<Ground> {
  const { config, clock = systemClock, random = systemRandom } = options;
  const { data } = config;
  if (data !== IN_MEMORY) await requireWritable(data);
  const counters = new CounterTable();
  const folder = data === IN_MEMORY ? {} : { folder: path.join(data, "logs") };
  const log = createHubLog({ ...config.log, ...folder, clock, counters });
  const state = await openState(data, log, clock);
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
  const [sites, points, channelNumbers, importRecords] = await Promise.all([
    createSiteRegistry(places),
    createPointRegistry(places),
    openChannelNumbers(database, clock),
    ImportRecords.open(database, clock),
  ]);
  const devices = await createDeviceRegistry({ database, clock, counters, channelNumbers, points, sites, publish });
  const settings = await createSettings({ database, clock, audit, publish });
  log.setLevel(settings.get("log.level") ?? config.log.level);
  const key = await loadSecretKey({ data: config.data, env: process.env, random });
  const secrets = createSecretStore({ database, key, random, clock });
  const cost = options.passwordCost === undefined ? {} : { cost: options.passwordCost };
  const accounts = await createAccounts({ database, clock, random, newId, sites, audit, ...cost });
  const documents = createDocuments({ database, clock });
  const keySealer = createKeySealer(key, random, options.passwordCost);
  const people = { audit, events, settings, secrets, accounts, documents, keySealer };
  const files = { formats: new FormatTable(), importRecords, newId };
  return { ...ground, ...people, ...files, sites, points, devices, channelNumbers };
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
  await noteMissingTelemetry(memory);
  const telemetry = await openTelemetry(options, memory);
  const commands = buildCommands(memory, authorizer);
  const mqtt = buildMqtt(memory, { inbox: telemetry.inbox, manifests, refused: options.refusedPlugins ?? [] });
  const energy = buildEnergy(options, memory, telemetry);
  const plugins = buildPluginHost(options, { ...memory, authorizer, telemetry, energy, commands, mqtt });
  const document = createHubDocument({ ...memory, plugins });
  const backfill = createBackfill({ ...memory, database: memory.state, store: telemetry, plugins });
  const backups = buildBackups(options, memory, telemetry);
  const imports = buildImports(memory, telemetry, energy);
  const setupRestore = buildSetupRestore(options, memory);
  const { data } = memory.config;
  const localControl = new LocalControl({ ...memory, data, backups, log: memory.log.source("backup") });
  return {
    ...memory,
    authorizer,
    commands,
    telemetry,
    energy,
    mqtt,
    plugins,
    document,
    backfill,
    backups,
    imports,
    setupRestore,
    localControl,
  };
}

function buildImports(memory: Memory, { segments }: TelemetryStore, energy: EnergyService): ImportService {
  const { config, importRecords: records, log } = memory;
  return createImports({ ...memory, data: config.data, log: log.source("imports"), records, segments, energy });
}

function buildBackups({ demo = false, version }: HubOptions, memory: Memory, telemetry: TelemetryStore): BackupService {
  const { accounts, config, documents, events, sites } = memory;
  return createBackups({
    ...memory,
    data: config.data,
    telemetry,
    hold: () => telemetry.segments.hold(),
    documents: documents.of(BACKUP_OWNER),
    zone: () => sites.first()?.zone ?? "UTC",
    isWanted: () => !demo && !accounts.needsSetup,
    hubVersion: version,
    onSettingsChanged: (listener) => events.hub.subscribe("settings.changed", ({ payload }) => listener(payload.key)),
  });
}

function buildSetupRestore({ onRestart, version }: HubOptions, { clock, config, log }: Memory): SetupRestore {
  const restart = onRestart === undefined ? {} : { onRestart };
  return createSetupRestore({ data: config.data, hubVersion: version, clock, log: log.source("backup"), ...restart });
}

type Manifests = ReadonlyMap<PluginId, Manifest>;

const buildAuthorizer = ({ accounts }: Memory, manifests: Manifests): Authorizer =>
  createAuthorizer({
    userOf: (id) => accounts.user(id),
    tokenOf: (id) => accounts.tokens().find((token) => token.id === id),
    pluginMay: (plugin, action, resource) => pluginMay(manifests.get(plugin), action, resource),
  });

function openTelemetry(options: HubOptions, memory: Memory): Promise<TelemetryStore> {
  const { channelNumbers, clock, config, counters, health, log, metrics, points, settings } = memory;
  return openTelemetryStore({
    path: inFolder(config.data, "telemetry.duckdb"),
    clock,
    counters,
    health,
    log: log.source("store"),
    metrics,
    channels: channelNumbers,
    assignments: points,
    retention: createRetention({ settings, metrics, pointOf: (channel) => points.pointOf(channel) }),
    config: { ...config.store, commitWhenIdle: options.commitWhenIdle ?? false },
  });
}

function buildEnergy(options: HubOptions, memory: Memory, store: TelemetryStore): EnergyService {
  const { channelNumbers: channels, clock, counters, devices, events, health, log, points, sites } = memory;
  const parts = { clock, counters, devices, health, points, sites };
  const energyLog = log.source("energy");
  return createEnergyService({
    ...parts,
    store,
    channels,
    events: events.hub,
    log: energyLog,
    imports: memory.importRecords,
    atOnce: options.commitWhenIdle ?? false,
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

type Before = Memory & Pick<HubParts, "authorizer" | "telemetry" | "energy" | "commands" | "mqtt">;

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

import { CORE_MESSAGES, MessageCatalogue, MetricRegistry } from "@vatio/model";
import { type Instant, type PluginId, SHARED_COMMANDS, type UserId, VatioError } from "@vatio/plugin-api";
import { AuditLog, createAccounts, createAuthorizer, type User } from "../../../src/auth/index.js";
import { createBackfill } from "../../../src/backfill/index.js";
import { createBackups, createKeySealer, createSetupRestore } from "../../../src/backup/index.js";
import { createCommandBus, createEventBus, type Party } from "../../../src/bus/index.js";
import { systemClock } from "../../../src/clock.js";
import type { BootConfig } from "../../../src/config/types.js";
import { CounterTable } from "../../../src/counters.js";
import { createEnergyService } from "../../../src/energy/index.js";
import { HealthTree } from "../../../src/health.js";
import type { HttpServices } from "../../../src/http/index.js";
import { createImports, FormatTable, ImportRecords } from "../../../src/imports/index.js";
import { createHubLog } from "../../../src/log/index.js";
import { MqttCredentials } from "../../../src/mqtt/mqtt-credentials.js";
import { systemRandom, ulids } from "../../../src/random.js";
import { createDeviceRegistry, createPointRegistry, createSiteRegistry } from "../../../src/registry/index.js";
import { createDocuments } from "../../../src/settings/documents.js";
import { createHubDocument } from "../../../src/settings/hub-document.js";
import { createSecretStore } from "../../../src/settings/secret-store.js";
import { createSettings } from "../../../src/settings/settings-store.js";
import {
  IN_MEMORY,
  openChannelNumbers,
  openStateDatabase,
  openTelemetryStore,
  type StateDatabase,
} from "../../../src/store/index.js";
import { type MemoryPlugins, memoryPlugins } from "./memory-plugins.js";

/** What a test may reach beside what the server uses. */
export interface TestServices extends HttpServices {
  readonly plugins: MemoryPlugins;
  readonly publish: ReturnType<typeof createEventBus>["hub"]["publish"];
  readonly handleSwitch: (answer: (input: unknown) => Promise<{ wasOn: boolean; on: boolean }>) => void;
  readonly uiRoots: Map<string, string>;
  close(): Promise<void>;
}

export const ROLES = ["viewer", "operator", "manager", "admin"] as const;
export const PASSWORD = "correct horse battery";

const clock = systemClock;
const random = systemRandom;
const newId = ulids(clock, random);

/** The real services behind HTTP, over a state database in memory; readings and plugins are the test's own. */
export async function createTestServices({ people = true }: { readonly people?: boolean } = {}): Promise<TestServices> {
  const counters = new CounterTable();
  const log = createHubLog({ level: "debug", clock, counters, console: false, retentionDays: 1 });
  const database = await openStateDatabase({ path: IN_MEMORY, clock, log: log.source("state") });
  log.attach(database);
  if (people) await addPeople(database);
  const audit = new AuditLog(database, clock);
  const warn = log.source("bus").warn;
  const events = createEventBus({ clock, counters, warn, strict: true });
  const publish = events.hub.publish.bind(events.hub);
  const places = { database, clock, newId, publish };
  const [sites, points] = [await createSiteRegistry(places), await createPointRegistry(places)];
  const channelNumbers = await openChannelNumbers(database, clock);
  const devices = await createDeviceRegistry({ ...places, counters, channelNumbers, points, sites });
  const metrics = new MetricRegistry();
  const store = await openTelemetryStore({
    path: IN_MEMORY,
    clock,
    counters,
    log: log.source("store"),
    metrics,
    channels: channelNumbers,
    assignments: points,
    config: { commitMs: 10, memoryMb: 64, minFreeMb: 1, commitWhenIdle: true },
    freeSpace: async () => 1e12,
  });
  const health = new HealthTree();
  const energy = createEnergyService({
    ...{ store, clock, counters, health, points, sites, devices, channels: channelNumbers },
    events: events.hub,
    log: log.source("energy"),
  });
  const accounts = await createAccounts({ database, clock, random, newId, sites, audit, cost: { n: 16, r: 1, p: 1 } });
  const authorizer = createAuthorizer({
    userOf: (id) => accounts.user(id),
    tokenOf: (id) => accounts.tokens().find((token) => token.id === id),
    pluginMay: () => true,
  });
  const commands = createCommandBus({
    clock,
    counters,
    authorizer,
    audit,
    warn,
    channelOf: (point) => points.channelOf(point as never),
  });
  const secrets = createSecretStore({ database, key: random.bytes(32), random, clock });
  const mqttCredentials = new MqttCredentials({
    state: database,
    secrets,
    clock,
    random,
    log: log.source("mqtt"),
    devices,
  });
  await mqttCredentials.load();
  mqttCredentials.setDeviceTopics([
    { driver: "shelly" as PluginId, publish: ["{device}/#"], subscribe: ["{device}/rpc"] },
  ]);
  const messages = new MessageCatalogue();
  messages.set("core", CORE_MESSAGES);
  const uiRoots = new Map<string, string>();
  const settings = await createSettings({ database, clock, audit, publish });
  const plugins = memoryPlugins();
  const backups = createBackups({
    ...{ data: IN_MEMORY, state: database, telemetry: store, clock, counters, health, log, audit, settings },
    hold: () => store.segments.hold(),
    documents: createDocuments({ database, clock }).of("hub:backup"),
    keySealer: createKeySealer(random.bytes(32), random),
    hubVersion: "0.1.0",
    zone: () => "UTC",
    isWanted: () => false,
    onSettingsChanged: () => ({ [Symbol.dispose]: () => undefined }),
  });
  const backfill = createBackfill({
    ...{ database, store, devices, points, sites, settings, events, clock, counters, log },
    plugins: { history: () => undefined, offersHistory: () => false },
  });
  const imports = createImports({
    ...{
      data: IN_MEMORY,
      clock,
      log: log.source("imports"),
      newId,
      formats: new FormatTable(),
      segments: store.segments,
    },
    ...{ records: await ImportRecords.open(database, clock), energy, points, sites, settings },
  });
  const setupRestore = createSetupRestore({ data: IN_MEMORY, hubVersion: "0.1.0", clock, log: log.source("backup") });
  return {
    hub: { version: "0.1.0", startedAt: clock.now(), demo: false },
    accounts,
    authorizer,
    audit,
    devices,
    points,
    sites,
    store,
    energy,
    backfill,
    imports,
    backups,
    setupRestore,
    metrics,
    plugins,
    pluginUiRoot: (id) => uiRoots.get(id),
    commands,
    events: events.hub,
    log,
    health,
    counters,
    settings,
    document: createHubDocument({ settings, sites, points, devices, plugins }),
    mqtt: {
      kind: "embedded",
      start: async () => undefined,
      stop: async () => undefined,
      publish: async () => undefined,
      setFilters: () => undefined,
      retained: () => [],
      status: () => ({ connected: true, clients: 2 }),
    },
    mqttCredentials,
    mqttRefusals: () => [
      { address: "10.0.0.7", username: "boiler", clientId: "c", reason: "wrong-password", at: clock.now(), times: 2 },
    ],
    messages,
    clock,
    random,
    publish,
    uiRoots,
    handleSwitch: (answer) => void commands.handle(SHELLY, "switch.set", answer as never),
    close: async () => {
      await store.close();
      await log.close();
      await database.close();
    },
  };
}

const SHELLY: Party = {
  id: "shelly" as PluginId,
  enter: (call) => call(),
  failed: () => undefined,
  lagged: () => undefined,
  overflowed: () => undefined,
};

/** One person of each role; they sign in with links, so their passwords need no hash. */
async function addPeople(database: StateDatabase): Promise<void> {
  for (const role of ROLES) {
    const at = clock.now();
    await database.run(
      "INSERT INTO users (id, name, role, language, region, theme, password, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [`user-${role}`, role, role, "en", "en-GB", "auto", "none", at, at],
    );
  }
}

export const userIdOf = (role: User["role"]): UserId => `user-${role}` as UserId;

/** Boot settings of a hub that listens on a free port of this machine. */
export const testConfig = (http: Partial<BootConfig["http"]> = {}): BootConfig => ({
  data: ":memory:",
  bind: "127.0.0.1",
  http: { port: 0, trustedProxies: [], ...http },
  mqtt: { embedded: { port: 1883 } },
  log: { level: "debug", retentionDays: 1, console: false },
  store: { commitMs: 250, memoryMb: 64, minFreeMb: 1 },
  plugins: { forceWorker: [], allowInline: [], workerMemoryMb: 128 },
});

/** A home with one accepted Shelly, and what it is called. */
export async function addShelly({ sites, devices }: Pick<TestServices, "sites" | "devices">) {
  const site =
    sites.first() ??
    (await sites.create({
      name: "Casa",
      zone: "America/Mexico_City",
      currency: "MXN",
      language: "es",
      region: "es-MX",
      nominalVoltage: 127,
      phases: 1,
    }));
  const announced = await devices.announce("shelly" as PluginId, {
    hardwareId: "a8032412c3d4",
    model: "Plus 1PM",
    suggestedName: "Boiler",
    channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w", "voltage_v"], switchable: true }],
  });
  const device = await devices.accept(announced.id, { name: "Boiler" });
  const channel = device.channels[0];
  const point = channel?.point;
  if (!channel || !point) throw new VatioError("E_INTERNAL", "The accepted device has no point.");
  return { site, device: device.id, channel: channel.id, point };
}

export const at = (ms: number): Instant => ms as Instant;
export { SHARED_COMMANDS };

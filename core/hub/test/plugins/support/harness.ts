import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CORE_MESSAGES, MessageCatalogue, MetricRegistry } from "@vatio/model";
import type { Actor, AnyPlugin, Manifest, PluginId, ServiceRecord } from "@vatio/plugin-api";
import { definePlugin, type PluginContext, Type, VatioError } from "@vatio/plugin-api";
import { seededRandom } from "@vatio/testkit/seeded-random";
import { AuditLog } from "../../../src/auth/audit-log.js";
import type { Authorizer } from "../../../src/auth/types.js";
import { createCommandBus, createEventBus } from "../../../src/bus/index.js";
import { CounterTable } from "../../../src/counters.js";
import { createEnergyService } from "../../../src/energy/index.js";
import { HealthTree } from "../../../src/health.js";
import { FormatTable } from "../../../src/imports/format-table.js";
import { createHubLog, type LogLine } from "../../../src/log/index.js";
import { createMqtt } from "../../../src/mqtt/index.js";
import { createPluginHost } from "../../../src/plugins/host.js";
import type { HubServices } from "../../../src/plugins/hub-services.js";
import type { Lan } from "../../../src/plugins/net/lan.js";
import { createPluginStates } from "../../../src/plugins/plugin-states.js";
import { distinctPlugins } from "../../../src/plugins/refused-plugins.js";
import type { HubPluginHost, PluginHostConfig, PluginSource } from "../../../src/plugins/types.js";
import { ulids } from "../../../src/random.js";
import { createDeviceRegistry, createPointRegistry, createSiteRegistry } from "../../../src/registry/index.js";
import { createDocuments, createPrivateFiles, createSecretStore } from "../../../src/settings/index.js";
import { openChannelNumbers, type StateDatabase } from "../../../src/store/index.js";
import { memoryState } from "../../support/memory-state.js";
import { ManualClock, settle } from "./manual-clock.js";
import { openRecordedTelemetry, type RecordedTelemetry } from "./recorded-telemetry.js";

export const admin: Actor = { kind: "user", id: "admin" };
export const guest: Actor = { kind: "user", id: "guest" };

/** Everybody may do everything but the guest, who may read what is not called secret. */
const authorizer: Authorizer = {
  can: (actor, action, resource) =>
    actor.id !== "guest" || (action === "read" && !("id" in resource && resource.id.includes("secret"))),
  require(actor, action, resource) {
    if (!authorizer.can(actor, action, resource)) throw new VatioError("E_PERMISSION", `Not for ${actor.id}.`);
  },
};

/** A network of the test's own. */
export class TestLan implements Lan {
  readonly hosts = new Map<string, readonly string[]>();
  readonly fetched: { url: string; method: string; addresses: readonly string[]; headers: Headers; body: string }[] =
    [];
  answer: (request: Request) => Response | Promise<Response> = () => new Response("ok");
  connects: Lan["connect"] = () => Promise.reject(new Error("nobody listens"));
  readonly browsers = new Set<(record: ServiceRecord) => void>();

  async resolve(host: string): Promise<readonly string[]> {
    return this.hosts.get(host) ?? [host];
  }

  async fetch(request: Request, addresses: readonly string[]): Promise<Response> {
    const { url, method, headers } = request;
    this.fetched.push({ url, method, addresses, headers, body: await request.clone().text() });
    return this.answer(request);
  }

  connect: Lan["connect"] = (target, signal) => this.connects(target, signal);

  browse(_service: string, found: (record: ServiceRecord) => void): Disposable {
    this.browsers.add(found);
    return { [Symbol.dispose]: () => void this.browsers.delete(found) };
  }
}

/** What a test plugin is, beside its setup. */
export type TestManifest = Partial<Omit<Manifest, "config">> & { readonly config?: Manifest["config"] };

/** A plugin of a few lines. */
export function testPlugin(
  manifest: TestManifest & { readonly id: string },
  setup: (ctx: PluginContext<never>) => void | Promise<void> = () => undefined,
): AnyPlugin {
  return definePlugin({
    manifest: { ...baseManifest, ...manifest },
    setup: setup as (ctx: PluginContext<object>) => void | Promise<void>,
  });
}

export const baseManifest = {
  name: "Test",
  version: "1.0.0",
  hub: "^0.1",
  config: Type.Object({}),
  configVersion: 1,
  permissions: [],
} as const satisfies Partial<Manifest>;

/** The plugin as the app hands it over. */
export const sourceOf = (plugin: AnyPlugin, options: Partial<PluginSource> = {}): PluginSource => ({
  manifest: plugin.manifest,
  load: async () => plugin,
  firstParty: true,
  ...options,
});

export interface HarnessOptions {
  readonly config?: Partial<PluginHostConfig>;
  /** That of an earlier harness: a restart of the hub. */
  readonly state?: StateDatabase;
  readonly start?: boolean;
  readonly clock?: HubServices["clock"];
  readonly onUnattributed?: (error: unknown) => void;
}

export interface Harness extends AsyncDisposable {
  readonly host: HubPluginHost;
  readonly services: HubServices;
  readonly telemetry: RecordedTelemetry;
  readonly lan: TestLan;
  readonly clock: ManualClock;
  readonly state: StateDatabase;
  readonly audit: AuditLog;
  readonly logs: LogLine[];
  /** Messages that were published to devices. */
  readonly published: { topic: string; payload: string }[];
  stateOf(plugin: string): string | undefined;
  /** A message comes in from the broker. */
  message(topic: string, payload: string): Promise<void>;
}

/** A plugin host with the real parts of the hub around it; only the network and the broker's wire are the test's own. */
export async function makeHarness(sources: readonly PluginSource[], options: HarnessOptions = {}): Promise<Harness> {
  const clock = (options.clock ?? new ManualClock()) as ManualClock;
  const state = options.state ?? (await memoryState());
  const folder = mkdtempSync(path.join(tmpdir(), "vatio-test-"));
  const random = seededRandom(1);
  const counters = new CounterTable();
  const health = new HealthTree();
  const log = createHubLog({ level: "debug", clock, counters, console: false, retentionDays: 1 });
  const logs: LogLine[] = [];
  log.onLine((line) => logs.push(line));
  const warn = (message: string, fields: object): void => log.source("bus").warn(message, fields);
  const events = createEventBus({ clock, counters, warn, strict: true });
  const publish = events.hub.publish.bind(events.hub);
  const audit = new AuditLog(state, clock);
  const places = { database: state, clock, newId: ulids(clock, random), publish };
  const [sites, points, channelNumbers] = await Promise.all([
    createSiteRegistry(places),
    createPointRegistry(places),
    openChannelNumbers(state, clock),
  ]);
  const devices = await createDeviceRegistry({
    database: state,
    clock,
    counters,
    channelNumbers,
    points,
    sites,
    publish,
  });
  const metrics = new MetricRegistry();
  const telemetry = await openRecordedTelemetry({
    ...{ clock, counters, health, log: log.source("store"), metrics, channels: channelNumbers, assignments: points },
  });
  const energy = createEnergyService({
    ...{ clock, counters, health, log: log.source("energy"), channels: channelNumbers, points, sites, devices },
    store: telemetry.store,
    events: events.hub,
    atOnce: true,
  });
  const secrets = createSecretStore({ database: state, key: random.bytes(32), random, clock });
  const channelOf = (point: string) => points.channelOf(point as never);
  const commands = createCommandBus({ clock, counters, authorizer, audit, channelOf, warn });
  const mqtt = createMqtt({
    config: { bind: "127.0.0.1", mqtt: { embedded: { port: 0 } } },
    ...{ clock, random, counters, health, log, state, secrets, inbox: telemetry.store.inbox, devices },
  });
  await mqtt.load();
  const published: { topic: string; payload: string }[] = [];
  const lan = new TestLan();
  const documents = createDocuments({ database: state, clock });
  const messages = new MessageCatalogue();
  messages.set("core", CORE_MESSAGES);
  const services: HubServices = {
    ...{
      clock,
      random,
      log,
      counters,
      health,
      events,
      commands,
      devices,
      points,
      sites,
      secrets,
      authorizer,
      audit,
      lan,
      messages,
    },
    formats: new FormatTable(),
    metrics,
    energy,
    telemetry: telemetry.store,
    mqtt: {
      delivery: mqtt.delivery,
      transport: {
        publish: async (topic, payload) => {
          published.push({ topic, payload: Buffer.from(payload as string).toString() });
        },
      },
    },
    documents: (plugin) => documents.forPlugin(plugin),
    files: (plugin) => createPrivateFiles({ folder: path.join(folder, plugin), random }),
    states: createPluginStates(state, clock),
  };
  const host = createPluginHost({
    services,
    ...distinctPlugins(sources),
    config: { forceWorker: [], workerMemoryMb: 128, ...options.config },
    ...(options.onUnattributed && { onUnattributed: options.onUnattributed }),
  });
  if (options.start !== false) await host.start();
  return {
    ...{ host, services, telemetry, lan, clock, state, audit, logs, published },
    stateOf: (plugin) => host.get(plugin as PluginId)?.state,
    message: (topic, payload) =>
      mqtt.delivery.sink({ topic, payload: Buffer.from(payload), qos: 1, retained: false, at: clock.now() }),
    async [Symbol.asyncDispose]() {
      await Promise.race([host.stop(), settle(2_000)]);
      await mqtt.stop();
      await telemetry.store.close();
      await log.close();
      if (options.state === undefined) await state.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type BootDocument,
  createHub,
  type Hub,
  type HubParts,
  IN_MEMORY,
  type LogLine,
  loadBootConfig,
  type PluginSource,
} from "@vatio/hub";
import {
  type Actor,
  type AnyPlugin,
  type ChannelId,
  type CommandName,
  type DurationMs,
  type EventType,
  type Instant,
  instant,
  type Json,
  type PluginId,
  parseDuration,
  type VatioCommands,
  VatioError,
  type VatioEvent,
  type VatioEvents,
} from "@vatio/plugin-api";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { FakeLan } from "./fake-lan.js";
import { seededRandom } from "./seeded-random.js";
import { settle } from "./settle.js";
import { VirtualClock } from "./virtual-clock.js";

/** What a test hub is made of. */
export interface TestHubOptions {
  /** Plugins, or sources of plugins where a worker needs an entry. */
  readonly plugins?: readonly (AnyPlugin | PluginSource)[];
  /** Settings of plugins by their id. */
  readonly settings?: Readonly<Record<string, Json>>;
  /** Secrets of plugins by their id. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `:memory:` when left out; `folder`: a temporary folder that goes with the hub; else a folder that stays. */
  readonly store?: ":memory:" | "folder" | (string & {});
  /** ISO 8601 with an offset. */
  readonly now?: string;
  readonly seed?: number;
  /** False: the hub waits for its first person. */
  readonly setUp?: boolean;
  /** Wins over the boot settings of the test. */
  readonly config?: BootDocument;
  readonly uiRoot?: string;
}

/** The person of a test hub. */
export const TEST_PERSON = { name: "Ana", password: "correct horse battery" } as const;

const HUB: Actor = { kind: "hub", id: "test" };
const NOW = "2026-11-20T12:00:00-06:00";
const SITE = {
  language: "en",
  region: "en-US",
  zone: "America/Mexico_City",
  currency: "MXN",
  siteName: "Home",
  nominalVoltage: 127,
  phases: 3,
} as const;

const isSource = (plugin: AnyPlugin | PluginSource): plugin is PluginSource => "load" in plugin;
const sourceOf = (plugin: AnyPlugin | PluginSource): PluginSource =>
  isSource(plugin) ? plugin : { manifest: plugin.manifest, load: async () => plugin, firstParty: true };

const span = (written: string | DurationMs): DurationMs => {
  const parsed = typeof written === "number" ? written : parseDuration(written);
  if (parsed === undefined) throw new VatioError("E_USAGE", `"${written}" is no span. Write 30 s, 15 min or 2 h.`);
  return parsed;
};

/**
 * Starts the real hub for a test: databases in memory, real MQTT and HTTP on free loopback ports, a clock that stands still until the test
 * moves it, and a network that holds nothing but what the test puts there.
 * @example
 * await using hub = await createTestHub({ plugins: [shelly] });
 * const device = await hub.connect();
 * await device.publishAsync("shellyplus1pm-a8032412c3d4/events/rpc", payload, { qos: 1 });
 * await hub.advance("15 min");
 */
export async function createTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const folder = options.store === "folder" ? mkdtempSync(path.join(os.tmpdir(), "vatio-test-hub-")) : undefined;
  const data = folder ?? options.store ?? IN_MEMORY;
  const overrides: BootDocument = {
    data,
    bind: "127.0.0.1",
    ...options.config,
    http: { port: 0, ...options.config?.http },
    mqtt: { ...(options.config?.mqtt?.url === undefined ? { port: 0 } : {}), ...options.config?.mqtt },
    log: { level: "debug", console: false, ...options.config?.log },
    store: { minFreeMb: 16, ...options.config?.store },
  };
  const config = await loadBootConfig({ env: {}, cwd: os.tmpdir(), file: false, overrides });
  const clock = new VirtualClock(instant(Date.parse(options.now ?? NOW)));
  const lan = new FakeLan();
  const hub = await createHub({
    config,
    clock,
    lan,
    plugins: (options.plugins ?? []).map(sourceOf),
    random: seededRandom(options.seed ?? 1),
    uiRoot: options.uiRoot ?? path.join(os.tmpdir(), "vatio-no-ui"),
    version: "0.0.0-test",
    commitWhenIdle: true,
    strict: true,
    passwordCost: { n: 16, r: 1, p: 1 },
  });
  const testHub = new TestHub({ hub, clock, lan, folder });
  await testHub.begin(options);
  return testHub;
}

/** The hub of a test, with what a test needs to drive it and to look inside. */
export class TestHub implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly lan: FakeLan;
  readonly #hub: Hub;
  readonly #folder: string | undefined;
  readonly #events: VatioEvent[] = [];
  readonly #lines: LogLine[] = [];
  readonly #clients: MqttClient[] = [];
  #httpPort = 0;
  #mqttPort: number | undefined;
  #headers: Record<string, string> = {};

  /** Made by {@link createTestHub}. */
  constructor(made: { hub: Hub; clock: VirtualClock; lan: FakeLan; folder: string | undefined }) {
    this.#hub = made.hub;
    this.clock = made.clock;
    this.lan = made.lan;
    this.#folder = made.folder;
  }

  /** Every part of the hub. */
  get parts(): HubParts {
    return this.#hub.parts;
  }

  /** What answers over HTTP, without a socket. */
  get app(): Hub["app"] {
    return this.#hub.app;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  /** Called once by {@link createTestHub}. */
  async begin(options: TestHubOptions): Promise<void> {
    const { accounts, events, log } = this.parts;
    log.onLine((line) => void this.#lines.push(line));
    events.hub.subscribe("*", (event) => void this.#events.push(event));
    const starting = this.#hub.start();
    const { httpPort, mqttPort } = await starting;
    this.#httpPort = httpPort;
    this.#mqttPort = mqttPort;
    if (options.setUp !== false && accounts.needsSetup)
      await accounts.setup({ ...SITE, ...TEST_PERSON, code: accounts.setupCode ?? "" }, "127.0.0.1");
    await this.#configure(options);
    await this.settle();
  }

  /** Waits until nothing is under way. */
  async settle(quietTurns?: number): Promise<void> {
    await settle(() => this.#isIdle(), quietTurns);
    await this.parts.plugins.settled();
    await settle(() => this.#isIdle(), quietTurns);
  }

  /** Lets virtual time pass: every timer fires at its time, and what it starts is done before the next one. */
  async advance(written: string | DurationMs): Promise<void> {
    const until = (this.clock.now() + span(written)) as Instant;
    await this.settle();
    while (this.clock.fireNext(until)) await this.settle(1);
    this.clock.jumpTo(until);
    await this.settle();
  }

  /** An MQTT client with the account with which new devices introduce themselves, unless other credentials are given. */
  async connect(options: IClientOptions = {}): Promise<MqttClient> {
    const { username, password } = await this.parts.mqtt.credentials.onboarding();
    const client = await mqtt.connectAsync(this.mqttUrl, { username, password, reconnectPeriod: 0, ...options });
    client.on("error", () => undefined);
    this.#clients.push(client);
    return client;
  }

  /** An HTTP request in the name of the signed-in person; a body that is no text is sent as JSON. */
  async request(
    target: string,
    { body, headers, ...init }: Omit<RequestInit, "body"> & { body?: unknown } = {},
  ): Promise<Response> {
    if (this.#headers.cookie === undefined) this.#headers = await this.#signIn();
    const content =
      body === undefined || typeof body === "string" ? { body: body ?? null } : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    return fetch(new URL(target, this.url), {
      ...init,
      ...content,
      headers: { ...this.#headers, ...type, ...(headers as Record<string, string>) },
    });
  }

  /** Cookie and CSRF headers of the signed-in person, for what is not a request: a WebSocket. */
  async sessionHeaders(): Promise<Readonly<Record<string, string>>> {
    if (this.#headers.cookie === undefined) this.#headers = await this.#signIn();
    return this.#headers;
  }

  /** Calls a command in the hub's own name. */
  call<N extends CommandName>(name: N, input: VatioCommands[N]["input"]): Promise<VatioCommands[N]["output"]> {
    return this.parts.commands.call(HUB, name, input) as Promise<VatioCommands[N]["output"]>;
  }

  /** Every event so far. */
  events<T extends EventType>(type: T): readonly VatioEvent<T>[] {
    return this.#events.filter((event) => event.type === type) as unknown as readonly VatioEvent<T>[];
  }

  /**
   * Waits, in virtual time, for an event with this payload; one that has happened counts as well.
   * @throws E_TIMEOUT
   */
  async expectEvent<T extends EventType>(
    type: T,
    payload: Partial<VatioEvents[T]>,
    { within = "10 s" } = {},
  ): Promise<VatioEvent<T>> {
    const until = this.clock.now() + span(within);
    const find = () => this.events(type).find((event) => matches(event.payload, payload));
    for (;;) {
      await this.settle();
      const found = find();
      if (found) return found;
      if (this.clock.now() >= until)
        throw new VatioError("E_TIMEOUT", `No ${type} with ${JSON.stringify(payload)} within ${within}.`);
      await this.advance(Math.min(1_000, until - this.clock.now()) as DurationMs);
    }
  }

  /** Lines of the log of this level and worse. */
  logs({ level = "debug" }: { level?: LogLine["level"] } = {}): readonly LogLine[] {
    const worse = ["debug", "info", "warn", "error"].slice(["debug", "info", "warn", "error"].indexOf(level));
    return this.#lines.filter((line) => worse.includes(line.level));
  }

  /** What is stored of a channel: one object for each instant, ascending. */
  async readings(channel: ChannelId): Promise<readonly Readonly<Record<string, number>>[]> {
    const range = { from: instant(0), to: instant(this.clock.now() + 10 * 86_400_000) };
    const rows: Record<string, number>[] = [];
    for await (const block of this.parts.telemetry.exportRows({ targets: [channel], range })) {
      for (const [index, at] of block.at.entries()) {
        const values = Object.entries(block.columns).flatMap(([metric, column]) =>
          Number.isNaN(column[index]) ? [] : [[metric, column[index] ?? Number.NaN] as const],
        );
        rows.push({ at, ...Object.fromEntries(values) });
      }
    }
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.endAsync(true);
    await this.#hub.stop();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #configure({ secrets = {}, settings = {} }: TestHubOptions): Promise<void> {
    for (const id of new Set([...Object.keys(settings), ...Object.keys(secrets)])) {
      await this.parts.plugins.configure(HUB, id as PluginId, settings[id] ?? {}, secrets[id] ?? {});
    }
  }

  #isIdle(): boolean {
    const { backfill, energy, mqtt: hubMqtt, plugins, state, telemetry } = this.parts;
    // Time must not pass for a transaction that is being written: it has a deadline.
    return (
      backfill.idle &&
      energy.idle &&
      state.idle &&
      telemetry.idle &&
      plugins.list().every(({ id }) => hubMqtt.delivery.inHand(id).length === 0)
    );
  }

  async #signIn(): Promise<Record<string, string>> {
    const answer = await fetch(`${this.url}/api/v1/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.url },
      body: JSON.stringify(TEST_PERSON),
    });
    const { csrf } = (await answer.json()) as { csrf: string };
    const cookie = answer.headers
      .getSetCookie()
      .map((header) => header.split(";")[0])
      .join("; ");
    return { cookie, origin: this.url, "x-csrf-token": csrf };
  }
}

const matches = (payload: object, expected: object): boolean =>
  Object.entries(expected).every(
    ([key, value]) => JSON.stringify((payload as Record<string, unknown>)[key]) === JSON.stringify(value),
  );

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Actor, ChannelId, DeviceId, PluginId } from "@vatio/plugin-api";
import { createTestHub, eventually, type TestHub } from "@vatio/testkit";
import type { MqttClient } from "mqtt";
import { SHIPPED_PLUGINS } from "../../../core/app/src/plugins.js";
import { heapInUse } from "./heap.js";
import type { BrokerLogin } from "./mqtt-packets.js";
import { ProcessWatch } from "./process-watch.js";

const HUB: Actor = { kind: "hub", id: "fuzz" };
const PLUG = "shellyplus1pm-a8032412c3d4";
const METER = "24A3BC12";

/** Ids of what the hub knows, for inputs that go further than to the first check. */
export interface KnownIds {
  readonly site: string;
  readonly points: readonly string[];
  readonly devices: readonly string[];
  readonly channels: readonly string[];
  readonly tokens: readonly string[];
  readonly credentials: readonly string[];
}

/** Somebody's proofs of identity, as headers. */
export interface Proofs {
  readonly session: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<"read" | "control" | "ingest" | "metrics", string>>;
}

/** The real hub with every plugin that ships, devices of both families, people, tokens and an interface to serve. */
export class World implements AsyncDisposable {
  readonly hub: TestHub;
  readonly #ui: string;
  readonly #watch = new ProcessWatch();
  #readings = 0;
  #heapAtStart = 0;
  /** How everything was after the last restoration. */
  #home: string | undefined;
  #proofs: Proofs | undefined;

  private constructor(hub: TestHub, ui: string) {
    this.hub = hub;
    this.#ui = ui;
  }

  static async start(): Promise<World> {
    const ui = interfaceFolder();
    // A line for each of a million requests would only fill the memory of the test.
    const hub = await createTestHub({ plugins: SHIPPED_PLUGINS, uiRoot: ui, config: { log: { level: "error" } } });
    const world = new World(hub, ui);
    await world.#begin();
    return world;
  }

  async #begin(): Promise<void> {
    await this.restore();
    this.#heapAtStart = heapInUse();
  }

  get ids(): KnownIds {
    const { accounts, devices, mqtt, points, sites } = this.hub.parts;
    return {
      site: sites.first()?.id ?? "",
      points: points.list().map(({ id }) => id),
      devices: devices.list().map(({ id }) => id),
      channels: devices.list().flatMap(({ channels }) => channels.map(({ id }) => id)),
      tokens: accounts.tokens().map(({ id }) => id),
      credentials: mqtt.credentials.list().map(({ id }) => id),
    };
  }

  /** A session and tokens that are valid now: some inputs sign out or revoke. */
  async proofs(): Promise<Proofs> {
    const { accounts } = this.hub.parts;
    const session = this.#proofs && (await accounts.session(this.#proofs.session.cookie?.split("=")[1] ?? ""));
    const known = new Set(accounts.tokens().map(({ name }) => name));
    if (!session || !this.#proofs || !SCOPES.every((scope) => known.has(`fuzz ${scope}`)))
      this.#proofs = await this.#newProofs();
    return this.#proofs;
  }

  /**
   * Puts back what valid inputs of an administrator took away: plugins run, both devices are accepted, the log is quiet.
   * Where nothing is missing, there is nothing to do.
   */
  async restore(): Promise<void> {
    await this.hub.settle();
    if (this.#home !== this.fingerprint()) await this.#putBack();
    this.#home = this.fingerprint();
  }

  async #putBack(): Promise<void> {
    const { plugins, settings, log } = this.hub.parts;
    for (const { id, state } of plugins.list()) if (state === "disabled") await plugins.enable(HUB, id);
    for (const { manifest } of SHIPPED_PLUGINS) await plugins.configure(HUB, manifest.id as PluginId, {}, {});
    await settings.reset(HUB, "log.level");
    log.setLevel("error");
    await this.hub.settle();
    await this.#trimAccess();
    await this.#freeRoom();
    await this.takeGoodReading();
  }

  /** What must not be changed by a request that is refused. Without what only tells when somebody was last heard. */
  fingerprint(): string {
    const { accounts, devices, mqtt, plugins, points, settings, sites } = this.hub.parts;
    return JSON.stringify({
      sites: sites.list(),
      points: points.list(),
      devices: devices.list().map(({ id, state, name, channels }) => ({ id, state, name, channels })),
      settings: settings.all(),
      users: accounts.users(),
      tokens: accounts.tokens().map(({ id, name, scope }) => ({ id, name, scope })),
      credentials: mqtt.credentials.list().map(({ lastUsedAt: _lastUsedAt, ...credential }) => credential),
      plugins: plugins.list().map(({ id, state, config, crashes }) => ({ id, state, config, crashes })),
    });
  }

  /** Brings a reading of each family in over real MQTT, and finds it stored: the hub does what it is there for. */
  async takeGoodReading(): Promise<void> {
    const { hub } = this;
    await hub.advance("1 min");
    const power = 100 + (this.#readings++ % 1_000);
    const client = await hub.connect();
    await client.publishAsync(`${PLUG}/events/rpc`, fullStatus(power, hub.clock.now()), { qos: 1 });
    await client.publishAsync(`enertrack/${METER}/potencia_prom`, String(power), { qos: 1 });
    await client.endAsync();
    await hub.settle();
    for (const [device, channel] of OWN) {
      await eventually(() => hub.parts.devices.get(device) !== undefined, `${device} is known`);
      if (hub.parts.devices.get(device)?.state === "pending") await hub.parts.devices.accept(device, { name: "Own" });
      const stored = hub.parts.telemetry.last(channel).power_w?.value;
      if (stored !== power)
        throw new Error(`${channel} has ${stored} W and not ${power} W: a good reading was not taken.`);
    }
  }

  /** Who may publish and subscribe anywhere, as a bridge may. Goes with the next {@link restore}. */
  async bridgeLogin(): Promise<BrokerLogin> {
    const { credentials } = this.hub.parts.mqtt;
    const username = `bridge-${this.#readings}`;
    const { password } = await credentials.createIntegration({ username, publish: ["#"], subscribe: ["#"] });
    return { username, password };
  }

  /** A client with the rights of a bridge. */
  async connectBridge(): Promise<MqttClient> {
    const login = await this.bridgeLogin();
    return this.hub.connect({ ...login, clientId: login.username });
  }

  /** Port of the embedded broker. */
  get mqttPort(): number {
    return Number(new URL(this.hub.mqttUrl).port);
  }

  /** Megabytes of the heap in use beyond those at the start, after everything that can go is gone. */
  heapGrowthMb(): number {
    return (heapInUse() - this.#heapAtStart) / 2 ** 20;
  }

  /** Everything that is wrong with the hub itself; empty when it is as it should be. */
  async complaints(): Promise<string[]> {
    const { health, mqtt, plugins } = this.hub.parts;
    // A plugin that was just restarted may still work off its inbox.
    await eventually(() => mqtt.delivery.busy === 0).catch(() => undefined);
    const ready = await fetch(`${this.hub.url}/readyz`);
    return [
      ...this.#watch.seen,
      ...(ready.status === 200 ? [] : [`/readyz answers ${ready.status}`]),
      ...(health.status() === "failed" ? [`health: ${JSON.stringify(health.tree())}`] : []),
      ...plugins
        .list()
        .filter(({ state, crashes }) => crashes.length > 0 || (state !== "running" && state !== "degraded"))
        .map(
          ({ id, state, crashes }) => `${id} is ${state} with ${crashes.length} crashes: ${crashes[0]?.stack ?? ""}`,
        ),
      ...(mqtt.delivery.busy === 0 ? [] : [`${mqtt.delivery.busy} messages are stuck`]),
      ...this.hub
        .logs({ level: "error" })
        .map(({ source, message, fields }) => `${source}: ${message} ${JSON.stringify(fields)}`),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    this.#watch[Symbol.dispose]();
    rmSync(this.#ui, { recursive: true, force: true });
  }

  async #newProofs(): Promise<Proofs> {
    const { accounts } = this.hub.parts;
    const [user] = accounts.users();
    if (!user) throw new Error("The hub has no person.");
    // From elsewhere than the garbage, whose address has to wait by now.
    const { token, session } = await accounts.loginWithLink(await accounts.createLoginLink(user.id), "192.0.2.1");
    for (const { id } of accounts.tokens()) await accounts.revokeToken(id);
    const secrets = await Promise.all(
      SCOPES.map(async (scope) => [scope, (await accounts.createToken(`fuzz ${scope}`, scope)).secret] as const),
    );
    return {
      session: { cookie: `vatio_session=${token}`, "x-csrf-token": session.csrf, origin: this.hub.url },
      tokens: Object.fromEntries(secrets) as Proofs["tokens"],
    };
  }

  /** Tokens and credentials that valid inputs made. */
  async #trimAccess(): Promise<void> {
    const { accounts, mqtt } = this.hub.parts;
    for (const { id, name } of accounts.tokens()) if (!name.startsWith("fuzz ")) await accounts.revokeToken(id);
    for (const { id, kind } of mqtt.credentials.list()) if (kind !== "onboarding") await mqtt.credentials.remove(id);
  }

  /** Removes devices that inputs invented: at most fifty may wait. */
  async #freeRoom(): Promise<void> {
    const own = new Set<string>(OWN.map(([device]) => device));
    for (const { id, state } of this.hub.parts.devices.list())
      if (!own.has(id) || state === "blocked") await this.hub.parts.devices.remove(id);
    await this.hub.settle();
  }
}

const SCOPES = ["read", "control", "ingest", "metrics"] as const;

const OWN = [
  ["shelly:a8032412c3d4" as DeviceId, "shelly:a8032412c3d4/switch:0" as ChannelId],
  [`esp32-meter:${METER}` as DeviceId, `esp32-meter:${METER}/main` as ChannelId],
] as const;

const fullStatus = (power: number, at: number): string =>
  JSON.stringify({
    src: PLUG,
    dst: `${PLUG}/events`,
    method: "NotifyFullStatus",
    params: {
      ts: at / 1_000,
      "switch:0": { id: 0, output: true, apower: power, voltage: 127.1, current: 2.1, aenergy: { total: 1_000 } },
    },
  });

/** A built interface, as small as it can be: a page, an asset and its compressed copy. */
function interfaceFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vatio-fuzz-ui-"));
  mkdirSync(path.join(folder, "assets"));
  writeFileSync(path.join(folder, "index.html"), "<!doctype html><html><head><title>Vatio</title></head></html>");
  writeFileSync(path.join(folder, "assets/app-1.js"), "export {};");
  writeFileSync(path.join(folder, "assets/app-1.js.br"), "not really compressed");
  writeFileSync(path.join(folder, "favicon.svg"), "<svg/>");
  return folder;
}

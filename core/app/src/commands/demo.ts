import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { createHub, type Hub, type HubParts, loadBootConfig, readableCode } from "@vatio/hub";
import { type Actor, type DeviceId, minutes, type PluginId, type UserId } from "@vatio/plugin-api";
import { APPLIANCES, type Appliance } from "@vatio/plugin-demo/simulator";
import { uiRoot } from "@vatio/ui/root";
import { DEMO_PLUGIN, SHIPPED_PLUGINS } from "../plugins.js";
import { exitOnUnattributed, stopOnSignals } from "../run-hub.js";
import { VERSION } from "../version.js";
import { simulatedDevice } from "./demo-devices.js";
import { writeDemoYear } from "./demo-history.js";

/** How the demo is started. */
export interface DemoOptions {
  /** A folder that is kept; a throw-away one when left out. */
  readonly data?: string;
  readonly seed: number;
}

const HUB: Actor = { kind: "hub", id: "demo" };
const DEMO = "demo" as PluginId;
const PREFERRED_PORT = 8006;
const ZONE = "America/Mexico_City";

/** Whether a port of this machine is free. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

const languageOf = (): "es" | "en" => (Intl.DateTimeFormat().resolvedOptions().locale.startsWith("es") ? "es" : "en");

/** The demo's own person; nobody needs the password, the printed link signs in. */
async function createOwner({ accounts, random }: HubParts): Promise<UserId> {
  const known = accounts.users()[0];
  if (known) return known.id;
  const language = languageOf();
  const { user } = await accounts.setup(
    {
      code: accounts.setupCode ?? "",
      name: "Demo",
      password: readableCode(random, 24),
      language,
      region: language === "es" ? "es-MX" : "en-US",
      zone: ZONE,
      currency: "MXN",
      siteName: language === "es" ? "Casa y taller" : "Home and workshop",
      nominalVoltage: 127,
      phases: 3,
    },
    "127.0.0.1",
  );
  return user.id;
}

async function accept({ devices, points }: HubParts, appliance: Appliance, id: DeviceId): Promise<void> {
  const name = appliance.name[languageOf()];
  const channels = (devices.get(id)?.channels ?? []).filter(({ phase }) => phase === undefined);
  const chosen = channels.map(({ key }) => ({ key, name, role: appliance.role }));
  await devices.accept(id, { name, channels: chosen });
  const place = {
    location: appliance.location[languageOf()],
    icon: appliance.icon,
    protected: appliance.key === "compressor",
  };
  for (const channel of devices.get(id)?.channels ?? []) {
    if (channel.point !== undefined && channel.phase === undefined) await points.update(channel.point, place);
  }
}

/** A simulated device may show its channels one by one: those that come after its acceptance are as real as the first. */
function acceptLaterChannels({ devices, events }: HubParts): void {
  const simulated = new Set<string>(APPLIANCES.map(simulatedDevice));
  const shown = new Map(devices.list().map(({ id, channels }) => [id, channels.length]));
  events.hub.subscribe("device.changed", ({ payload: { device: id } }) => {
    const device = devices.get(id);
    if (device?.state !== "active" || !simulated.has(id)) return;
    const before = shown.get(id) ?? 0;
    shown.set(id, device.channels.length);
    if (device.channels.length <= before) return;
    const channels = device.channels.filter(({ point }) => point === undefined);
    if (channels.length > 0) devices.accept(id, { name: device.name }).catch(() => undefined);
  });
}

/** Accepts every simulated device as soon as it has announced itself. */
function acceptAsTheyCome(parts: HubParts): Promise<void> {
  const waiting = new Map<string, Appliance>(APPLIANCES.map((appliance) => [simulatedDevice(appliance), appliance]));
  return new Promise((resolve, reject) => {
    const take = (id: DeviceId): void => {
      const appliance = waiting.get(id);
      const device = parts.devices.get(id);
      if (!appliance || !device || device.state !== "pending" || device.channels.length === 0) return;
      waiting.delete(id);
      accept(parts, appliance, id).then(() => {
        if (waiting.size === 0) resolve();
      }, reject);
    };
    parts.events.hub.subscribe("device.*", ({ payload }) => {
      if ("device" in payload) take(payload.device);
    });
    acceptLaterChannels(parts);
    for (const { id } of parts.devices.list()) take(id);
  });
}

/** Points the simulated home to the broker, with the account with which any new device introduces itself. */
async function connectHousehold(hub: Hub, mqttPort: number, seed: number): Promise<void> {
  const { username, password } = await hub.parts.mqtt.credentials.onboarding();
  const config = { url: `mqtt://127.0.0.1:${mqttPort}`, username, seed, zone: ZONE };
  await hub.parts.plugins.configure(HUB, DEMO, config, { password });
}

async function bringToLife(hub: Hub, mqttPort: number, seed: number): Promise<void> {
  const accepted = acceptAsTheyCome(hub.parts);
  await connectHousehold(hub, mqttPort, seed);
  await accepted;
  await hub.parts.commands.call(HUB, "demo.replay", {}, { timeout: minutes(5) });
  await writeDemoYear(hub.parts, { seed, zone: ZONE });
}

/** Runs a hub with a simulated home and workshop, reachable from this machine only, and prints a link that signs in once. */
export async function demo({ data, seed }: DemoOptions): Promise<void> {
  const folder = data ?? (await mkdtemp(path.join(os.tmpdir(), "vatio-demo-")));
  const { VATIO_HTTP_PORT, VATIO_MQTT_PORT } = process.env;
  const port = (await isFree(PREFERRED_PORT)) ? PREFERRED_PORT : 0;
  const overrides = {
    data: folder,
    bind: "127.0.0.1",
    ...(VATIO_HTTP_PORT === undefined && { http: { port } }),
    ...(VATIO_MQTT_PORT === undefined && { mqtt: { port: 0 } }),
    log: { level: "warn" as const },
  };
  // Of the settings only the ports: the demo is reachable from this machine alone, and leaves no trace.
  const env = { VATIO_HTTP_PORT, VATIO_MQTT_PORT };
  const config = await loadBootConfig({ env, cwd: process.cwd(), file: false, overrides });
  const plugins = [...SHIPPED_PLUGINS, DEMO_PLUGIN];
  const hub = await createHub({
    config,
    plugins,
    uiRoot,
    version: VERSION,
    demo: true,
    onUnattributed: exitOnUnattributed,
  });
  const address = await hub.start();
  const cleanUp = (): Promise<void> =>
    data === undefined ? rm(folder, { recursive: true, force: true }) : Promise.resolve();
  stopOnSignals({ hub, address }, cleanUp);
  const link = await hub.parts.accounts.createLoginLink(await createOwner(hub.parts));
  process.stdout.write(
    `\n  Vatio ${VERSION} demo, data in ${folder}\n\n  Open http://localhost:${address.httpPort}/link/${link}\n  (signs you in once, within 15 minutes; Ctrl-C ends the demo)\n\n`,
  );
  await bringToLife(hub, address.mqttPort ?? 0, seed);
}

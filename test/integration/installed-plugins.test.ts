import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "@vatio/testkit";
import mqtt from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiClient, HubProcess } from "../support/hub-process.js";

interface ShownPlugin {
  readonly id: string;
  readonly state: string;
  readonly isolation: string;
  readonly firstParty: boolean;
  readonly reason?: { readonly key: string; readonly params?: Readonly<Record<string, unknown>> };
}

/** A driver as somebody else builds it: plain JavaScript that imports a package which is installed nowhere near it. */
const code = `import { definePlugin, row, Type } from "@vatio/plugin-api";
import { isMainThread } from "node:worker_threads";
export default definePlugin({
  manifest: { id: "thermo", name: "Thermometers", version: "1.0.0", hub: "^0.1", config: Type.Object({}), configVersion: 1,
    permissions: ["mqtt.subscribe:thermo/+", "telemetry.write"], mqtt: { deviceTopics: { publish: ["thermo/{device}"], subscribe: [] } } },
  setup(ctx) {
    ctx.log.info(isMainThread ? "in the hub" : "in a worker");
    ctx.mqtt.subscribe("thermo/+", async ({ topic, payload, at }) => {
      const { channels } = await ctx.devices.announce({ hardwareId: topic.slice(7), channels: [{ key: "main", kind: "sensor", metrics: ["temperature_c"] }] });
      await ctx.telemetry.write(row(channels.main, at, { temperature_c: Number(new TextDecoder().decode(payload)) }));
    });
  },
});
`;

const manifest = {
  ...{ id: "thermo", name: "Thermometers", version: "1.0.0", hub: "^0.1", configVersion: 1 },
  config: { type: "object", properties: {} },
  permissions: ["mqtt.subscribe:thermo/+", "telemetry.write"],
  mqtt: { deviceTopics: { publish: ["thermo/{device}"], subscribe: [] } },
};

const description = {
  ...{ name: "thermo", version: "1.0.0", type: "module", keywords: ["vatio-plugin"] },
  vatio: { manifest: "./manifest.json", main: "./index.js" },
};

let hub: HubProcess;
beforeEach(() => {
  hub = new HubProcess({ env: { VATIO_PLUGINS_ALLOW_INLINE: "trusted" } });
});
afterEach(() => hub[Symbol.asyncDispose]());

const folderOf = (name: string): string => path.join(hub.folder, "data/plugins", name);

function install(name: string, files: Readonly<Record<string, unknown>>): void {
  mkdirSync(folderOf(name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(path.join(folderOf(name), file), typeof content === "string" ? content : JSON.stringify(content));
  }
}

function installAll(): void {
  install("thermo", { "package.json": description, "manifest.json": manifest, "index.js": code });
  install("trusted", {
    "package.json": { ...description, name: "trusted" },
    "manifest.json": { ...manifest, id: "trusted" },
    "index.js": code.replace('"thermo"', '"trusted"').replace('subscribe("thermo/+"', 'subscribe("thermo/x"'),
  });
  install("broken", { "package.json": { ...description, name: "broken" }, "manifest.json": "{" });
  install("imitation", {
    "package.json": description,
    "manifest.json": { ...manifest, id: "shelly" },
    "index.js": code,
  });
}

async function shown(api: ApiClient): Promise<ReadonlyMap<string, ShownPlugin>> {
  const plugins = await api<ShownPlugin[]>("GET", "/api/v1/plugins");
  return new Map(plugins.map((plugin) => [plugin.id, plugin]));
}

const stateOf = async (api: ApiClient, id: string): Promise<string | undefined> => (await shown(api)).get(id)?.state;

async function publish(api: ApiClient, topic: string, payload: string): Promise<void> {
  const { username, password } = await api<{ username: string; password: string }>("GET", "/api/v1/devices/setup");
  const client = await mqtt.connectAsync(hub.mqttUrl, { username, password, reconnectPeriod: 0 });
  await client.publishAsync(topic, payload, { qos: 1 });
  await client.endAsync();
}

describe("plugins below data/plugins", () => {
  it("run in a worker once a person enables them, survive a restart, and go with their folder", async () => {
    installAll();
    await hub.start();
    const api = await hub.setUp();
    const first = await shown(api);
    expect(first.get("thermo")).toMatchObject({ state: "disabled", isolation: "worker", firstParty: false });
    expect(first.get("broken")).toMatchObject({ state: "failed", firstParty: false });
    const { reason } = first.get("broken") ?? {};
    expect([reason?.key, String(reason?.params?.file)]).toEqual([
      "plugin.why.unreadable",
      expect.stringContaining("manifest.json"),
    ]);
    expect(first.get("shelly")).toMatchObject({ state: "running", firstParty: true });
    expect(first.get("imitation")).toMatchObject({ state: "failed", firstParty: false });
    expect(first.get("imitation")?.reason).toMatchObject({ key: "plugin.why.id-shipped", params: { id: "shelly" } });

    expect(await api("POST", "/api/v1/plugins/thermo/enable")).toMatchObject({ state: "running", isolation: "worker" });
    expect(await api("POST", "/api/v1/plugins/trusted/enable")).toMatchObject({
      state: "running",
      isolation: "inline",
    });
    await expect(api("POST", "/api/v1/plugins/broken/enable")).rejects.toThrow("E_PLUGIN_INVALID");
    await eventually(() => hub.output.includes("in a worker"), "the worker logs");
    expect(hub.output).toContain("in the hub");
    await publish(api, "thermo/attic", "21.5");
    const target = encodeURIComponent("thermo:attic/main");
    const last = await api<Record<string, Record<string, { value: number }>>>("GET", `/api/v1/last?target=${target}`);
    expect(last["thermo:attic/main"]?.temperature_c?.value).toBe(21.5);

    expect(await hub.stop()).toBe(0);
    rmSync(folderOf("trusted"), { recursive: true });
    await hub.start();
    const again = await hub.signIn("Ana", "correct horse battery");
    expect(await stateOf(again, "thermo")).toBe("running");
    expect(await stateOf(again, "trusted")).toBeUndefined();

    expect(await hub.stop()).toBe(0);
    for (const name of ["thermo", "broken", "imitation"]) rmSync(folderOf(name), { recursive: true });
    await hub.start();
    const without = await hub.signIn("Ana", "correct horse battery");
    expect([...(await shown(without)).values()].every(({ firstParty }) => firstParty)).toBe(true);
    const kept = await without<Record<string, Record<string, { value: number }>>>(
      "GET",
      `/api/v1/last?target=${target}`,
    );
    expect(kept["thermo:attic/main"]?.temperature_c?.value).toBe(21.5);
  }, 120_000);
});

import { type DeviceId, definePlugin, type PluginContext, type PluginId, Type, text } from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import type { HealthNode } from "../src/health.js";

const admin = { kind: "hub", id: "test" } as const;
const LAMP = "lamps:one" as DeviceId;

let context: PluginContext<object>;
const lamps = definePlugin({
  manifest: {
    ...{ id: "lamps", name: "Lamps", version: "1.0.0", hub: "^0.1", configVersion: 1 },
    config: Type.Object({}),
    permissions: [],
  },
  setup: (ctx) => {
    context = ctx;
  },
});

async function health(hub: TestHub): Promise<HealthNode> {
  const answer = await hub.request("/api/v1/health");
  expect(answer.status).toBe(200);
  return (await answer.json()) as HealthNode;
}

/** The node at a path, by names. */
const at = (node: HealthNode | undefined, ...names: readonly string[]): HealthNode | undefined =>
  names.reduce((parent, name) => parent?.children.find((child) => child.name === name), node);

async function withLamp(): Promise<TestHub> {
  const hub = await createTestHub({ plugins: [lamps] });
  await context.devices.announce({
    hardwareId: "one",
    channels: [{ key: "main", kind: "switch", metrics: ["power_w"] }],
  });
  return hub;
}

describe("the health of a hub", () => {
  it("has a node with a sentence for each of its parts, also while they work", async () => {
    await using hub = await createTestHub({ plugins: [lamps] });
    const tree = await health(hub);
    expect(tree.status).toBe("ok");
    expect(tree.children.map(({ name }) => name)).toEqual(["hub", "plugins"]);
    expect(at(tree, "hub")?.children.map(({ name, status, why }) => [name, status, why.key])).toEqual([
      ["energy", "ok", "health.energy-ok"],
      ["http", "ok", "health.http-ok"],
      ["mqtt", "ok", "health.mqtt-ok"],
      ["state", "ok", "health.state-ok"],
      ["store", "ok", "health.store-ok"],
    ]);
    const port = new URL(hub.mqttUrl).port;
    expect(at(tree, "hub", "mqtt")?.why.params).toEqual({ port });
    for (const { why } of at(tree, "hub")?.children ?? []) {
      for (const language of ["en", "es"] as const) expect(hub.parts.messages.render(why, language)).not.toContain("{");
    }
  });

  it("says again what a part does once its problem is over", async () => {
    await using hub = await createTestHub();
    hub.parts.health.set("hub/store", "failed", text("health.disk-low", { free: "1 MB" }));
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(503);
    hub.parts.health.ok("hub/store");
    expect(at(await health(hub), "hub", "store")?.why.key).toBe("health.store-ok");
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
  });

  it("is not ready because of itself only, never because of a plugin", async () => {
    await using hub = await createTestHub({ plugins: [lamps] });
    hub.parts.health.set("plugins/lamps", "failed", text("plugin.crashed", { why: "boom" }));
    expect((await health(hub)).status).toBe("failed");
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
  });
});

describe("the health of a device", () => {
  it("lies below its driver once a person accepted it, and goes with it", async () => {
    await using hub = await withLamp();
    expect(at(await health(hub), "plugins", "lamps", LAMP)).toBeUndefined();
    await hub.parts.devices.accept(LAMP, { name: "Reading lamp" });
    const lamp = async () => {
      await hub.settle();
      return at(await health(hub), "plugins", "lamps", LAMP);
    };
    expect(await lamp()).toMatchObject({ status: "ok", why: { key: "health.device-unheard" } });
    context.devices.available(LAMP, true);
    expect(await lamp()).toMatchObject({ status: "ok", why: { params: { device: "Reading lamp" } } });
    context.devices.available(LAMP, false);
    expect(await lamp()).toMatchObject({ status: "degraded", why: { key: "health.device-offline" } });
    context.devices.available(LAMP, false, text("lamps.unplugged"));
    expect(await lamp()).toMatchObject({ status: "degraded", why: { key: "lamps.unplugged" } });
    expect((await health(hub)).status).toBe("degraded");
    await hub.parts.devices.remove(LAMP);
    expect(await lamp()).toBeUndefined();
    expect((await health(hub)).status).toBe("ok");
  });

  it("is not known while its driver is switched off", async () => {
    await using hub = await withLamp();
    await hub.parts.devices.accept(LAMP, { name: "Lamp" });
    await hub.parts.plugins.disable(admin, "lamps" as PluginId);
    await hub.settle();
    expect(at(await health(hub), "plugins", "lamps")).toBeUndefined();
    await hub.parts.plugins.enable(admin, "lamps" as PluginId);
    await hub.settle();
    expect(at(await health(hub), "plugins", "lamps", LAMP)?.status).toBe("ok");
  });
});

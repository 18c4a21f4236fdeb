import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ChannelId, Instant, PluginId } from "@vatio/plugin-api";
import { row, text } from "@vatio/plugin-api";
import { Decoder } from "cbor-x";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.js";
import { startTestServer, type TestClient, type TestServer } from "./support/test-server.js";
import { addShelly, testConfig } from "./support/test-services.js";

let server: TestServer;
let admin: TestClient;
let home: Awaited<ReturnType<typeof addShelly>>;

beforeAll(async () => {
  server = await startTestServer();
  home = await addShelly(server.services);
  admin = await server.person("admin");
});
afterAll(() => server.close());

const enc = encodeURIComponent;

describe("places", () => {
  it("lists sites and points with what their channel and device say", async () => {
    expect((await admin.api("GET", "/sites")).body).toMatchObject([{ name: "Casa", zone: "America/Mexico_City" }]);
    expect((await admin.api("GET", "/points")).body).toMatchObject([
      { id: home.point, name: "Boiler", channel: home.channel, device: home.device, switchable: true, online: false },
    ]);
  });

  it("changes a site, and refuses a zone that does not exist", async () => {
    const changed = await admin.api("PATCH", `/sites/${home.site.id}`, { currency: "EUR", nominalVoltage: 230 });
    expect(changed).toMatchObject({ status: 200, body: { currency: "EUR", nominalVoltage: 230, name: "Casa" } });
    expect(await admin.api("PATCH", `/sites/${home.site.id}`, { zone: "Mars/Base" })).toMatchObject({
      code: "E_ZONE_UNKNOWN",
    });
    expect(await admin.api("PATCH", "/sites/none", { name: "x" })).toMatchObject({
      status: 404,
      code: "E_SITE_UNKNOWN",
    });
  });

  it("changes a point, and null takes a value away", async () => {
    const url = `/points/${home.point}`;
    expect((await admin.api("PATCH", url, { powerCeiling: 2300, location: "Cellar" })).body).toMatchObject({
      powerCeiling: 2300,
      location: "Cellar",
    });
    expect((await admin.api("PATCH", url, { powerCeiling: null })).body).not.toHaveProperty("powerCeiling");
    expect((await admin.api("GET", url)).body).toMatchObject({ location: "Cellar" });
    expect(await admin.api("GET", "/points/none")).toMatchObject({ status: 404, code: "E_POINT_UNKNOWN" });
  });

  it("removes a point for those who manage, and says so in the audit log", async () => {
    const { id: device } = await server.services.devices.announce("shelly" as PluginId, {
      hardwareId: "stray",
      channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w"], switchable: true }],
    });
    const accepted = await admin.api("POST", `/devices/${enc(device)}/accept`, { name: "Stray" });
    const point = (accepted.body as { channels: { point: string }[] }).channels[0]?.point;
    const operator = await server.person("operator");
    expect(await operator.api("DELETE", `/points/${point}`)).toMatchObject({ status: 403 });
    expect((await admin.api("DELETE", `/points/${point}`)).status).toBe(204);
    expect((await admin.api("GET", "/audit?limit=1")).body).toMatchObject([{ what: "point.remove", outcome: "ok" }]);
    expect(await admin.api("GET", `/points/${point}`)).toMatchObject({ status: 404, code: "E_POINT_UNKNOWN" });
    expect(await admin.api("DELETE", `/points/${point}`)).toMatchObject({ status: 404, code: "E_POINT_UNKNOWN" });
    const { channels } = (await admin.api("GET", `/devices/${enc(device)}`)).body as { channels: object[] };
    expect(channels[0]).not.toHaveProperty("point");
    await server.services.devices.remove(device);
  });
});

describe("devices", () => {
  it("takes ids with colons and slashes as one encoded segment", async () => {
    expect((await admin.api("GET", `/devices/${enc(home.device)}`)).body).toMatchObject({
      id: home.device,
      name: "Boiler",
    });
    expect((await admin.api("GET", `/devices/${home.device}`)).body).toMatchObject({ id: home.device });
  });

  it("takes hardware ids that hold percent signs themselves", async () => {
    const { id } = await server.services.devices.announce("mqtt-generic" as PluginId, {
      hardwareId: "küche/50% 🔌",
      channels: [{ key: "em:0/a", kind: "meter", metrics: ["power_w"] }],
    });
    expect(id).toBe("mqtt-generic:k%C3%BCche%2F50%25%20%F0%9F%94%8C");
    expect((await admin.api("GET", `/devices/${enc(id)}`)).body).toMatchObject({
      id,
      hardwareId: "küche/50% 🔌",
      state: "pending",
    });
    const channel = `${id}/em:0/a`;
    expect((await admin.api("GET", `/last?target=${enc(channel)}`)).body).toEqual({ [channel]: {} });
  });

  it("lists channels of all devices", async () => {
    expect((await admin.api("GET", "/channels")).body).toContainEqual(
      expect.objectContaining({ id: home.channel, device: home.device, point: home.point }),
    );
  });

  it("accepts, renames, rejects, blocks and removes", async () => {
    const announce = async (hardwareId: string) =>
      (
        await server.services.devices.announce("shelly" as PluginId, {
          hardwareId,
          channels: [{ key: "switch:0", kind: "switch", metrics: ["power_w"] }],
        })
      ).id;
    const [one, two, three] = [await announce("one"), await announce("two"), await announce("three")];
    const accepted = await admin.api("POST", `/devices/${enc(one)}/accept`, {
      name: "Fridge",
      channels: [{ key: "switch:0", name: "Cold", role: "load" }],
    });
    expect(accepted.body).toMatchObject({ state: "active", name: "Fridge" });
    expect((await admin.api("PATCH", `/devices/${enc(one)}`, { name: "Freezer" })).body).toMatchObject({
      name: "Freezer",
    });
    expect((await admin.api("POST", `/devices/${enc(two)}/reject`)).status).toBe(204);
    expect((await admin.api("POST", `/devices/${enc(three)}/block`)).status).toBe(204);
    expect((await admin.api("DELETE", `/devices/${enc(one)}`)).status).toBe(204);
    const left = (await admin.api("GET", "/devices")).body as { id: string; state: string }[];
    expect(left.filter(({ id }) => [one, two].includes(id as never))).toEqual([]);
    expect(left).toContainEqual(expect.objectContaining({ id: three, state: "blocked" }));
    expect(await admin.api("POST", `/devices/${enc(two)}/accept`, { name: "x" })).toMatchObject({
      status: 404,
      code: "E_DEVICE_UNKNOWN",
    });
  });

  it("shows the last messages with why one was rejected", async () => {
    const message = {
      topic: "shelly/x",
      payload: new TextEncoder().encode("{"),
      qos: 1 as const,
      retained: false,
      at: 5 as Instant,
    };
    server.services.devices.rejected(
      "shelly" as PluginId,
      message,
      text("rejected.not-finite", { metric: "power_w" }),
      home.device,
    );
    expect((await admin.api("GET", `/devices/${enc(home.device)}/messages`)).body).toContainEqual(
      expect.objectContaining({
        topic: "shelly/x",
        payload: "{",
        rejected: { key: "rejected.not-finite", params: { metric: "power_w" } },
      }),
    );
  });

  it("says what to type into a device", async () => {
    server.services.plugins.add({
      id: "shelly",
      deviceSetup: [{ title: text("shelly.title"), steps: [text("shelly.step")], prefix: "shelly" }],
    });
    const { body } = await admin.api("GET", "/devices/setup");
    expect(body).toMatchObject({
      hosts: [testConfig().bind],
      port: 1883,
      external: false,
      families: [
        { plugin: "shelly", title: { key: "shelly.title" }, steps: [{ key: "shelly.step" }], prefix: "shelly" },
      ],
    });
    expect(body).toMatchObject(await server.services.mqttCredentials.onboarding());
  });
});

describe("telemetry", () => {
  const FROM = Math.floor(systemClock.now() / 60_000) * 60_000 - 3_600_000;
  beforeAll(async () => {
    const write = (ms: number, power: number) =>
      server.services.store.write([row(home.channel as ChannelId, (FROM + ms) as Instant, { power_w: power })]);
    for (const [ms, power] of [
      [0, 10],
      [1_000, 30],
      [3_000, 50],
    ] as const)
      await write(ms, power);
  });

  it("gives the newest values of points and channels", async () => {
    const { body } = await admin.api("GET", `/last?target=${home.point}&target=${enc(home.channel)}`);
    const newest = { power_w: { at: FROM + 3_000, value: 50 } };
    expect(body).toEqual({ [home.point]: newest, [home.channel]: newest });
  });

  it("gives a series as columns, null where there is nothing", async () => {
    const { body } = await admin.api(
      "GET",
      `/series?target=${home.point}&metrics=power_w,voltage_v&from=${FROM}&to=${FROM + 4_000}&buckets=2`,
    );
    expect(body).toMatchObject({
      target: home.point,
      bucketMs: 2_000,
      at: [FROM, FROM + 2_000],
      metrics: [
        // In the second bucket 30 W stand for a second still, then 50 W.
        { metric: "power_w", min: [10, 30], avg: [20, 40], max: [30, 50], coverage: [1, 1] },
        { metric: "voltage_v", avg: [null, null], quality: [0, 0] },
      ],
    });
  });

  it("gives the same series as CBOR typed arrays", async () => {
    const response = await fetch(
      `${server.url}/api/v1/series?target=${home.point}&metrics=power_w&from=${FROM - 2_000}&to=${FROM + 4_000}&buckets=3`,
      {
        headers: { ...admin.headers, accept: "application/cbor" },
      },
    );
    expect(response.headers.get("content-type")).toBe("application/cbor");
    const decoded = new Decoder({ useRecords: false }).decode(new Uint8Array(await response.arrayBuffer())) as {
      at: Float64Array;
      metrics: { avg: Float64Array; quality: Uint8Array }[];
    };
    expect(decoded.at).toBeInstanceOf(Float64Array);
    expect([...decoded.at]).toEqual([FROM - 2_000, FROM, FROM + 2_000]);
    expect([...(decoded.metrics[0]?.avg ?? [])]).toEqual([Number.NaN, 20, 40]);
    expect(decoded.metrics[0]?.quality).toBeInstanceOf(Uint8Array);
  });

  it.each([
    [`target=none&metrics=power_w&from=0&to=1`, 404, "E_TARGET_UNKNOWN"],
    [`target=P&metrics=power_w&from=2&to=1`, 400, "E_RANGE_INVALID"],
    [`target=P&metrics=nonsense&from=1&to=2`, 404, "E_METRIC_UNKNOWN"],
    [`target=P&metrics=power_w&from=x&to=1e3&buckets=2001&more=1`, 400, "E_INPUT_INVALID"],
  ])("refuses %s", async (query, status, code) => {
    expect(await admin.api("GET", `/series?${query.replace("=P", `=${home.point}`)}`)).toMatchObject({ status, code });
  });

  it("gives the metric registry", async () => {
    expect((await admin.api("GET", "/metrics")).body).toContainEqual({
      name: "power_w",
      unit: "W",
      kind: "gauge",
      decimals: 1,
    });
  });
});

describe("commands", () => {
  it("hands the input to the handler and answers with the result", async () => {
    const inputs: unknown[] = [];
    server.services.handleSwitch(async (input) => {
      inputs.push(input);
      return { wasOn: false, on: true };
    });
    const answer = await admin.api("POST", "/commands/switch.set", { channel: home.point, to: "on" });
    expect(answer).toMatchObject({ status: 200, body: { result: { wasOn: false, on: true } } });
    expect(inputs).toEqual([{ channel: home.channel, to: "on" }]);
  });

  it.each([
    ["/commands/switch.set", { channel: "shelly:x/switch:0" }, 400, "E_INPUT_INVALID"],
    ["/commands/nothing.here", {}, 404, "E_COMMAND_UNKNOWN"],
    ["/commands/__proto__", {}, 400, "E_INPUT_INVALID"],
  ])("refuses %s", async (url, body, status, code) => {
    expect(await admin.api("POST", url, body)).toMatchObject({ status, code });
  });
});

describe("plugins", () => {
  it("shows everything to administrators and the outside to others", async () => {
    const whole = await admin.api("GET", "/plugins/shelly");
    expect(whole.body).toMatchObject({
      config: { host: "10.0.0.1" },
      secretsSet: ["password"],
      crashes: [{ message: "boom" }],
      permissions: [{ permission: "http", usedAt: 3 }, { permission: "telemetry.write" }],
    });
    const viewer = await server.person("viewer");
    expect((await viewer.api("GET", "/plugins/shelly")).body).toMatchObject({
      state: "running",
      config: {},
      secretsSet: [],
      crashes: [],
      permissions: [],
      counters: [],
    });
  });

  it("names the address of its interface module, which changes with its content", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "vatio-plugin-ui-"));
    server.services.plugins.add({
      id: "charts",
      ui: { module: "./dist/ui.js", api: 1, panels: [{ id: "p", element: "charts-panel", title: text("charts.p") }] },
    });
    server.services.uiRoots.set("charts", root);
    const module = async () =>
      ((await admin.api("GET", "/plugins/charts")).body as { ui?: { module: string } }).ui?.module;
    expect(await module()).toBeUndefined();
    await writeFile(path.join(root, "ui.js"), "export {};");
    const first = await module();
    expect(first).toMatch(/^\/plugins\/charts\/ui\.js\?v=[0-9a-f]{12}$/);
    await writeFile(path.join(root, "ui.js"), "export const a = 1;");
    expect(await module()).not.toBe(first);
  });

  it("configures, disables, enables and restarts", async () => {
    const { calls } = server.services.plugins;
    calls.length = 0;
    expect(
      (await admin.api("PUT", "/plugins/shelly/config", { config: { host: "a" }, secrets: { password: null } })).status,
    ).toBe(200);
    expect((await admin.api("POST", "/plugins/shelly/disable")).body).toMatchObject({ state: "disabled" });
    await admin.api("POST", "/plugins/shelly/enable");
    expect((await admin.api("POST", "/plugins/shelly/restart")).body).toMatchObject({ state: "running" });
    expect(calls).toEqual(["configure shelly", "disable shelly", "enable shelly", "restart shelly"]);
    expect(await admin.api("PUT", "/plugins/shelly/config", { config: { host: 1 } })).toMatchObject({
      status: 400,
      code: "E_CONFIG_INVALID",
    });
    expect(await admin.api("POST", "/plugins/none/restart")).toMatchObject({ status: 404, code: "E_PLUGIN_UNKNOWN" });
  });

  it("shows messages that were set aside and throws them away", async () => {
    const payload = Uint8Array.of(0xff, 0x00);
    const { inbox } = server.services.store;
    const shelly = "shelly" as PluginId;
    const at = systemClock.now();
    await inbox.put(shelly, { topic: "t", payload, qos: 1, retained: false, at });
    const [{ id } = { id: -1 }] = await inbox.read(shelly, 1);
    for (let crash = 0; crash < 3; crash++) await inbox.crashed(shelly, id);
    const aside = { id, at, topic: "t", payload: "ff00", bytes: 2, crashes: 3 };
    expect((await admin.api("GET", "/plugins/shelly/inbox")).body).toEqual([aside]);
    expect((await admin.api("DELETE", `/plugins/shelly/inbox/${id}`)).status).toBe(204);
    expect((await admin.api("GET", "/plugins/shelly/inbox")).body).toEqual([]);
    expect(await admin.api("DELETE", "/plugins/shelly/inbox/x")).toMatchObject({ code: "E_INPUT_INVALID" });
  });
});

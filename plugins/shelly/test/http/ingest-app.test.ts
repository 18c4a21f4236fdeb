import { minutes, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { describeWithFixtures, readFixture } from "../../../../test/support/shared-data.js";
import { type RunningPlugin, runPlugin } from "../support/running-plugin.js";

const ECOWATT = { "switch:0": { id: 0, apower: 1234.5, voltage: 220.3, current: 5.6 }, sys: { mac: "A8032412C3D4" } };
const CHANNEL = "shelly:a8032412c3d4/switch:0";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function post({ hub }: RunningPlugin, body: unknown, path = "/", method = "POST"): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`http://hub${path}`, { method, ...(method === "GET" ? {} : { body: text }) });
  const response = await hub.app?.fetch(request, { actor: { kind: "token", id: "t1" } });
  return { status: response?.status ?? 0, body: await response?.json() };
}

describe("POST /api/v1/ingest/shelly", () => {
  it("takes the smallest status that EcoWatt's scripts send", async () => {
    using plugin = await runPlugin();
    expect(await post(plugin, ECOWATT)).toEqual({
      status: 200,
      body: { status: "received", stored: 1, duplicate: 0, rejected: [] },
    });
    expect(plugin.hub.rows).toEqual([
      { channel: CHANNEL, at: plugin.time.now(), values: { power_w: 1234.5, voltage_v: 220.3, current_a: 5.6 } },
    ]);
    expect(plugin.hub.availability).toEqual([{ device: "shelly:a8032412c3d4", online: true }]);
  });

  it.each(["a8032412c3d4", "A8:03:24:12:C3:D4", "a8-03-24-12-c3-d4"])(
    "knows the device by its MAC as %s",
    async (mac) => {
      using plugin = await runPlugin();
      await post(plugin, { ...ECOWATT, sys: { mac } });
      expect(plugin.hub.rows[0]?.channel).toBe(CHANNEL);
    },
  );

  it("takes the 14 digits of a known simulator", async () => {
    using plugin = await runPlugin();
    expect((await post(plugin, { ...ECOWATT, sys: { mac: "A8032412C3D4FF" } })).status).toBe(200);
  });

  it("uses the time of the device when it is a date", async () => {
    using plugin = await runPlugin();
    const unixtime = plugin.time.now() / 1000 - 60;
    await post(plugin, { ...ECOWATT, sys: { mac: "A8032412C3D4", unixtime } });
    expect(plugin.hub.rows[0]?.at).toBe(unixtime * 1000);
  });

  it("answers only after the commit", async () => {
    using plugin = await runPlugin();
    plugin.hub.storeFails = new VatioError("E_STORE_FULL", "The disk is full.", { retryable: true });
    expect(await post(plugin, ECOWATT)).toMatchObject({
      status: 503,
      body: { error: { code: "E_STORE_FULL", retryable: true } },
    });
  });

  it.each([
    ["not JSON", "{", 400, "E_INPUT_INVALID"],
    ["a list", [], 400, "E_INPUT_INVALID"],
    ["no MAC", { "switch:0": ECOWATT["switch:0"] }, 400, "E_INPUT_INVALID"],
    ["a MAC that is none", { ...ECOWATT, sys: { mac: "hello" } }, 400, "E_INPUT_INVALID"],
    ["nothing that measures", { sys: { mac: "A8032412C3D4" }, wifi: {} }, 400, "E_INPUT_INVALID"],
    ["words for numbers", { "switch:0": { apower: "12" }, sys: { mac: "A8032412C3D4" } }, 400, "E_INPUT_INVALID"],
    ["too much", `"${"x".repeat(300_000)}"`, 413, "E_BODY_TOO_LARGE"],
  ])("refuses %s and says why", async (_what, body, status, code) => {
    using plugin = await runPlugin();
    expect(await post(plugin, body)).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
    expect(plugin.hub.rows).toEqual([]);
  });

  it("names the fields that it cannot use", async () => {
    using plugin = await runPlugin();
    const { body } = await post(plugin, { "switch:0": { apower: "12" }, sys: { mac: "A8032412C3D4" } });
    expect(body).toMatchObject({ error: { details: { paths: ["shelly.rejected.field switch:0.apower"] } } });
  });

  it.each([
    ["blocked", 403, "E_DEVICE_BLOCKED"],
    ["inactive", 403, "E_DEVICE_BLOCKED"],
    ["refused", 429, "E_DEVICE_REFUSED"],
  ] as const)("stores nothing of a device that is %s", async (state, status, code) => {
    using plugin = await runPlugin();
    plugin.hub.state = state;
    expect(await post(plugin, ECOWATT)).toMatchObject({ status, body: { error: { code } } });
    expect(plugin.hub.rows).toEqual([]);
  });

  it("takes the readings of a pending device", async () => {
    using plugin = await runPlugin();
    plugin.hub.state = "pending";
    expect((await post(plugin, ECOWATT)).status).toBe(200);
    expect(plugin.hub.rows).toHaveLength(1);
  });

  it("asks a pending device that sends too much to wait", async () => {
    using plugin = await runPlugin();
    plugin.hub.state = "pending";
    plugin.hub.written = { accepted: 0, duplicate: 0, rejected: [{ reason: "rejected.rate", rows: 1 }] };
    expect(await post(plugin, ECOWATT)).toMatchObject({
      status: 429,
      body: { error: { code: "E_DEVICE_BUSY", retryable: true } },
    });
    expect(plugin.hub.observed).toEqual([]);
  });

  it("names the channels that a device has too many of", async () => {
    using plugin = await runPlugin();
    const meters = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`em:${n}`, { a_act_power: 1 }]));
    expect(await post(plugin, { ...meters, ...ECOWATT })).toMatchObject({
      status: 200,
      body: {
        rejected: expect.arrayContaining([{ key: "shelly.rejected.too-many-channels", params: expect.anything() }]),
      },
    });
  });

  it("shows and counts what it refuses, so that a person finds it", async () => {
    using plugin = await runPlugin();
    await post(plugin, "{");
    await post(plugin, { "switch:0": { apower: 1 } });
    await post(plugin, { "switch:0": { apower: "12" }, sys: { mac: "A8032412C3D4" } });
    expect(plugin.hub.rejected.map(({ topic, reason }) => [topic, reason.key])).toEqual([
      ["POST /api/v1/ingest/shelly", "shelly.rejected.not-json"],
      ["POST /api/v1/ingest/shelly", "shelly.rejected.post-without-mac"],
      ["POST /api/v1/ingest/shelly", "shelly.rejected.field"],
    ]);
    expect(plugin.hub.observed).toEqual([]);
  });

  it("answers nothing but posts, and nothing elsewhere", async () => {
    using plugin = await runPlugin();
    expect((await post(plugin, "", "/", "GET")).status).toBe(405);
    expect((await post(plugin, ECOWATT, "/elsewhere")).status).toBe(404);
    expect((await post(plugin, ECOWATT, "/ingest")).status).toBe(200);
  });

  it("notices the silence of a device that only posts", async () => {
    using plugin = await runPlugin();
    await post(plugin, ECOWATT);
    plugin.time.advance(minutes(9));
    expect(plugin.hub.availability).toHaveLength(1);
    plugin.time.advance(minutes(2));
    expect(plugin.hub.availability.at(-1)).toMatchObject({ online: false, reason: "shelly.offline.silent" });
    await post(plugin, ECOWATT);
    expect(plugin.hub.availability.at(-1)?.online).toBe(true);
  });
});

describeWithFixtures("a whole captured status, posted", () => {
  it("is stored with every channel", async () => {
    using plugin = await runPlugin();
    const { status }: { status: unknown } = JSON.parse(readFixture("shelly-gen2", "pro4pm-bundle.json"));
    expect((await post(plugin, status)).status).toBe(200);
    const power = plugin.hub.rows.map(({ channel, values }) => [channel, values.power_w]);
    expect(power).toEqual([20.7, 6.3, 4.5, 2.5].map((watts, i) => [`shelly:34987a67d7d0/switch:${i}`, watts]));
    expect(plugin.hub.devices.get("34987a67d7d0")?.channels).toHaveLength(4);
  });
});

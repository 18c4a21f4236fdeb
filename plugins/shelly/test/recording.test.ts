import { milliseconds, minutes, seconds, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { bytes } from "./support/payload.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const ID = "shellypro1pm-ec6260927f7c";
const CHANNEL = "shelly:ec6260927f7c/switch:0";

function send(
  { hub, time }: RunningPlugin,
  status: object,
  { src = ID, prefix = ID, method = "NotifyStatus" } = {},
): Promise<void> {
  const payload = bytes({ src, dst: `${prefix}/events`, method, params: { ts: time.now() / 1000, ...status } });
  return hub.deliver({ topic: `${prefix}/events/rpc`, payload, qos: 1, retained: false, at: time.now() });
}

const QUIET = { config: { askDevices: false } } as const;
const stored = (plugin: RunningPlugin): unknown => plugin.hub.rows.map(({ channel, values }) => [channel, values]);
const reasons = (plugin: RunningPlugin): string[] => plugin.hub.rejected.map(({ reason }) => reason.key);

describe("the way of a reading into the store", () => {
  it("leaves a message unacknowledged when nothing was committed, and stores it when it comes again", async () => {
    using plugin = await runPlugin(QUIET);
    const failure = new VatioError("E_STORE_BUSY", "Busy.", { retryable: true });
    plugin.hub.storeFails = failure;
    await expect(send(plugin, { "switch:0": { apower: 5 } })).rejects.toBe(failure);
    plugin.hub.storeFails = undefined;
    await send(plugin, { "switch:0": { apower: 5 } });
    expect(stored(plugin)).toEqual([[CHANNEL, { power_w: 5 }]]);
  });

  it.each(["blocked", "refused", "inactive"] as const)(
    "stores nothing of a device that is %s, and counts it",
    async (state) => {
      using plugin = await runPlugin(QUIET);
      plugin.hub.state = state;
      await send(plugin, { "switch:0": { apower: 5 } });
      expect(plugin.hub.rows).toEqual([]);
      expect(plugin.hub.counters.get(`dropped ${state}`)).toBe(1);
    },
  );

  it("remembers nothing of a refused device", async () => {
    using plugin = await runPlugin(QUIET);
    plugin.hub.state = "refused";
    await send(plugin, { "switch:0": { apower: 5 } });
    expect(plugin.hub.documents.size).toBe(0);
  });

  it("goes on when the facts of a device cannot be kept, and keeps them later", async () => {
    using plugin = await runPlugin(QUIET);
    plugin.hub.documentsFail = new VatioError("E_STATE_BUSY", "Busy.", { retryable: true });
    await send(plugin, { "switch:0": { apower: 5 } });
    expect(plugin.hub.rows).toHaveLength(1);
    plugin.hub.documentsFail = undefined;
    await send(plugin, { "switch:0": { apower: 6 } });
    expect(plugin.hub.documents.get("device/ec6260927f7c")).toMatchObject({ prefix: ID, channels: { "switch:0": {} } });
  });

  it("shows on the device's page what the store did not take", async () => {
    using plugin = await runPlugin(QUIET);
    plugin.hub.written = { accepted: 0, duplicate: 0, rejected: [{ reason: "rejected.out-of-range", rows: 1 }] };
    await send(plugin, { "switch:0": { pf: 7 } });
    expect(plugin.hub.rejected).toEqual([
      {
        topic: `${ID}/events/rpc`,
        reason: { key: "rejected.out-of-range", params: { metric: "power_factor", value: 7 } },
        device: "shelly:ec6260927f7c",
      },
    ]);
  });

  it("puts a component and its register into one row", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "em1:0": { act_power: 5 }, "em1data:0": { total_act_energy: 9, total_act_ret_energy: 1 } });
    expect(stored(plugin)).toEqual([
      ["shelly:ec6260927f7c/em1:0", { power_w: 5, energy_import_wh: 9, energy_export_wh: 1 }],
    ]);
  });

  it("does not announce a device that measures and switches nothing", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "input:0": { state: true } });
    expect([...plugin.hub.devices.keys()]).toEqual([]);
    expect(plugin.hub.counters.get("ignored shelly.ignored.nothing-metered")).toBe(1);
  });
});

describe("the channels of a device", () => {
  const keys = (plugin: RunningPlugin) => plugin.hub.devices.get("ec6260927f7c")?.channels.map(({ key }) => key);

  it("grow with what notifications name", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { output: true } });
    expect(plugin.hub.devices.get("ec6260927f7c")?.channels).toEqual([
      { key: "switch:0", kind: "switch", switchable: true, metrics: ["switch_on"] },
    ]);
    await send(plugin, { "switch:1": { apower: 5 } });
    expect(keys(plugin)).toEqual(["switch:0", "switch:1"]);
  });

  it("are replaced by a full status, as after a change of profile", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { output: true }, "switch:1": { output: true } });
    await send(plugin, { "cover:0": { apower: 5 } }, { method: "NotifyFullStatus" });
    expect(keys(plugin)).toEqual(["cover:0"]);
  });

  it("are at most 64, whatever a sender invents", async () => {
    using plugin = await runPlugin(QUIET);
    for (let from = 0; from < 300; from += 60) {
      await send(
        plugin,
        Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`switch:${from + i}`, { output: true }])),
      );
    }
    expect(keys(plugin)).toHaveLength(64);
  });
});

describe("identity", () => {
  it("is the source of the message, never the topic", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { apower: 5 } }, { prefix: "taller/torno" });
    expect(stored(plugin)).toEqual([[CHANNEL, { power_w: 5 }]]);
  });

  it("may not be claimed on the topics of another device's factory id", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { apower: 5 } }, { prefix: "shellyplus1pm-a8032412c3d4" });
    expect(plugin.hub.rows).toEqual([]);
    expect(reasons(plugin)).toEqual(["shelly.rejected.foreign-src"]);
  });

  it("may not be claimed below another prefix while the device speaks below its own", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { apower: 5 } });
    await send(plugin, { "switch:0": { apower: 6 } }, { prefix: "intruder" });
    expect(stored(plugin)).toEqual([[CHANNEL, { power_w: 5 }]]);
    expect(reasons(plugin)).toEqual(["shelly.rejected.foreign-src"]);
    expect(plugin.hub.documents.get("device/ec6260927f7c")).toMatchObject({ prefix: ID });
  });

  it.each(["its last will", "two minutes of silence"])("moves to another prefix after %s", async (reason) => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { apower: 5 } });
    if (reason === "its last will") {
      await plugin.hub.deliver({
        topic: `${ID}/online`,
        payload: bytes("false"),
        qos: 1,
        retained: false,
        at: plugin.time.now(),
      });
    } else plugin.time.advance(minutes(2));
    await send(plugin, { "switch:0": { apower: 6 } }, { prefix: "taller/torno" });
    expect(plugin.hub.rows).toHaveLength(2);
    expect(plugin.hub.documents.get("device/ec6260927f7c")).toMatchObject({ prefix: "taller/torno" });
  });

  it("may not be a name that would break topics", async () => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { apower: 5 } }, { src: "a/#", prefix: "x" });
    expect(reasons(plugin)).toEqual(["shelly.rejected.bad-src"]);
  });

  it("of a status topic is that of its prefix; an unknown one is named", async () => {
    using plugin = await runPlugin(QUIET);
    const status = (topic: string): Promise<void> =>
      plugin.hub.deliver({
        topic,
        payload: bytes({ id: 0, apower: 7 }),
        qos: 1,
        retained: false,
        at: plugin.time.now(),
      });
    await status("taller/torno/status/switch:0");
    expect(reasons(plugin)).toEqual(["shelly.rejected.unknown-prefix"]);
    await send(plugin, { "switch:0": { apower: 5 } }, { prefix: "taller/torno" });
    await status("taller/torno/status/switch:0");
    await status("other/program/status/ok");
    expect(stored(plugin)).toEqual([
      [CHANNEL, { power_w: 5 }],
      [CHANNEL, { power_w: 7 }],
    ]);
    expect(reasons(plugin)).toHaveLength(1);
  });
});

describe("an update that comes as a notification and as a status", () => {
  const component = (plugin: RunningPlugin, status: object): Promise<void> =>
    plugin.hub.deliver({
      topic: `${ID}/status/switch:0`,
      payload: bytes({ id: 0, ...status }),
      qos: 1,
      retained: false,
      at: plugin.time.now(),
    });
  const instants = (plugin: RunningPlugin): readonly number[] => [...new Set(plugin.hub.rows.map(({ at }) => at))];
  const first = { apower: 100, voltage: 127 };
  const full = { ...first, aenergy: { total: 5 }, current: 0.8 };

  it.each(["notification first", "status first"])("is one reading: %s", async (order) => {
    using plugin = await runPlugin(QUIET);
    await send(plugin, { "switch:0": { output: true } });
    plugin.time.advance(seconds(10));
    const ways = [() => send(plugin, { "switch:0": first }), () => component(plugin, full)];
    for (const way of order === "status first" ? ways.reverse() : ways) {
      await way();
      plugin.time.advance(milliseconds(40));
    }
    expect(instants(plugin)).toHaveLength(2);
    const update = plugin.hub.rows.filter(({ at }) => at === instants(plugin)[1]);
    // What the store makes of rows of one instant.
    expect(Object.assign({}, ...update.map(({ values }) => values))).toEqual({
      ...{ current_a: 0.8, energy_import_wh: 5, power_w: 100, voltage_v: 127 },
    });
  });

  it("is not confused with the one before or after it", async () => {
    using plugin = await runPlugin(QUIET);
    await plugin.hub.deliver({
      topic: `${ID}/online`,
      payload: bytes("true"),
      qos: 1,
      retained: false,
      at: plugin.time.now(),
    });
    for (const apower of [100, 200]) {
      await send(plugin, { "switch:0": { apower } });
      plugin.time.advance(milliseconds(300));
    }
    for (const apower of [100, 200]) await component(plugin, { apower });
    const powers = new Map(plugin.hub.rows.map(({ at, values }) => [at, values.power_w]));
    expect([...powers.values()]).toEqual([100, 200]);
    plugin.time.advance(seconds(3));
    await component(plugin, { apower: 200 });
    expect(instants(plugin)).toHaveLength(3);
  });
});

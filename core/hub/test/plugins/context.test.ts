import {
  type Batch,
  type ChannelId,
  type DeviceId,
  type Instant,
  type MqttMessage,
  type PluginId,
  row,
  Type,
  text,
} from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { admin, guest, makeHarness, sourceOf, testPlugin } from "./support/harness.js";
import { START, settle } from "./support/manual-clock.js";

import { type Context, run } from "./support/run-plugin.js";

const all = [
  ...["http", "telemetry.read", "telemetry.write", "net.lan", "mqtt.subscribe:t/#", "mqtt.publish:t/#"],
  ...["commands.call:switch.set", "secrets:token", "events.publish:device.*"],
] as const;

const announceOne = async (ctx: Context): Promise<{ id: DeviceId; main: ChannelId }> => {
  const { id, channels } = await ctx.devices.announce({
    hardwareId: "a1",
    channels: [{ key: "main", kind: "switch", metrics: ["power_w"], switchable: true }],
  });
  return { id, main: channels.main as ChannelId };
};

/** A message that came another way than MQTT. */
const posted = ({ clock }: Context): MqttMessage => ({
  topic: "POST /probe",
  payload: new TextEncoder().encode("1"),
  qos: 1,
  retained: false,
  at: clock.now(),
});

describe("without permissions", () => {
  const channel = "other:1/main" as ChannelId;
  it.each<[string, (ctx: Context) => unknown]>([
    ["telemetry.write", (ctx) => ctx.telemetry.write(row("tester:1/x" as ChannelId, 1 as Instant, { power_w: 1 }))],
    ["telemetry.last", (ctx) => ctx.telemetry.last(channel)],
    ["telemetry.series", (ctx) => ctx.telemetry.series(channel, [], { from: 0 as Instant, to: 1 as Instant }, 1)],
    ["slots.read", (ctx) => ctx.slots.read("p" as never, { from: 0 as Instant, to: 1 as Instant })],
    ["slots.daily", (ctx) => ctx.slots.daily("p" as never, "2026-01-01" as never, "2026-01-02" as never)],
    ["telemetry.watch", (ctx) => ctx.telemetry.watch([channel], () => undefined)],
    ["telemetry.bootedAt", (ctx) => ctx.telemetry.bootedAt("tester:1" as DeviceId, "b", 1 as Instant, 0)],
    ["events.publish", (ctx) => ctx.events.publish("device.added", { device: "tester:1" as DeviceId })],
    ["commands.call", (ctx) => ctx.commands.call("switch.set", { channel, to: "on" })],
    ["commands.handle", (ctx) => ctx.commands.handle("dummy-panel.press" as never, async () => ({}) as never)],
    ["mqtt.subscribe", (ctx) => ctx.mqtt.subscribe("t/#", () => undefined)],
    ["mqtt.publish", (ctx) => ctx.mqtt.publish("t/1", "x")],
    ["net.fetch", (ctx) => ctx.net.fetch("http://example.com/")],
    ["net.tcp", (ctx) => ctx.net.tcp("example.com", 80, new AbortController().signal)],
    ["net.browse", (ctx) => ctx.net.browse("_http._tcp", () => undefined)],
    ["http.mount", (ctx) => ctx.http.mount({ fetch: () => new Response() })],
    ["http.socket", (ctx) => ctx.http.socket("/x", () => undefined)],
    ["secrets.get", (ctx) => ctx.secrets.get("token")],
    ["as", (ctx) => ctx.as(admin)],
    ["devices.available", (ctx) => ctx.devices.available("other:1" as DeviceId, true)],
    ["devices.observed", (ctx) => ctx.devices.observed("other:1" as DeviceId, posted(ctx))],
  ])("%s is refused", async (_name, use) => {
    const { harness, ctx } = await run();
    await using _ = harness;
    await expect((async () => use(ctx))()).rejects.toMatchObject({ code: "E_PERMISSION" });
    expect(harness.host.get("tester" as PluginId)?.permissionsUsed).toEqual({});
  });
});

describe("after the stop", () => {
  it.each<[string, (ctx: Context) => unknown]>([
    ["telemetry", (ctx) => ctx.telemetry.last("tester:1/x" as ChannelId)],
    ["events", (ctx) => ctx.events.subscribe("*", () => undefined)],
    ["commands", (ctx) => ctx.commands.call("switch.set", { channel: "a:1/b" as ChannelId, to: "on" })],
    ["mqtt", (ctx) => ctx.mqtt.publish("t/1", "x")],
    ["net", (ctx) => ctx.net.fetch("http://10.0.0.1/")],
    ["http", (ctx) => ctx.http.mount({ fetch: () => new Response() })],
    ["kv", (ctx) => ctx.kv.get("x")],
    ["files", (ctx) => ctx.files.list()],
    ["secrets", (ctx) => ctx.secrets.get("token")],
    ["scheduler", (ctx) => ctx.scheduler.after(1 as never, () => undefined)],
    ["sleep", (ctx) => ctx.scheduler.sleep(1 as never)],
    ["devices", (ctx) => ctx.devices.list()],
    ["sites", (ctx) => ctx.sites.list()],
    ["points", (ctx) => ctx.points.list()],
    ["slots", (ctx) => ctx.slots.read("p" as never, { from: 0 as Instant, to: 1 as Instant })],
    ["audit", (ctx) => ctx.audit.record("x", "y")],
    ["health", (ctx) => ctx.health.ok()],
    ["counters", (ctx) => ctx.counters.add("x", "y")],
    ["as", (ctx) => ctx.as(admin)],
    ["defer", (ctx) => ctx.defer(() => undefined)],
  ])("%s throws E_DISPOSED", async (_name, use) => {
    const { harness, ctx } = await run({ permissions: [...all] });
    await using _ = harness;
    await harness.host.stop();
    await expect((async () => use(ctx))()).rejects.toMatchObject({ code: "E_DISPOSED" });
  });

  it("the log falls silent", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    await harness.host.stop();
    const before = harness.logs.length;
    ctx.log.error("too late");
    expect(harness.logs).toHaveLength(before);
  });
});

describe("what comes with a later version", () => {
  it.each<[string, (ctx: Context) => unknown]>([
    ["alerts", (ctx) => ctx.alerts.list()],
    ["insights", (ctx) => ctx.insights.withdraw("x")],
    ["notifications", (ctx) => ctx.notifications.provideChannel("x", async () => undefined)],
    ["people", (ctx) => ctx.people.list()],
    ["alerts of an actor", (ctx) => ctx.as(guest).alerts.list()],
  ])("%s throws E_NOT_AVAILABLE", async (_name, use) => {
    const { harness, ctx } = await run({ permissions: ["people.act"] });
    await using _ = harness;
    await expect((async () => use(ctx))()).rejects.toMatchObject({ code: "E_NOT_AVAILABLE" });
  });
});

describe("telemetry", () => {
  it("is written as the driver that the plugin is, and read back without a permission to read", async () => {
    const { harness, ctx } = await run({ permissions: ["telemetry.write"] });
    await using _ = harness;
    const { main } = await announceOne(ctx);
    await expect(ctx.telemetry.write(row(main, (START + 5) as Instant, { power_w: 3 }))).resolves.toMatchObject({
      accepted: 1,
    });
    await expect(ctx.telemetry.last(main)).resolves.toEqual({ power_w: { at: START + 5, value: 3 } });
    expect(harness.telemetry.written).toMatchObject([{ driver: "tester" }]);
    await harness.services.devices.announce("other" as PluginId, {
      ...{ hardwareId: "1", channels: [{ key: "x", kind: "meter", metrics: [] }] },
    });
    await expect(
      ctx.telemetry.write(row("other:1/x" as ChannelId, (START + 5) as Instant, { power_w: 3 })),
    ).resolves.toMatchObject({
      rejected: [{ reason: "rejected.not-owner" }],
    });
    expect(Object.keys(harness.host.get("tester" as PluginId)?.permissionsUsed ?? {})).toEqual(["telemetry.write"]);
  });

  it("is watched as copies, after the write has gone on, until the subscription ends", async () => {
    const { harness, ctx } = await run({ permissions: ["telemetry.read", "telemetry.write"] });
    await using _ = harness;
    const { main } = await announceOne(ctx);
    const seen: Batch[] = [];
    const watch = ctx.telemetry.watch([main], (batch) => {
      seen.push(batch);
      batch.columns.power_w?.fill(-1);
    });
    const written = row(main, (START + 1) as Instant, { power_w: 7 });
    await ctx.telemetry.write([written, row("tester:b/x" as ChannelId, (START + 1) as Instant, { power_w: 8 })]);
    await settle(1);
    watch[Symbol.dispose]();
    await ctx.telemetry.write(row(main, (START + 2) as Instant, { power_w: 9 }));
    await settle(1);
    expect(seen.map(({ channel }) => channel)).toEqual([main]);
    expect(written.columns.power_w?.[0]).toBe(7);
  });
});

describe("events", () => {
  it("are published below the plugin's own id, and where it may", async () => {
    const { harness, ctx } = await run({
      permissions: ["events.publish:device.*"],
      events: { "tester.pressed": { payload: Type.Object({ n: Type.Integer() }) } },
    });
    await using _ = harness;
    const publish = ctx.events.publish as (type: string, payload: unknown) => void;
    const seen: string[] = [];
    harness.services.events.hub.subscribe("*", ({ type, source }) => void seen.push(`${type} by ${source}`));
    publish("tester.pressed", { n: 1 });
    publish("device.added", { device: "tester:1" });
    expect(() => publish("plugin.state", {})).toThrow(expect.objectContaining({ code: "E_PERMISSION" }));
    expect(() => publish("tester.unheard", {})).toThrow(expect.objectContaining({ code: "E_EVENT_UNKNOWN" }));
    expect(() => publish("tester.pressed", { n: "x" })).toThrow(expect.objectContaining({ code: "E_EVENT_INVALID" }));
    await settle(1);
    expect(seen).toEqual(["tester.pressed by tester", "device.added by tester"]);
  });

  it("that are dropped make the plugin degraded", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    ctx.events.subscribe("settings.changed", () => undefined, { capacity: 1 });
    for (let n = 0; n < 3; n++) harness.services.events.hub.publish("settings.changed", { key: "x" });
    expect(harness.host.get("tester" as PluginId)).toMatchObject({
      state: "degraded",
      reason: { key: "plugin.lagging" },
    });
  });
});

describe("the scheduler", () => {
  it("runs on the hub's clock and refuses what would run without end", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    const log: string[] = [];
    ctx.scheduler.every(1_000 as never, () => void log.push("tick"));
    ctx.scheduler.at((ctx.clock.now() + 1_500) as Instant, () => void log.push("at"));
    await harness.clock.advance(2_000);
    expect(log).toEqual(["tick", "at", "tick"]);
    expect(() => ctx.scheduler.every(0 as never, () => undefined)).toThrow(
      expect.objectContaining({ code: "E_INPUT_INVALID" }),
    );
    expect(() => ctx.scheduler.after(Number.NaN as never, () => undefined)).toThrow("not a number of milliseconds");
  });

  it("ends a sleep when the plugin is to stop", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    const slept = expect(ctx.scheduler.sleep(1_000 as never)).rejects.toMatchObject({ code: "E_ABORTED" });
    await harness.host.stop();
    await slept;
  });
});

describe("a long synchronous call", () => {
  it("is noted with the plugin's name", async () => {
    let block: (() => void) | undefined;
    const { harness, ctx } = await run();
    await using _ = harness;
    ctx.events.subscribe("settings.changed", () => block?.());
    for (const ms of [50, 51]) {
      block = () => harness.clock.skip(ms);
      harness.services.events.hub.publish("settings.changed", { key: "x" });
      await settle(1);
    }
    const slow = harness.logs.filter(({ message }) => message.includes("held the hub up"));
    expect(slow.map(({ source, message }) => `${source}: ${message}`)).toEqual([
      "plugin:tester: The plugin tester held the hub up for 51 ms",
    ]);
    expect(harness.services.counters.get("plugin:tester", "slow-call")).toBe(1);
  });
});

describe("the log", () => {
  it("takes no more than a thousand lines in ten seconds", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    const before = harness.logs.length;
    for (let n = 0; n < 1_500; n++) ctx.log.debug("flood");
    expect(harness.logs.length - before).toBe(1_000);
    expect(harness.services.counters.get("plugin:tester", "log-dropped", "flood")).toBe(500);
    await harness.clock.advance(10_000);
    ctx.log.debug("again");
    expect(harness.logs.at(-1)?.message).toBe("again");
  });
});

describe("storage", () => {
  it("keeps documents, files and secrets of each plugin apart", async () => {
    const seen: Record<string, unknown> = {};
    const keep = (name: string) =>
      testPlugin({ id: name, permissions: ["secrets:token"] }, async (ctx) => {
        await ctx.kv.set("who", { name });
        await ctx.files.write("sub/who.txt", name);
        const file = await ctx.files.read("sub/who.txt");
        seen[name] = {
          kv: (await ctx.kv.get("who"))?.value,
          keys: (await ctx.kv.list("")).length,
          file: new TextDecoder().decode(file),
          files: (await ctx.files.list()).map(({ path }) => path),
          secret: await ctx.secrets.get("token"),
        };
      });
    await using harness = await makeHarness([sourceOf(keep("one")), sourceOf(keep("two"))], { start: false });
    await harness.services.secrets.set("plugin:two", "token", "t2");
    await harness.host.start();
    expect(seen).toEqual({
      one: { kv: { name: "one" }, keys: 1, file: "one", files: ["sub/who.txt"], secret: undefined },
      two: { kv: { name: "two" }, keys: 1, file: "two", files: ["sub/who.txt"], secret: "t2" },
    });
  });

  it("has no way out of the folder", async () => {
    const { harness, ctx } = await run();
    await using _ = harness;
    await expect(ctx.files.write("../out.txt", "x")).rejects.toMatchObject({ code: "E_PATH_INVALID" });
  });
});

describe("mqtt", () => {
  it("shows a message on the page of the device that it turned out to be about", async () => {
    const { harness } = await run({ permissions: ["mqtt.subscribe:t/#", "telemetry.write"] }, (ctx) => {
      ctx.mqtt.subscribe("t/#", async (message) => {
        const { id, main } = await announceOne(ctx);
        await ctx.telemetry.write(row(main, message.at, { power_w: 1 }));
        if (message.topic === "t/bad") ctx.devices.rejected(message, text("rejected.rate"), id);
      });
    });
    await using _ = harness;
    await harness.message("t/good", "1");
    await harness.message("t/bad", "2");
    const raw = harness.services.devices.rawMessages("tester:a1" as DeviceId);
    expect(raw.map(({ topic, rejected }) => `${topic} ${rejected?.key ?? "used"}`).sort()).toEqual([
      "t/bad rejected.rate",
      "t/bad used",
      "t/good used",
    ]);
  });

  it.each(["", "a/#/b", "x\u0000"])("refuses the filter %j", async (filter) => {
    const { harness, ctx } = await run({ permissions: ["mqtt.subscribe:#"] });
    await using _ = harness;
    expect(() => ctx.mqtt.subscribe(filter, () => undefined)).toThrow(
      expect.objectContaining({ code: "E_INPUT_INVALID" }),
    );
  });

  it("publishes where it may", async () => {
    const { harness, ctx } = await run({ permissions: ["mqtt.publish:t/+/set"] });
    await using _ = harness;
    await ctx.mqtt.publish("t/1/set", "on", { qos: 1 });
    await expect(ctx.mqtt.publish("t/1/get", "x")).rejects.toMatchObject({ code: "E_PERMISSION" });
    await expect(ctx.mqtt.publish("t/+/set", "x")).rejects.toMatchObject({ code: "E_INPUT_INVALID" });
    expect(harness.published).toEqual([{ topic: "t/1/set", payload: "on" }]);
  });
});

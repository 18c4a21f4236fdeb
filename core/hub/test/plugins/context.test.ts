import {
  type Actor,
  type Batch,
  type ChannelId,
  type DeviceId,
  type Instant,
  type PluginContext,
  type PluginId,
  type PluginSocket,
  row,
  Type,
  text,
} from "@vatio/plugin-api";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import { admin, guest, type Harness, makeHarness, sourceOf, type TestManifest, testPlugin } from "./support/harness.js";
import { settle } from "./support/manual-clock.js";

type Context = PluginContext<never>;

/** A running plugin and its context. */
async function run(manifest: TestManifest = {}, setup: (ctx: Context) => void | Promise<void> = () => undefined) {
  let context: Context | undefined;
  const plugin = testPlugin({ id: "tester", ...manifest }, async (ctx) => {
    context = ctx;
    await setup(ctx);
  });
  const harness = await makeHarness([sourceOf(plugin)]);
  if (!context) throw new Error(JSON.stringify(harness.host.list()[0]?.reason));
  return { harness, ctx: context };
}

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

describe("without permissions", () => {
  const channel = "other:1/main" as ChannelId;
  it.each<[string, (ctx: Context) => unknown]>([
    ["telemetry.write", (ctx) => ctx.telemetry.write(row("tester:1/x" as ChannelId, 1 as Instant, { power_w: 1 }))],
    ["telemetry.last", (ctx) => ctx.telemetry.last(channel)],
    ["telemetry.series", (ctx) => ctx.telemetry.series(channel, [], { from: 0 as Instant, to: 1 as Instant }, 1)],
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
    ["slots", (ctx) => ctx.slots.read("p" as never, { from: 0 as Instant, to: 1 as Instant })],
    ["alerts", (ctx) => ctx.alerts.list()],
    ["insights", (ctx) => ctx.insights.withdraw("x")],
    ["notifications", (ctx) => ctx.notifications.provideChannel("x", async () => undefined)],
    ["people", (ctx) => ctx.people.list()],
    ["slots of an actor", (ctx) => ctx.as(guest).slots.daily("p" as never, "a" as never, "b" as never)],
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
    await expect(ctx.telemetry.write(row(main, 5 as Instant, { power_w: 3 }))).resolves.toMatchObject({ accepted: 1 });
    await expect(ctx.telemetry.last(main)).resolves.toEqual({ power_w: { at: 5, value: 3 } });
    expect(harness.telemetry.written).toMatchObject([{ driver: "tester" }]);
    await expect(
      ctx.telemetry.write(row("other:1/x" as ChannelId, 5 as Instant, { power_w: 3 })),
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
    const written = row(main, 1 as Instant, { power_w: 7 });
    await ctx.telemetry.write([written, row("tester:b/x" as ChannelId, 1 as Instant, { power_w: 8 })]);
    await settle(1);
    watch[Symbol.dispose]();
    await ctx.telemetry.write(row(main, 2 as Instant, { power_w: 9 }));
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

describe("http", () => {
  const app = (ctx: Context) =>
    new Hono<{ Bindings: { actor: Actor; mount?: string } }>()
      .get("/who", (c) => c.json({ actor: c.env.actor, mount: c.env.mount }))
      .post("/echo", async (c) => c.body(await c.req.raw.arrayBuffer()))
      .get("/sites", async (c) => c.json(await ctx.as(c.env.actor).sites.list()));

  const ask = (harness: Harness, path: string, actor: Actor = admin): Promise<Response> => {
    const found = harness.host.mountAt(path);
    if (!found) throw new Error(`nothing at ${path}`);
    return Promise.resolve(found.mount.app.fetch(new Request(`http://h${found.rest}`), { actor }));
  };

  it("answers below the plugin's own path and at its aliases, and says where", async () => {
    const { harness } = await run({ permissions: ["http"], http: { aliases: ["/api/energy"] } }, (ctx) =>
      ctx.http.mount(app(ctx), { action: "read" }),
    );
    await using _ = harness;
    for (const mount of ["/api/plugins/tester", "/api/energy"]) {
      const answer = await ask(harness, `${mount}/who`);
      await expect(answer.json()).resolves.toEqual({ actor: admin, mount });
    }
    expect(harness.host.mountAt("/api/energy")?.rest).toBe("/");
    expect(harness.host.mountAt("/api/plugins/tester/who")?.mount.options).toEqual({ action: "read" });
    for (const path of ["/api/energyx", "/api/plugins/other/x", "/api/plugins/", "/"]) {
      expect(harness.host.mountAt(path)).toBeUndefined();
    }
    await harness.host.stop();
    expect(harness.host.mountAt("/api/energy/who")).toBeUndefined();
  });

  it("lets the app act in the name of its caller while it answers, and no longer", async () => {
    const { harness, ctx } = await run({ permissions: ["http"] }, (ctx) => ctx.http.mount(app(ctx)));
    await using _ = harness;
    await harness.services.sites.create(site);
    await expect((await ask(harness, "/api/plugins/tester/sites")).json()).resolves.toMatchObject([{ name: "Home" }]);
    expect(() => ctx.as(admin)).toThrow(expect.objectContaining({ code: "E_PERMISSION" }));
  });

  it("hands sockets over, contained, and closes them with the plugin", async () => {
    const closed: string[] = [];
    const { harness } = await run({ permissions: ["http"] }, (ctx) =>
      ctx.http.socket("/live", (socket, request, { actor }) => {
        socket.send(`${new URL(request.url).pathname} ${actor.id}`);
        socket.onMessage((data) => {
          if (data === "crash") throw new Error("bug");
          if (data === "reject") return Promise.reject(new Error("bug")) as never;
          return socket.send(`echo ${String(data)}`);
        });
        socket.onClose(() => void closed.push("closed"));
      }),
    );
    await using _ = harness;
    const { socket, sent, receive, close } = fakeSocket();
    harness.host
      .socketAt("/api/plugins/tester/live")
      ?.mount.accept(socket, new Request("http://h/live"), { actor: admin });
    receive("hi");
    receive("crash");
    receive("reject");
    await settle(1);
    expect(sent).toEqual(["/live admin", "echo hi"]);
    expect(harness.stateOf("tester")).toBe("running");
    expect(harness.services.counters.get("plugin:tester", "handler-failed", "socket E_INTERNAL")).toBe(2);
    await harness.host.stop();
    expect(close.codes).toEqual([1001]);
    expect(closed).toEqual(["closed"]);
    expect(harness.host.socketAt("/api/plugins/tester/live")).toBeUndefined();
  });
});

const site = {
  name: "Home",
  zone: "Europe/Madrid",
  currency: "EUR",
  language: "es",
  region: "es-ES",
  nominalVoltage: 230,
  phases: 1,
} as const;

function fakeSocket() {
  const sent: unknown[] = [];
  const close = { codes: [] as (number | undefined)[] };
  const onMessage: ((data: string) => void)[] = [];
  const onClose: ((code: number) => void)[] = [];
  const socket: PluginSocket = {
    send: (data) => void sent.push(data),
    close: (code) => {
      close.codes.push(code);
      for (const handler of onClose) handler(code ?? 1000);
    },
    onMessage: (handler) => void onMessage.push(handler),
    onClose: (handler) => void onClose.push(handler),
  };
  const receive = (data: string): void => {
    for (const handler of onMessage) handler(data);
  };
  return { socket, sent, receive, close };
}

describe("commands", () => {
  const own = {
    commands: {
      "tester.greet": {
        action: "read",
        input: Type.Object({}),
        output: Type.Object({ seen: Type.Array(Type.String()) }),
      },
    },
  } as const;

  it("are handled in the name of whoever calls, while they last", async () => {
    const { harness, ctx } = await run(own, (ctx) => {
      ctx.commands.handle(
        "tester.greet" as never,
        (async (_input: unknown, call: { actor: Actor }) => ({
          seen: (await ctx.as(call.actor).sites.list()).map(({ name }) => name),
        })) as never,
      );
    });
    await using _ = harness;
    await harness.services.sites.create(site);
    await expect(harness.services.commands.call(guest, "tester.greet", {})).resolves.toEqual({ seen: ["Home"] });
    expect(() => ctx.as(guest)).toThrow(expect.objectContaining({ code: "E_PERMISSION" }));
  });

  it("of the plugin itself it calls without a permission", async () => {
    const { harness, ctx } = await run(own, (ctx) => {
      ctx.commands.handle("tester.greet" as never, (async () => ({ seen: [] })) as never);
    });
    await using _ = harness;
    await expect(ctx.commands.call("tester.greet" as never, {} as never)).resolves.toEqual({ seen: [] });
    const [entry] = await harness.audit.query({ limit: 1 });
    expect(entry).toMatchObject({ actor: { kind: "plugin", id: "tester" }, what: "tester.greet", outcome: "ok" });
  });
});

describe("people.act", () => {
  it("lets a plugin name people, audited, and within its own grants", async () => {
    const { harness, ctx } = await run({ permissions: ["people.act"] });
    await using _ = harness;
    await harness.services.sites.create(site);
    await expect(ctx.as(guest).sites.list()).resolves.toHaveLength(1);
    await expect(ctx.as(guest).telemetry.last("other:1/x" as ChannelId)).rejects.toMatchObject({
      code: "E_PERMISSION",
    });
    await until(async () => (await harness.audit.query({ limit: 9 })).length === 2);
    const [entry] = await harness.audit.query({ limit: 1 });
    expect(entry).toMatchObject({
      actor: { kind: "plugin", id: "tester" },
      what: "tester.act-as",
      resource: "user:guest",
    });
  });

  it.each(["hub", "plugin", "device"] as const)("does not let it act as %s", async (kind) => {
    const { harness, ctx } = await run({ permissions: ["people.act"] });
    await using _ = harness;
    expect(() => ctx.as({ kind, id: "x" })).toThrow(expect.objectContaining({ code: "E_PERMISSION" }));
  });

  it("shows what the actor may see, and calls commands in its name", async () => {
    const { harness, ctx } = await run({ permissions: ["people.act", "telemetry.read", "commands.call:switch.set"] });
    await using _ = harness;
    await expect(ctx.as(guest).telemetry.last("other:secret/x" as ChannelId)).rejects.toMatchObject({
      code: "E_PERMISSION",
    });
    const call = ctx.as(guest).commands.call("switch.set", { channel: "other:1/x" as ChannelId, to: "on" });
    await expect(call).rejects.toMatchObject({ code: "E_PERMISSION" });
    const entries = await harness.audit.query({ limit: 10 });
    expect(entries.find(({ what }) => what === "switch.set")?.actor).toEqual({ ...guest, via: "tester" });
  });
});

describe("history", () => {
  it("is asked of the driver of the channel, step by step, in its name", async () => {
    const { harness } = await run({}, (ctx) => {
      ctx.devices.provideHistory(async function* (channel, range) {
        yield row(channel, range.from, { power_w: 1 }, "replay");
        yield row(channel, range.to, { power_w: 2 }, "replay");
      });
    });
    await using _ = harness;
    const range = { from: 1 as Instant, to: 9 as Instant };
    const { signal } = new AbortController();
    const found: number[] = [];
    for await (const batch of harness.host.history("tester:1/x" as ChannelId, range, signal) ?? []) {
      found.push(batch.at[0] ?? 0);
    }
    expect(found).toEqual([1, 9]);
    expect(harness.host.history("other:1/x" as ChannelId, range, signal)).toBeUndefined();
  });
});

describe("permissions", () => {
  it("are shown with the instant of their last use, also after a restart", async () => {
    const { harness, ctx } = await run({ permissions: ["mqtt.publish:t/#", "net.lan"] });
    await using _ = harness;
    await harness.clock.advance(500);
    await ctx.mqtt.publish("t/1", "x");
    const used = { "mqtt.publish:t/#": harness.clock.now() };
    expect(harness.host.get("tester" as PluginId)?.permissionsUsed).toEqual(used);
    await harness.host.stop();
    await expect(harness.services.states.load("tester" as PluginId)).resolves.toMatchObject({ permissionsUsed: used });
  });
});

import {
  type ChannelId,
  type DeviceId,
  definePlugin,
  type HttpEnv,
  type Instant,
  type Json,
  type MqttMessage,
  type PluginContext,
  row,
  type Static,
  Type,
  text,
  VatioError,
} from "@vatio/plugin-api";
import { Hono } from "hono";

// Uses every service of the context and says what came of it, so that a test can run it inline and in a worker and compare.

declare module "@vatio/plugin-api" {
  interface VatioEvents {
    "probe.echo": { n: number };
  }
  interface VatioCommands {
    "probe.do": { input: { what: string; args?: Json }; output: Json };
  }
}

const config = Type.Object({ greeting: Type.String({ default: "hello" }), size: Type.Integer({ default: 3 }) });
type Context = PluginContext<Static<typeof config>>;

const codeOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return "fine";
  } catch (error) {
    return VatioError.is(error) ? error.code : String(error);
  }
};

const announce = async (ctx: Context): Promise<ChannelId> => {
  const { channels } = await ctx.devices.announce({
    hardwareId: "m1",
    channels: [{ key: "main", kind: "meter", metrics: ["power_w"] }],
  });
  return channels.main as ChannelId;
};

/** A message that came another way than MQTT. */
const posted = ({ clock }: Context): MqttMessage => ({
  topic: "POST /probe",
  payload: new TextEncoder().encode("1"),
  qos: 1,
  retained: false,
  at: clock.now(),
});

const log: string[] = [];
/** An instant that the store takes. */
const START = 1_780_000_000_000;

/** What can be asked of the plugin. */
const PROBES: Readonly<Record<string, (ctx: Context, args: never) => Promise<unknown> | unknown>> = {
  log: () => [...log],
  facts: (ctx) => ({ id: ctx.id, config: ctx.config, frozen: Object.isFrozen(ctx.config), now: ctx.clock.now() }),
  kv: async (ctx) => {
    const first = await ctx.kv.set("a/1", { deep: [1, null, "ñ"] });
    const lost = await ctx.kv.compareAndSet("a/1", 9, 0);
    const won = await ctx.kv.compareAndSet("a/1", first.version, "second");
    const listed = (await ctx.kv.list("a/")).map(({ key }) => key);
    const gone = await ctx.kv.delete("a/1");
    return [first.version, lost ?? null, won?.value ?? null, listed, gone, (await ctx.kv.get("a/1")) ?? null];
  },
  files: async (ctx) => {
    await ctx.files.write("f/bytes.bin", Uint8Array.of(1, 2, 255));
    await ctx.files.write("f/text.txt", "ñandú");
    const bytes = await ctx.files.read("f/bytes.bin");
    const words = new TextDecoder().decode(await ctx.files.read("f/text.txt"));
    const listed = (await ctx.files.list("f")).map(({ path, bytes: size }) => `${path} ${size}`);
    return [
      [...(bytes ?? [])],
      words,
      listed,
      await ctx.files.delete("f/text.txt"),
      (await ctx.files.read("x")) ?? null,
    ];
  },
  secrets: async (ctx) => [(await ctx.secrets.get("token")) ?? null, await codeOf(() => ctx.secrets.get("other"))],
  telemetry: async (ctx) => {
    const channel = await announce(ctx);
    const seen: number[] = [];
    const watch = ctx.telemetry.watch([channel], ({ columns }) => void seen.push(columns.power_w?.[0] ?? -1));
    const whole = Float64Array.of(0, 5, 6);
    const columns = { power_w: whole.subarray(1) };
    const written = await ctx.telemetry.write({
      channel,
      origin: "live",
      at: Float64Array.of(START + 1, START + 2),
      columns,
    });
    await ctx.telemetry.write([row(channel, (START + 3) as Instant, { power_w: 7 })], {
      device: "probe:m1" as DeviceId,
      boot: "b",
      from: 9,
    });
    await ctx.telemetry.bootedAt("probe:m1" as DeviceId, "b", START as Instant, 5);
    const last = await ctx.telemetry.last(channel);
    const range = { from: START as Instant, to: (START + 9_000) as Instant };
    const series = await ctx.telemetry.series(channel, ["power_w"], range, 9);
    watch[Symbol.dispose]();
    return [
      written.accepted,
      last.power_w?.value ?? null,
      series.map(({ metric, max }) => [metric, max[0] ?? null]),
      seen,
    ];
  },
  events: async (ctx, { n }: { n: number }) => {
    for (let i = 0; i < n; i++) ctx.events.publish("probe.echo", { n: i });
    return null;
  },
  loop: (ctx) => ctx.events.publish("probe.echo", { n: -1 }),
  refusals: async (ctx) => [
    await codeOf(() => ctx.events.publish("settings.changed", { key: "x" })),
    await codeOf(() => ctx.mqtt.subscribe("other/#", () => undefined)),
    await codeOf(() => ctx.mqtt.subscribe("a/#/b", () => undefined)),
    await codeOf(() => ctx.mqtt.publish("other/x", "y")),
    await codeOf(() => ctx.commands.handle("dummy.x" as never, (async () => null) as never)),
    await codeOf(() => ctx.commands.call("switch.none" as never, {} as never)),
    await codeOf(() => ctx.telemetry.bootedAt("other:1" as DeviceId, "b", 1 as Instant, 0)),
    await codeOf(() => ctx.devices.available("other:1" as DeviceId, true)),
    await codeOf(() => ctx.devices.observed("other:1" as DeviceId, posted(ctx))),
    await codeOf(() => ctx.scheduler.every(0 as never, () => undefined)),
    await codeOf(() => ctx.http.mount({ fetch: () => new Response() })),
    await codeOf(() => ctx.as({ kind: "user", id: "stranger" })),
    await codeOf(() => ctx.net.fetch("http://8.8.8.8/")),
    await codeOf(() => ctx.net.fetch("nonsense")),
    await codeOf(() => ctx.slots.read("x" as never, { from: 0 as Instant, to: 1 as Instant })),
    await codeOf(() => ctx.alerts.list()),
    await codeOf(() => ctx.kv.set("x".repeat(600), 1)),
  ],
  commands: async (ctx) => {
    const result = await ctx.commands.call("switch.set", { channel: "lamp:1/relay" as ChannelId, to: "on" });
    const controller = new AbortController();
    const hanging = codeOf(() =>
      ctx.commands.call("switch.set", { channel: "lamp:1/hang" as ChannelId, to: "on" }, { signal: controller.signal }),
    );
    controller.abort();
    return [
      { ...result },
      await hanging,
      await codeOf(() => ctx.commands.call("switch.set", { channel: "lamp:1/fail" as ChannelId, to: "on" })),
    ];
  },
  publish: async (ctx) => {
    await ctx.mqtt.publish("probe/out", Uint8Array.of(104, 105));
    await ctx.mqtt.publish("probe/out", "text", { qos: 1, retain: true });
    return null;
  },
  timers: (ctx) => {
    const stamp = (name: string) => () => void log.push(`${name} ${ctx.clock.now() % 1_000_000}`);
    ctx.scheduler.after(100 as never, stamp("after"));
    ctx.scheduler.at((ctx.clock.now() + 250) as Instant, stamp("at"));
    const every = ctx.scheduler.every(200 as never, stamp("every"), { firstAfter: 50 as never });
    ctx.scheduler.after(500 as never, () => every[Symbol.dispose]());
    void ctx.scheduler.sleep(300 as never).then(stamp("slept"));
    return null;
  },
  fetch: async (ctx) => {
    const answer = await ctx.net.fetch("http://192.168.1.5/api?x=1", {
      method: "POST",
      headers: { "x-own": "1", "content-type": "application/json" },
      body: '{"a":1}',
    });
    const body = await answer.text();
    return [
      answer.status,
      answer.statusText,
      answer.headers.get("x-answer"),
      answer.headers.getSetCookie(),
      answer.url,
      body,
    ];
  },
  abortFetch: async (ctx) => {
    const controller = new AbortController();
    const hanging = codeOf(() => ctx.net.fetch("http://192.168.1.5/hang", { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    return hanging;
  },
  tcp: async (ctx) => {
    const { readable, writable, close } = await ctx.net.tcp("192.168.1.5", 502, new AbortController().signal);
    const writer = writable.getWriter();
    const reader = readable.getReader();
    await writer.write(new TextEncoder().encode("ping"));
    const { value } = await reader.read();
    await writer.close();
    const end = await reader.read();
    close();
    return [new TextDecoder().decode(value), end.done];
  },
  browse: (ctx) => {
    ctx.net.browse(
      "_shelly._tcp",
      ({ host, port, txt }) => void log.push(`found ${host}:${port} ${JSON.stringify(txt)}`),
    );
    return null;
  },
  places: async (ctx) => {
    const [site] = await ctx.sites.list();
    const [point] = await ctx.points.list();
    if (!site || !point) return null;
    return [
      site.name,
      (await ctx.sites.get(site.id))?.zone ?? null,
      point.name,
      (await ctx.points.get(point.id))?.role ?? null,
      (await ctx.points.assignments(point.id)).length,
    ];
  },
  devices: async (ctx) => {
    const channel = await announce(ctx);
    const before = (await ctx.devices.list()).map(({ id, state, online }) => `${id} ${state} ${online}`);
    ctx.devices.available("probe:m1" as DeviceId, true);
    ctx.devices.observed("probe:m1" as DeviceId, posted(ctx));
    await announce(ctx);
    const after = (await ctx.devices.list()).map(({ online }) => online);
    return [channel, before, after];
  },
  say: (ctx) => {
    ctx.log.warn("said", { error: new TypeError("inside"), n: 1 });
    ctx.counters.add("things", "done", 2);
    ctx.health.degraded(text("probe.tired"));
    return null;
  },
  audit: async (ctx) => {
    await ctx.audit.record("looked", "somewhere", { n: 1 });
    return null;
  },
  deferred: (ctx) => {
    ctx.defer(async () => {
      await ctx.kv.set("stopped", true);
    });
    return null;
  },
};

// biome-ignore lint/style/noDefaultExport: the entry of a plugin
export default definePlugin({
  manifest: {
    id: "probe",
    name: "Probe",
    version: "1.0.0",
    hub: "^0.1",
    config,
    configVersion: 2,
    permissions: [
      ...(["http", "net.lan", "telemetry.write", "mqtt.subscribe:probe/#", "mqtt.publish:probe/#"] as const),
      ...(["commands.call:switch.set", "secrets:token"] as const),
    ],
    events: { "probe.echo": { payload: Type.Object({ n: Type.Integer() }) } },
    commands: {
      "probe.do": {
        action: "read",
        input: Type.Object({ what: Type.String(), args: Type.Optional(Type.Unknown()) }),
        output: Type.Unknown(),
      },
    },
    http: { aliases: ["/probe"] },
  },

  async setup(ctx) {
    log.length = 0;
    ctx.commands.handle("probe.do", async ({ what, args }, { actor }) => {
      if (what === "who") return { ...actor, sites: (await ctx.as(actor).sites.list()).length };
      return ((await PROBES[what]?.(ctx, args as never)) ?? null) as Json;
    });
    ctx.events.subscribe("probe.*", async ({ payload, seq, source }) => {
      log.push(`${source} ${payload.n} ${seq > 0}`);
      await Promise.resolve();
      if (payload.n < 0) ctx.events.publish("probe.echo", { n: payload.n - 1 });
    });
    ctx.mqtt.subscribe("probe/in/+", async (message) => {
      const words = new TextDecoder().decode(message.payload);
      log.push(`${message.topic} ${words} ${message.qos} ${message.at === ctx.clock.now()}`);
      if (words === "retry") throw new VatioError("E_STORE_BUSY", "Later.", { retryable: true });
      if (words === "refuse") throw new VatioError("E_INPUT_INVALID", "Never.");
      if (words === "reading") await ctx.telemetry.write(row(await announce(ctx), message.at, { power_w: 1 }));
      if (words === "bad") ctx.devices.rejected(message, text("probe.bad"));
    });
    ctx.devices.provideHistory(async function* (channel, range, signal) {
      if (channel.endsWith("/none")) throw new VatioError("E_HISTORY_NONE", "It remembers nothing.");
      if (channel.endsWith("/bug")) throw new TypeError("bug in the history");
      if (channel.endsWith("/hang")) {
        yield row(channel, range.from, { power_w: 1 }, "replay");
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        log.push("history given up");
      }
      for (const at of [range.from, range.to]) yield row(channel, at, { power_w: at }, "replay");
    });
    ctx.http.mount(httpApp(ctx), { action: "read" });
    ctx.http.socket("/live", (socket, request, { actor }) => {
      socket.send(`${new URL(request.url).search} ${actor.id}`);
      socket.onMessage(async (data) => {
        if (data === "sites") return socket.send(String((await ctx.as(actor).sites.list()).length));
        if (data === "throw") throw new TypeError("bug");
        return typeof data === "string" ? socket.send(`echo ${data}`) : socket.close(4000, "bytes");
      });
      socket.onClose((code) => void log.push(`closed ${code}`));
    });
    await ctx.kv.set("started", true);
  },

  migrateConfig: (old) => ({ greeting: (old as { hello?: string }).hello ?? "none" }),
});

const httpApp = (ctx: Context) =>
  new Hono<{ Bindings: HttpEnv }>()
    .get("/who", (c) => c.json({ ...c.env, agent: c.req.header("user-agent") ?? null }))
    .get("/sites", async (c) => c.json((await ctx.as(c.env.actor).sites.list()).length))
    .post("/echo", async (c) =>
      c.body(await c.req.arrayBuffer(), 201, { "x-length": c.req.header("content-type") ?? "" }),
    )
    .get("/stream", () => {
      let n = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          n += 1;
          if (n > 3) controller.close();
          else controller.enqueue(new TextEncoder().encode(`part ${n};`));
        },
      });
      return new Response(body, {
        headers: [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2"],
        ],
      });
    })
    .get("/none", () => new Response(null, { status: 204 }));

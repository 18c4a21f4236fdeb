import {
  type Actor,
  type ChannelId,
  type Instant,
  type PluginId,
  type PluginSocket,
  row,
  Type,
} from "@vatio/plugin-api";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import { admin, guest, type Harness } from "./support/harness.js";
import { settle } from "./support/manual-clock.js";

import { type Context, run } from "./support/run-plugin.js";

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

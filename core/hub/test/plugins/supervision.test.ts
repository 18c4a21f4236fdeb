import { type PluginContext, type PluginId, Type, text, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import { admin, guest, type Harness, makeHarness, sourceOf, testPlugin } from "./support/harness.js";
import { settle } from "./support/manual-clock.js";

const id = (name: string): PluginId => name as PluginId;

/** Every transition of a plugin, as events tell it. */
function follow({ services }: Harness): string[] {
  const seen: string[] = [];
  services.events.hub.subscribe("plugin.state", ({ payload }) => void seen.push(`${payload.from} → ${payload.to}`));
  return seen;
}

describe("a plugin that works", () => {
  it("starts, runs, and stops in order", async () => {
    const log: string[] = [];
    const plugin = testPlugin({ id: "good" }, (ctx) => {
      ctx.signal.addEventListener("abort", () => log.push("abort"));
      ctx.defer(() => void log.push("first deferred"));
      ctx.defer(async () => {
        await settle(1);
        log.push("second deferred");
      });
      log.push("setup");
    });
    const harness = await makeHarness([sourceOf(plugin)], { start: false });
    await using _ = harness;
    const seen = follow(harness);
    await harness.host.start();
    await harness.host.stop();
    expect(log).toEqual(["setup", "abort", "second deferred", "first deferred"]);
    expect(seen).toEqual(["stopped → starting", "starting → running", "running → stopping", "stopping → stopped"]);
  });

  it("can be started again, with a fresh context", async () => {
    const contexts: PluginContext<never>[] = [];
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "good" }, (ctx) => void contexts.push(ctx)))]);
    await harness.host.restart(admin, id("good"));
    expect(contexts).toHaveLength(2);
    expect(() => contexts[0]?.log.info("still here?")).not.toThrow();
    await expect(contexts[0]?.kv.get("a")).rejects.toMatchObject({ code: "E_DISPOSED" });
    await expect(contexts[1]?.kv.get("a")).resolves.toBeUndefined();
  });

  it("says when it is degraded and when it has recovered", async () => {
    let health: PluginContext<never>["health"] | undefined;
    const plugin = testPlugin({ id: "moody" }, (ctx) => {
      health = ctx.health;
      ctx.health.degraded(text("moody.first"));
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    expect(harness.host.get(id("moody"))).toMatchObject({ state: "degraded", reason: { key: "moody.first" } });
    health?.degraded(text("moody.second"));
    expect(harness.host.get(id("moody"))).toMatchObject({ state: "degraded", reason: { key: "moody.second" } });
    health?.ok();
    expect(harness.host.get(id("moody"))?.state).toBe("running");
    expect(harness.host.get(id("moody"))).not.toHaveProperty("reason");
  });

  it("starts beside the others: one that takes its time holds nobody up", async () => {
    const order: string[] = [];
    const slow = testPlugin({ id: "slow" }, async (ctx) => {
      await ctx.scheduler.sleep(1_000 as never);
      order.push("slow");
    });
    const fast = testPlugin({ id: "fast" }, () => void order.push("fast"));
    await using harness = await makeHarness([sourceOf(slow), sourceOf(fast)], { start: false });
    const started = harness.host.start();
    await until(() => harness.stateOf("fast") === "running");
    expect([harness.stateOf("slow"), harness.stateOf("fast")]).toEqual(["starting", "running"]);
    await harness.clock.advance(1_000);
    await started;
    expect(order).toEqual(["fast", "slow"]);
  });
});

describe("a plugin that fails to start", () => {
  const failing = (error: unknown, manifest = {}) =>
    testPlugin({ id: "bad", ...manifest }, async (ctx) => {
      ctx.events.subscribe("*", () => undefined);
      ctx.scheduler.every(1_000 as never, () => undefined);
      ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
      throw error;
    });

  it("leaves nothing behind", async () => {
    const deferred: string[] = [];
    const plugin = testPlugin({ id: "bad", permissions: ["http", "mqtt.subscribe:#"] }, (ctx) => {
      ctx.defer(() => void deferred.push("cleaned"));
      ctx.http.mount({ fetch: () => new Response() });
      ctx.mqtt.subscribe("a/#", () => undefined);
      ctx.commands.handle("switch.set", async () => ({ wasOn: null, on: true }));
      ctx.scheduler.every(1_000 as never, () => undefined);
      throw new Error("half-way");
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    expect(deferred).toEqual(["cleaned"]);
    expect(harness.host.mountAt("/api/plugins/bad/x")).toBeUndefined();
    const call = harness.services.commands.call(admin, "switch.set", { channel: "bad:1/x", to: "on" });
    await expect(call).rejects.toMatchObject({ code: "E_COMMAND_UNKNOWN", retryable: true });
    // Only the wait for the next attempt is left.
    expect(harness.clock.open).toBe(1);
  });

  it("backs off 1, 4 s and is set aside at the third crash", async () => {
    await using harness = await makeHarness([sourceOf(failing(new Error("bug")))]);
    const seen: (string | undefined)[] = [harness.stateOf("bad")];
    await harness.clock.advance(1_300);
    seen.push(harness.stateOf("bad"));
    await harness.clock.advance(5_000);
    seen.push(harness.stateOf("bad"));
    expect(seen).toEqual(["failed", "failed", "quarantined"]);
    const record = harness.host.get(id("bad"));
    expect(record?.crashes.map(({ message }) => message)).toEqual(["bug", "bug", "bug"]);
    expect(record?.reason).toMatchObject({ key: "plugin.quarantined", params: { count: 3 } });
    const plugins = harness.services.health.tree().children.find(({ name }) => name === "plugins");
    expect(plugins?.children[0]).toMatchObject({ name: "bad", status: "failed" });
    await harness.clock.advance(3_600_000);
    expect(harness.stateOf("bad")).toBe("quarantined");
  });

  it("is tried again for ever, ever more seldom, when only the world was not ready", async () => {
    let attempts = 0;
    const plugin = testPlugin({ id: "bad" }, () => {
      attempts += 1;
      throw new VatioError("E_NET_UNREACHABLE", "Not yet.", { retryable: true });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.clock.advance(1_200 + 4_800 + 19_200 + 3 * 72_000);
    expect(attempts).toBeGreaterThanOrEqual(7);
    expect(attempts).toBeLessThanOrEqual(9);
    expect(harness.stateOf("bad")).toBe("failed");
    expect(harness.host.get(id("bad"))?.crashes).toEqual([]);
  });

  it("waits for a person when its settings are wrong", async () => {
    const config = Type.Object({ url: Type.String(), port: Type.Integer() });
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "bad", config }))]);
    expect(harness.host.get(id("bad"))).toMatchObject({ state: "failed", reason: { key: "plugin.config-invalid" } });
    expect(harness.clock.open).toBe(0);
    await harness.host.configure(admin, id("bad"), { url: "x", port: 1 }, {});
    expect(harness.stateOf("bad")).toBe("running");
  });

  it("waits for an update when its code cannot be loaded", async () => {
    const plugin = testPlugin({ id: "bad" });
    const source = sourceOf(plugin, { load: () => Promise.reject(new SyntaxError("Unexpected token")) });
    await using harness = await makeHarness([source]);
    expect(harness.host.get(id("bad"))).toMatchObject({ state: "failed", crashes: [] });
    expect(harness.clock.open).toBe(0);
  });

  it("is given up after 30 s", async () => {
    const plugin = testPlugin({ id: "bad" }, () => new Promise(() => undefined));
    await using harness = await makeHarness([sourceOf(plugin)], { start: false });
    const started = harness.host.start();
    await until(() => harness.stateOf("bad") === "starting");
    await harness.clock.advance(29_999);
    expect(harness.stateOf("bad")).toBe("starting");
    await harness.clock.advance(1);
    await started;
    expect(harness.host.get(id("bad"))).toMatchObject({
      state: "failed",
      crashes: [{ message: expect.stringContaining("30 s") }],
    });
  });

  it("is stopped while it starts", async () => {
    let aborted = false;
    const plugin = testPlugin({ id: "bad" }, async (ctx) => {
      ctx.signal.addEventListener("abort", () => {
        aborted = true;
      });
      await new Promise(() => undefined);
    });
    await using harness = await makeHarness([sourceOf(plugin)], { start: false });
    const started = harness.host.start();
    await until(() => harness.stateOf("bad") === "starting");
    await harness.host.stop();
    await started;
    expect([aborted, harness.stateOf("bad")]).toEqual([true, "stopped"]);
    expect(harness.clock.open).toBe(0);
  });

  it("keeps the hub from starting only when the hub cannot do without it", async () => {
    let stopped = false;
    const other = testPlugin({ id: "other" }, (ctx) => {
      ctx.defer(() => {
        stopped = true;
      });
    });
    const bad = failing(new Error("bug"), { required: true });
    await using harness = await makeHarness([sourceOf(bad), sourceOf(other)], { start: false });
    await expect(harness.host.start()).rejects.toMatchObject({ code: "E_PLUGIN_REQUIRED" });
    expect([stopped, harness.stateOf("other")]).toEqual([true, "stopped"]);
  });
});

describe("a plugin that does not fit", () => {
  it.each<[string, object, string, string]>([
    ["a hub of another version", { hub: "^9.9" }, "plugin.why.hub-older", "^9.9"],
    ["a manifest that is wrong", { permissions: ["root"] }, "plugin.why.manifest", "permissions"],
    [
      "an event that another plugin declared",
      { events: { "bad.x": { payload: Type.Null() } } },
      "plugin.incompatible",
      "E_",
    ],
  ])("because of %s is incompatible, and says why", async (_name, manifest, key, why) => {
    const plugin = testPlugin({ id: "bad", ...manifest });
    await using harness = await makeHarness([sourceOf(plugin), sourceOf(testPlugin({ id: "other" }))], {
      start: false,
    });
    if (why === "E_") harness.services.events.declare(id("elder"), { "bad.x": { payload: Type.Null() } });
    await harness.host.start();
    expect([harness.stateOf("bad"), harness.stateOf("other")]).toEqual(["incompatible", "running"]);
    const reason = harness.host.get(id("bad"))?.reason;
    expect(reason?.key).toBe(key);
    expect(Object.values(reason?.params ?? {}).join(" ")).toContain(why === "E_" ? "elder" : why);
  });

  it("because of the path of another one is refused, whatever the order", async () => {
    const one = testPlugin({ id: "one", permissions: ["http"], http: { aliases: ["/energy"] } });
    const two = testPlugin({ id: "two", permissions: ["http"], http: { aliases: ["/energy/live"] } });
    await using harness = await makeHarness([sourceOf(one), sourceOf(two)]);
    expect([harness.stateOf("one"), harness.stateOf("two")]).toEqual(["running", "incompatible"]);
  });

  it("because its id is taken is shown with the reason, and can be told nothing", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "one" })), sourceOf(testPlugin({ id: "one" }))]);
    expect(harness.host.list().map(({ id, state }) => [id, state])).toEqual([
      ["one", "running"],
      ["test", "failed"],
    ]);
    const id = "test" as PluginId;
    expect(harness.host.get(id)?.reason).toMatchObject({ key: "plugin.why.id-shipped", params: { id: "one" } });
    expect(harness.services.health.status()).toBe("failed");
    await expect(harness.host.enable(admin, id)).rejects.toMatchObject({ code: "E_PLUGIN_INVALID" });
  });
});

describe("a plugin whose handlers throw", () => {
  it("goes on, until three times within ten minutes", async () => {
    const plugin = testPlugin({ id: "bad" }, (ctx) => {
      ctx.events.subscribe("settings.changed", () => {
        throw new TypeError("bug");
      });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    const states: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      harness.services.events.hub.publish("settings.changed", { key: "x" });
      await settle(10);
      states.push(harness.stateOf("bad"));
    }
    expect(states).toEqual(["running", "running", "quarantined"]);
  });

  it("is forgiven when it is seldom", async () => {
    const plugin = testPlugin({ id: "bad" }, (ctx) => {
      ctx.scheduler.every(300_001 as never, () => Promise.reject(new TypeError("bug")));
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.clock.advance(3_000_010);
    expect(harness.stateOf("bad")).toBe("running");
    expect(harness.host.get(id("bad"))?.crashes).toHaveLength(10);
  });

  it("on purpose is logged and counted only", async () => {
    const plugin = testPlugin({ id: "bad" }, (ctx) => {
      ctx.scheduler.every(1_000 as never, () => {
        throw new VatioError("E_NET_UNREACHABLE", "Offline.", { retryable: true });
      });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.clock.advance(60_000);
    expect(harness.stateOf("bad")).toBe("running");
    expect(harness.services.counters.get("plugin:bad", "handler-failed", "job E_NET_UNREACHABLE")).toBe(60);
  });

  it("on what a stranger sends is not held against it", async () => {
    const plugin = testPlugin({ id: "bad", permissions: ["http", "mqtt.subscribe:#"] }, (ctx) => {
      ctx.mqtt.subscribe("a", () => {
        throw new TypeError("bug");
      });
      ctx.http.mount({ fetch: () => Promise.reject(new TypeError("bug")) }, { action: "public" });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    const app = harness.host.mountAt("/api/plugins/bad/x")?.mount.app;
    for (let n = 0; n < 10; n++) {
      await harness.message("a", "rubbish");
      await expect(app?.fetch(new Request("http://h/"), { actor: guest })).rejects.toMatchObject({
        code: "E_INTERNAL",
      });
    }
    expect(harness.stateOf("bad")).toBe("running");
    expect(harness.services.counters.get("plugin:bad", "handler-failed")).toBe(20);
  });
});

describe("a stop", () => {
  it("runs every cleanup, even when some throw, and says which", async () => {
    const log: string[] = [];
    const plugin = testPlugin({ id: "messy" }, (ctx) => {
      ctx.defer(() => void log.push("one"));
      ctx.defer(() => {
        throw new Error("two broke");
      });
      ctx.defer(() => Promise.reject(new Error("three broke")));
      ctx.defer(() => void log.push("four"));
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.host.stop();
    expect(log).toEqual(["four", "one"]);
    const warnings = harness.logs.filter(({ level, message }) => level === "warn" && message.includes("cleanup"));
    expect(warnings).toHaveLength(2);
    expect(harness.stateOf("messy")).toBe("stopped");
  });

  it("lets cleanups use the context, and nothing afterwards", async () => {
    const outcomes: string[] = [];
    let late: (() => Promise<unknown>) | undefined;
    const plugin = testPlugin({ id: "tidy", permissions: ["mqtt.publish:#"] }, (ctx) => {
      late = () => ctx.mqtt.publish("a", "b");
      ctx.defer(async () => {
        await ctx.mqtt.publish("bye", "1");
        outcomes.push("published");
      });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.host.stop();
    expect(outcomes).toEqual(["published"]);
    await expect(late?.()).rejects.toMatchObject({ code: "E_DISPOSED" });
  });

  it("waits 5 s, then reports what is left", async () => {
    const plugin = testPlugin({ id: "clingy" }, (ctx) => {
      ctx.scheduler.after(0 as never, () => new Promise(() => undefined));
      ctx.defer(() => new Promise(() => undefined));
      ctx.events.subscribe("*", () => undefined);
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.clock.advance(1);
    const stopped = harness.host.stop();
    await harness.clock.advance(4_999);
    expect(harness.stateOf("clingy")).toBe("stopping");
    await harness.clock.advance(1);
    await stopped;
    expect(harness.stateOf("clingy")).toBe("stopped");
    const report = harness.logs.find(({ message }) => message.includes("did not give everything back"));
    expect(report?.fields).toEqual({ leaks: { job: 1, "deferred cleanup": 1, scheduler: 1 } });
    expect(harness.services.counters.get("plugin:clingy", "leaked", "job")).toBe(1);
  });

  it("twice is one", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "good" }))]);
    await Promise.all([harness.host.stop(), harness.host.stop()]);
    expect(harness.stateOf("good")).toBe("stopped");
  });
});

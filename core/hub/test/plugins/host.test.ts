import { type PluginContext, type PluginId, type PluginState, Type } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import { memoryState } from "../support/memory-state.js";
import { admin, guest, makeHarness, sourceOf, testPlugin } from "./support/harness.js";
import { ManualClock, START, settle } from "./support/manual-clock.js";

const id = (name: string): PluginId => name as PluginId;

describe("a person", () => {
  it("switches a plugin off, for good, and on again", async () => {
    const state = await memoryState();
    const plugin = testPlugin({ id: "good" });
    {
      await using harness = await makeHarness([sourceOf(plugin)], { state });
      await harness.host.disable(admin, id("good"));
      expect(harness.stateOf("good")).toBe("disabled");
    }
    await using harness = await makeHarness([sourceOf(plugin)], { state });
    expect(harness.stateOf("good")).toBe("disabled");
    await harness.host.enable(admin, id("good"));
    expect(harness.stateOf("good")).toBe("running");
  });

  it("lets a plugin out of quarantine, which also survives a restart of the hub", async () => {
    const state = await memoryState();
    let broken = true;
    let since: number | undefined;
    const plugin = testPlugin({ id: "bad" }, () => {
      if (broken) throw new Error("bug");
    });
    {
      await using harness = await makeHarness([sourceOf(plugin)], { state });
      await harness.clock.advance(10_000);
      expect(harness.stateOf("bad")).toBe("quarantined");
      since = harness.host.get(id("bad"))?.since;
    }
    const clock = new ManualClock(START + 3_600_000);
    await using harness = await makeHarness([sourceOf(plugin)], { state, clock });
    expect(harness.stateOf("bad")).toBe("quarantined");
    expect(harness.host.get(id("bad"))?.since).toBe(since);
    expect(harness.host.get(id("bad"))?.crashes).toHaveLength(3);
    await harness.host.restart(admin, id("bad"));
    expect(harness.stateOf("bad")).toBe("failed");
    broken = false;
    await harness.clock.advance(2_000);
    expect(harness.stateOf("bad")).toBe("running");
  });

  it("cannot switch off what the hub cannot do without", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "good", required: true }))]);
    await expect(harness.host.disable(admin, id("good"))).rejects.toMatchObject({ code: "E_PLUGIN_REQUIRED" });
  });

  it("is asked for its rights, and everything is written down", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "good" }))]);
    await expect(harness.host.disable(guest, id("good"))).rejects.toMatchObject({ code: "E_PERMISSION" });
    await expect(harness.host.restart(admin, id("nobody"))).rejects.toMatchObject({ code: "E_PLUGIN_UNKNOWN" });
    await harness.host.restart(admin, id("good"));
    const entries = await harness.audit.query({ limit: 10 });
    expect(
      entries.map(({ actor, what, resource, outcome }) => `${actor.id} ${what} ${resource} ${outcome}`).sort(),
    ).toEqual([
      "admin plugin.restart plugin:good ok",
      "admin plugin.restart plugin:nobody failed",
      "guest plugin.disable plugin:good refused",
    ]);
  });
});

describe("settings", () => {
  const config = Type.Object({
    prefix: Type.String({ default: "shellies" }),
    token: Type.Optional(Type.String({ "x-secret": true })),
  });

  it("reach the plugin with defaults and without secrets, frozen", async () => {
    const seen: unknown[] = [];
    const plugin = testPlugin({ id: "set", config, permissions: ["secrets:token"] }, async (ctx) => {
      seen.push({ config: ctx.config, frozen: Object.isFrozen(ctx.config), token: await ctx.secrets.get("token") });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    await harness.host.configure(admin, id("set"), { prefix: "plugs", token: "s3cret" }, {});
    await harness.host.configure(admin, id("set"), { prefix: "plugs" }, { token: null });
    expect(seen).toEqual([
      { config: { prefix: "shellies" }, frozen: true, token: undefined },
      { config: { prefix: "plugs" }, frozen: true, token: "s3cret" },
      { config: { prefix: "plugs" }, frozen: true, token: undefined },
    ]);
  });

  it("are never echoed with secrets in them", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "set", config }))]);
    await harness.host.configure(admin, id("set"), { token: "s3cret" }, {});
    const record = harness.host.get(id("set"));
    expect(record).toMatchObject({ config: {}, secretsSet: ["token"] });
    const rows = await harness.state.all("SELECT * FROM plugin_state");
    expect(JSON.stringify([record, rows, harness.logs, await harness.audit.query({ limit: 10 })])).not.toContain(
      "s3cret",
    );
  });

  it("that are wrong change nothing", async () => {
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "set", config }))]);
    const wrong = harness.host.configure(admin, id("set"), { prefix: 5, typo: 1 }, { other: "x" });
    await expect(wrong).rejects.toMatchObject({
      code: "E_CONFIG_INVALID",
      details: { problems: [{ path: "/typo" }, { path: "/prefix" }, { path: "/other" }] },
    });
    expect(harness.host.get(id("set"))).toMatchObject({ state: "running", config: {}, secretsSet: [] });
  });

  it("of an older version are led to the present one, once", async () => {
    const state = await memoryState();
    const old = testPlugin({ id: "set", config: Type.Object({ topic: Type.String({ default: "t" }) }) });
    {
      await using harness = await makeHarness([sourceOf(old)], { state });
      await harness.host.configure(admin, id("set"), { topic: "mine" }, {});
    }
    const steps: number[] = [];
    const seen: unknown[] = [];
    const next = {
      ...testPlugin({ id: "set", config, configVersion: 3 }, (ctx) => void seen.push(ctx.config)),
      migrateConfig: (given: unknown, from: number) => {
        steps.push(from);
        return from === 1 ? { prefix: (given as { topic: string }).topic } : given;
      },
    };
    for (let run = 0; run < 2; run++) {
      await using harness = await makeHarness([sourceOf(next)], { state });
      expect(harness.stateOf("set")).toBe("running");
    }
    expect(steps).toEqual([1, 2]);
    expect(seen).toEqual([{ prefix: "mine" }, { prefix: "mine" }]);
  });
});

describe("a third-party plugin", () => {
  it("is off until a person switches it on", async () => {
    let ran = false;
    const plugin = testPlugin({ id: "third" }, () => {
      ran = true;
    });
    const source = sourceOf(plugin, { firstParty: false });
    await using harness = await makeHarness([source], { config: { allowInline: ["third"] } });
    expect([harness.stateOf("third"), ran]).toEqual(["disabled", false]);
    await harness.host.enable(admin, id("third"));
    expect([harness.stateOf("third"), ran]).toEqual(["running", true]);
    expect(harness.host.get(id("third"))).toMatchObject({ isolation: "inline", firstParty: false });
  });
});

describe("messages", () => {
  const driver = (received: string[]) =>
    testPlugin({ id: "drv", permissions: ["mqtt.subscribe:m/#"] }, (ctx) => {
      ctx.mqtt.subscribe("m/#", ({ payload }) => void received.push(new TextDecoder().decode(payload)));
    });

  it("wait while the plugin is away, and come in order before new ones", async () => {
    const received: string[] = [];
    await using harness = await makeHarness([sourceOf(driver(received))]);
    await harness.message("m/1", "live");
    await harness.host.stop();
    await harness.message("m/1", "one");
    await harness.message("m/1", "two");
    expect(harness.host.get(id("drv"))?.inbox.messages).toBe(2);
    await harness.host.restart(admin, id("drv"));
    await harness.message("m/1", "three");
    await settle(20);
    expect(received).toEqual(["live", "one", "two", "three"]);
  });

  it("are dropped while a person has switched the plugin off", async () => {
    const received: string[] = [];
    await using harness = await makeHarness([sourceOf(driver(received))]);
    await harness.host.disable(admin, id("drv"));
    await harness.message("m/1", "lost");
    await harness.host.enable(admin, id("drv"));
    await harness.message("m/1", "kept");
    await settle(20);
    expect(received).toEqual(["kept"]);
  });

  it("in hand at a crash come again, and wait through quarantine", async () => {
    const received: string[] = [];
    let context: PluginContext<never> | undefined;
    const plugin = testPlugin({ id: "drv", permissions: ["mqtt.subscribe:m/#"] }, (ctx) => {
      context = ctx;
      ctx.mqtt.subscribe("m/#", async ({ payload }) => {
        received.push(new TextDecoder().decode(payload));
        if (received.length < 3) await new Promise(() => undefined);
      });
      ctx.events.subscribe("settings.changed", () => undefined, { capacity: 1, overflow: "fail-plugin" });
    });
    await using harness = await makeHarness([sourceOf(plugin)]);
    const states: (PluginState | string | undefined)[] = [];
    const acknowledged = harness.message("m/1", "a");
    for (let n = 0; n < 2; n++) {
      await until(() => received.length === n + 1, "it has the message in hand");
      // Two events in one turn: more than the mailbox holds, so the plugin is failed.
      for (let i = 0; i < 2; i++) harness.services.events.hub.publish("settings.changed", { key: "x" });
      states.push(harness.stateOf("drv"));
      // 5 s for the handler that hangs, then the back-off.
      await harness.clock.advance(10_000);
    }
    await acknowledged;
    await until(() => received.length === 3 && harness.host.get(id("drv"))?.inbox.messages === 0);
    expect(states).toEqual(["failed", "failed"]);
    expect(received).toEqual(["a", "a", "a"]);
    expect(context?.signal.aborted).toBe(false);
    expect(harness.host.get(id("drv"))?.inbox.messages).toBe(0);
  });
});

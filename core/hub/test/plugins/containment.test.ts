import process from "node:process";
import { type ChannelId, type Instant, milliseconds, type PluginId, row } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { until } from "../mqtt/support/settle.js";
import { memoryState } from "../support/memory-state.js";
import rogue from "./programs/rogue-plugin.js";
import { admin, type Harness, makeHarness, sourceOf, testPlugin } from "./support/harness.js";
import { settle } from "./support/manual-clock.js";

const id = "rogue" as PluginId;
const entry = new URL("./programs/rogue-plugin.ts", import.meta.url).href;

/** A driver that stores one reading for each message: ingest that must go on whatever happens beside it. */
const meter = testPlugin({ id: "meter", permissions: ["mqtt.subscribe:m", "telemetry.write"] }, async (ctx) => {
  await ctx.devices.announce({ hardwareId: "1", channels: [{ key: "main", kind: "meter", metrics: ["power_w"] }] });
  ctx.mqtt.subscribe("m", async ({ at, payload }) => {
    const value = Number(new TextDecoder().decode(payload));
    await ctx.telemetry.write(row("meter:1/main" as ChannelId, (at + value) as Instant, { power_w: value }));
  });
});

async function start(mode: string, memoryMb = 128): Promise<Harness> {
  const state = await memoryState();
  const harness = await makeHarness([sourceOf(rogue, { entry }), sourceOf(meter)], {
    config: { forceWorker: ["rogue"], workerMemoryMb: memoryMb },
    state,
    start: false,
  });
  await harness.services.states.save(id, {
    ...{ state: "enabled", configVersion: 1, config: { mode }, crashes: [], permissionsUsed: {} },
  });
  await harness.host.start();
  return harness;
}

const trigger = ({ services }: Harness): void => services.events.hub.publish("settings.changed", { key: "now" });
const crashes = ({ host }: Harness): readonly string[] => host.get(id)?.crashes.map(({ message }) => message) ?? [];

describe("in a worker", { timeout: 60_000 }, () => {
  it.each<[string, string, number?]>([
    ["throw", "stray"],
    ["reject", "stray"],
    ["loop", "did not answer for 5 s"],
    ["heap", "more memory than a worker may", 64],
    ["buffers", "more than the 64 MB", 64],
    ["text", "it sent something that is no message"],
    ["large", "one of its messages is too large"],
    ["flood", "more messages than the hub can take"],
  ])("%s is contained and counted, while ingest goes on", async (mode, message, memoryMb) => {
    await using harness = await start(mode, memoryMb);
    expect(harness.stateOf("rogue")).toBe("running");
    const ended = until(() => harness.stateOf("rogue") === "failed", mode, 20_000);
    trigger(harness);
    let sent = 0;
    while (harness.stateOf("rogue") !== "failed" || sent < 20) {
      await harness.message("m", String(++sent));
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (sent > 4_000) break;
    }
    await ended;
    expect(crashes(harness)).toEqual([expect.stringContaining(message)]);
    const expected = Array.from({ length: sent }, (_, n) => n + 1);
    expect(await harness.telemetry.values("meter:1/main", "power_w")).toEqual(expected);
    expect(harness.stateOf("meter")).toBe("running");
  });

  it("exit is contained, and three crashes within ten minutes set the plugin aside until a person lets it out", async () => {
    await using harness = await start("exit");
    for (let crash = 1; crash <= 3; crash++) {
      trigger(harness);
      await until(() => crashes(harness).length === crash);
      await settle(20);
      await harness.clock.advance(5_000);
      if (crash < 3) await until(() => harness.stateOf("rogue") === "running", "it is back", 20_000);
    }
    expect(crashes(harness)).toEqual(Array(3).fill("rogue ended its own thread with the code 7."));
    expect(harness.host.get(id)).toMatchObject({
      state: "quarantined",
      reason: { key: "plugin.why.exited.aside", params: { count: 3, code: 7 } },
    });
    await harness.clock.advance(3_600_000);
    expect(harness.stateOf("rogue")).toBe("quarantined");
    await harness.host.restart(admin, id);
    expect(harness.stateOf("rogue")).toBe("running");
  });

  it("a handler that throws is contained; the plugin goes on until its budget is spent", async () => {
    await using harness = await start("handler");
    const states: unknown[] = [];
    for (let n = 1; n <= 3; n++) {
      trigger(harness);
      await until(() => crashes(harness).length === n);
      states.push(harness.stateOf("rogue"));
    }
    expect(states).toEqual(["running", "running", "quarantined"]);
    expect(crashes(harness)).toEqual(["stray", "stray", "stray"]);
  });

  it.each([
    ["setup", "failed", ["stray"]],
    ["conflict", "failed", []],
  ])("a setup that ends in %s is judged like an inline one", async (mode, state, crashed) => {
    await using harness = await start(mode);
    expect([harness.stateOf("rogue"), crashes(harness)]).toEqual([state, crashed]);
  });

  it("is told what the hub does not take, sees little of the hub, and is seen itself", async () => {
    process.env.VATIO_MQTT_PASSWORD = "s3cret";
    await using harness = await start("console");
    delete process.env.VATIO_MQTT_PASSWORD;
    const attempt = (what: string): Promise<unknown> => harness.services.commands.call(admin, "rogue.try", { what });
    for (const what of ["map", "function", "arguments", "columns"])
      await expect(attempt(what)).resolves.toBe("E_INPUT_INVALID");
    // The answer of publish is not waited for: what is wrong with the event is counted.
    await expect(attempt("payload")).resolves.toBe("fine");
    await harness.host.settled();
    const refused = "worker events.publish E_EVENT_INVALID";
    expect(harness.services.counters.get("plugin:rogue", "handler-failed", refused)).toBe(1);
    const keys = JSON.parse((await attempt("environment")) as string) as string[];
    expect([keys.includes("PATH"), keys.some((key) => key.startsWith("VATIO"))]).toEqual([true, false]);
    await until(() => harness.logs.some(({ message }) => message === "in two lines"));
    expect(harness.logs.find(({ message }) => message === "to the console")).toMatchObject({ source: "plugin:rogue" });
    await until(() => (harness.host.get(id)?.memoryBytes ?? 0) > 2 ** 20);
    expect(harness.stateOf("rogue")).toBe("running");

    const call = harness.services.commands.call(admin, "rogue.wait", {}, { timeout: milliseconds(100) });
    const outcome = expect(call).rejects.toMatchObject({ code: "E_COMMAND_TIMEOUT" });
    await harness.clock.advance(100);
    await outcome;
    await until(() => harness.logs.some(({ message }) => message === "the call was given up"));
  });

  it("a stop has a deadline: then the thread is ended, and what it held is reported", async () => {
    await using harness = await start("stubborn");
    const stopped = harness.host.stop();
    await harness.clock.advance(4_999);
    expect(harness.stateOf("rogue")).toBe("stopping");
    await harness.clock.advance(1);
    await stopped;
    expect(harness.stateOf("rogue")).toBe("stopped");
    expect(harness.services.counters.get("plugin:rogue", "leaked", "worker")).toBe(1);
    expect(harness.host.get(id)).not.toHaveProperty("memoryBytes");
  });

  it("a module that never ends is found as soon as a handler that does", async () => {
    const endless = new URL("./programs/endless-module.ts", import.meta.url).href;
    await using harness = await makeHarness([sourceOf(testPlugin({ id: "endless" }), { entry: endless })], {
      config: { forceWorker: ["endless"] },
      start: false,
    });
    // The hub's clock stands still: the deadline for getting ready never comes.
    await harness.host.start();
    expect(harness.host.get("endless" as PluginId)).toMatchObject({
      state: "failed",
      reason: { key: "plugin.why.hung-loading", params: { seconds: 5 } },
      crashes: [{ message: expect.stringContaining("did not answer for 5 s while its code was loaded") }],
    });
  });

  it("code that cannot be loaded is final, and named", async () => {
    const source = sourceOf(rogue, { entry: new URL("./programs/missing.ts", import.meta.url).href });
    await using harness = await makeHarness([source], { config: { forceWorker: ["rogue"] } });
    expect(harness.host.get(id)).toMatchObject({ state: "failed", crashes: [], reason: { key: "plugin.why.load" } });
    expect(String(harness.host.get(id)?.reason?.params?.detail)).toContain("missing");
  });

  it("is where code of somebody else runs by default", async () => {
    await using harness = await makeHarness([sourceOf(rogue, { entry, firstParty: false })]);
    expect(harness.host.get(id)).toMatchObject({ state: "disabled", isolation: "worker" });
    await harness.host.enable(admin, id);
    expect(harness.stateOf("rogue")).toBe("running");
  });
});

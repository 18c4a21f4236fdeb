import {
  type Action,
  type Actor,
  type ChannelId,
  type DeviceId,
  definePlugin,
  type PluginContext,
  type PluginId,
  type PointId,
  row,
  Type,
} from "@vatio/plugin-api";
import { createTestHub, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { pluginMay } from "../../src/auth/plugin-grants.js";
import { HUB, type Resource } from "../../src/auth/types.js";

const point: Resource = { kind: "point", id: "01P" as PointId };
const own: Resource = { kind: "channel", id: "mine:a/main" as ChannelId };
const foreign: Resource = { kind: "channel", id: "other:a/main" as ChannelId };

describe("pluginMay", () => {
  it.each<[readonly string[], Action, Resource, boolean]>([
    [[], "read", point, true],
    [[], "read", HUB, true],
    [[], "read", foreign, false],
    [["telemetry.read"], "read", foreign, true],
    [[], "read", own, true],
    [[], "manage", own, true],
    [[], "control", { kind: "plugin", id: "mine" as PluginId }, true],
    [[], "control", { kind: "plugin", id: "other" as PluginId }, false],
    [["commands.call:switch.set"], "control", foreign, true],
    [["commands.call:switch.set"], "manage", { kind: "device", id: "other:a" as DeviceId }, false],
    [["telemetry.read", "commands.call:*"], "administer", HUB, false],
  ])("with %j: %s %o is %s", (permissions, action, resource, expected) => {
    expect(pluginMay({ id: "mine", permissions: permissions as never }, action, resource)).toBe(expected);
  });

  it("gives a plugin that is not installed nothing", () => {
    expect(pluginMay(undefined, "read", HUB)).toBe(false);
  });
});

/** A driver, and what its app answers in the name of whoever asks. */
const app = (permissions: readonly string[]) =>
  definePlugin({
    manifest: {
      ...{ id: "mine", name: "Mine", version: "1.0.0", hub: "^0.1", configVersion: 1, config: Type.Object({}) },
      permissions: ["http", "telemetry.write", ...permissions] as never,
      commands: { "mine.ping": { input: Type.Object({}), output: Type.Object({}), action: "manage" } },
    },
    setup(ctx) {
      const answer = async (request: Request, actor: Actor): Promise<unknown> =>
        answers[new URL(request.url).pathname]?.(ctx, actor);
      ctx.commands.handle("mine.ping" as never, (async () => ({})) as never);
      ctx.http.mount(
        { fetch: async (request, { actor }) => Response.json(await outcome(answer(request, actor))) },
        { action: "read" },
      );
    },
  });

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => value ?? "done",
    (error: { code: string }) => error.code,
  );

const MINE = "mine:a/main" as ChannelId;
const THEIRS = "theirs:b/main" as ChannelId;
const answers: Readonly<Record<string, (ctx: PluginContext<object>, actor: Actor) => Promise<unknown>>> = {
  "/places": async (ctx, actor) => {
    const { points, sites, devices } = ctx.as(actor);
    return [(await sites.list()).length, (await points.list()).length, (await devices.list()).length];
  },
  "/own": async (ctx, actor) => (await ctx.as(actor).telemetry.last(MINE)).power_w?.value,
  "/theirs": async (ctx, actor) => (await ctx.as(actor).telemetry.last(THEIRS)).power_w?.value,
  "/announce": async (ctx, actor) => (await ctx.as(actor).devices.announce(described("c"))).state,
  "/write": async (ctx, actor) =>
    void (await ctx.as(actor).telemetry.write(row(MINE, ctx.clock.now(), { power_w: 8 }))),
  "/ping": async (ctx, actor) => ctx.as(actor).commands.call("mine.ping" as never, {} as never),
};

const described = (hardwareId: string) => ({
  hardwareId,
  channels: [{ key: "main", kind: "meter" as const, metrics: ["power_w"] }],
});

async function home(permissions: readonly string[]): Promise<TestHub> {
  const hub = await createTestHub({ plugins: [app(permissions)] });
  const { devices, telemetry } = hub.parts;
  for (const [driver, hardwareId, channel] of [
    ["mine", "a", MINE],
    ["theirs", "b", THEIRS],
  ] as const) {
    await devices.announce(driver as PluginId, described(hardwareId));
    await devices.accept(`${driver}:${hardwareId}` as DeviceId, { name: hardwareId });
    await telemetry.write([row(channel, hub.clock.now(), { power_w: 7 })], { driver: driver as PluginId });
  }
  return hub;
}

describe("a plugin that acts for a person", () => {
  it.each([
    [[], "E_PERMISSION"],
    [["telemetry.read"], 7],
  ] as const)(
    "sees what the person sees, and readings of others as far as it may read them itself: %j",
    async (permissions, theirs) => {
      await using hub = await home(permissions);
      const ask = async (path: string) => (await hub.request(`/api/plugins/mine${path}`)).json();
      expect(await ask("/places")).toEqual([1, 2, 1]);
      expect(await ask("/own")).toBe(7);
      expect(await ask("/theirs")).toBe(theirs);
      expect(await ask("/announce")).toBe("pending");
      expect(await ask("/write")).toBe("done");
      expect(await ask("/ping")).toEqual({});
    },
  );

  it("does nothing that the person may not", async () => {
    await using hub = await home(["telemetry.read"]);
    const { secret } = await hub.parts.accounts.createToken("Grafana", "read");
    const ask = async (path: string) =>
      (await fetch(`${hub.url}/api/plugins/mine${path}`, { headers: { authorization: `Bearer ${secret}` } })).json();
    expect(await ask("/theirs")).toBe(7);
    for (const path of ["/announce", "/write", "/ping"]) expect(await ask(path)).toBe("E_PERMISSION");
  });
});

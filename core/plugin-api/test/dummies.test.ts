import {
  type AnyPlugin,
  type ChannelId,
  type DeviceId,
  definePlugin,
  type EventPattern,
  type Instant,
  type Matching,
  type PluginContext,
  row,
  Type,
  type VatioEvent,
} from "@vatio/plugin-api";
import { describe, expect, expectTypeOf, it } from "vitest";
import { dummyDriver, switchSchema } from "../../../test/support/dummies/driver.js";
import { dummyPanel } from "../../../test/support/dummies/panel.js";
import { dummyWorker } from "../../../test/support/dummies/worker.js";

const dummies: readonly AnyPlugin[] = [dummyDriver, dummyWorker, dummyPanel];

describe("the dummy plugins", () => {
  it.each(dummies)("$manifest.id is marked, and its manifest is data", (plugin) => {
    expect(plugin.$vatioPlugin).toBe(1);
    expect(JSON.parse(JSON.stringify(plugin.manifest))).toEqual(plugin.manifest);
  });

  it("reuse the schema of a shared command", () => {
    expect(switchSchema).toMatchObject({ action: "control", routeBy: "channel" });
  });
});

describe("the types", () => {
  it("follow the settings' schema", () => {
    expectTypeOf<Parameters<typeof dummyDriver.setup>[0]>().toEqualTypeOf<
      PluginContext<{ prefix: string; silentAfterMinutes: number; password?: string }>
    >();
  });

  it("narrow events by pattern", () => {
    expectTypeOf<Matching<"dummy-panel.*">>().toEqualTypeOf<"dummy-panel.pressed">();
    expectTypeOf<"device.*">().toExtend<EventPattern>();
    expectTypeOf<VatioEvent<"dummy-panel.pressed">["payload"]["times"]>().toEqualTypeOf<number>();
  });

  it("refuse what would fail at run time", () => {
    const device = "dummy:1" as DeviceId;
    const channel = "dummy:1/main" as ChannelId;
    const compiled = (ctx: PluginContext): void => {
      // @ts-expect-error: no such event
      ctx.events.publish("dummy-panel.released", { device });
      // @ts-expect-error: `times` is missing
      ctx.events.publish("dummy-panel.pressed", { device });
      // @ts-expect-error: a pattern of no event
      ctx.events.subscribe("nobody.*", () => undefined);
      // @ts-expect-error: the payload is read-only
      ctx.events.subscribe("dummy-panel.pressed", ({ payload }) => (payload.times = 1));
      // @ts-expect-error: `to` is none of on, off, toggle
      void ctx.commands.call("switch.set", { channel, to: "maybe" });
      // @ts-expect-error: a device is not a channel
      void ctx.commands.call("switch.set", { channel: device, to: "on" });
      // @ts-expect-error: the result of a handler is checked
      ctx.commands.handle("switch.set", async () => ({ on: "yes" }));
      // @ts-expect-error: no unknown options
      ctx.http.mount({ fetch: () => new Response() }, { action: "everything" });
      // @ts-expect-error: a plain number is not an instant
      ctx.scheduler.at(5, () => undefined);
      // @ts-expect-error: as() gives no kv
      void ctx.as({ kind: "user", id: "1" }).kv;
      // @ts-expect-error: columns are Float64Array
      void ctx.telemetry.write({ channel, origin: "live", at: Float64Array.of(1), columns: { power_w: [1] } });
    };
    expect(compiled).toBeTypeOf("function");
  });

  it("refuse a wrong manifest", () => {
    const base = { id: "x", name: "X", version: "1.0.0", config: Type.Object({}), configVersion: 1 } as const;
    // @ts-expect-error: no such permission
    definePlugin({ manifest: { ...base, hub: "^0.1", permissions: ["net.everything"] }, setup() {} });
    // @ts-expect-error: the range of hub versions begins with ^
    definePlugin({ manifest: { ...base, hub: "0.1.0", permissions: [] }, setup() {} });
    const noSetup = {
      manifest: { ...base, hub: "^0.1" as const, permissions: [] },
    };
    // @ts-expect-error: nothing to run
    const plugin = definePlugin(noSetup);
    expect(plugin.$vatioPlugin).toBe(1);
  });
});

describe("row", () => {
  it("makes a batch of one reading", () => {
    const batch = row("a:1/x" as ChannelId, 5 as Instant, { power_w: 3 });
    expect(batch).toEqual({
      channel: "a:1/x",
      origin: "live",
      at: Float64Array.of(5),
      columns: { power_w: Float64Array.of(3) },
    });
  });
});

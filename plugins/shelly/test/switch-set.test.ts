import type { ChannelId, DeviceId, SwitchSet, SwitchSetResult } from "@vatio/plugin-api";
import { minutes, seconds } from "@vatio/plugin-api";
import { eventually, type TestHub } from "@vatio/testkit";
import { describe, expect, it, vi } from "vitest";
import { LoadSource, offline, SimulatedGen1, SimulatedGen2, type SimulatedGen2Options } from "../simulator/index.js";
import { onboarding, schedulerOf, startHub } from "./support/real-hub.js";

const DEVICE = "shelly:a8032412c3d4" as DeviceId;
const SWITCH = `${DEVICE}/switch:0` as ChannelId;
const PLUG = "shelly:e868e7c38eab" as DeviceId;
const RELAY = `${PLUG}/relay:0` as ChannelId;

const world = (): LoadSource => new LoadSource({ load: () => 600 });
const set = (hub: TestHub, input: SwitchSet): Promise<SwitchSetResult> => hub.call("switch.set", input);

async function accept(hub: TestHub, device: DeviceId): Promise<void> {
  await eventually(() => hub.parts.devices.get(device)?.online === true, `${device} is there`);
  await hub.parts.devices.accept(device, { name: "Bomba" });
}

async function startGen2(hub: TestHub, options: Partial<SimulatedGen2Options> = {}): Promise<SimulatedGen2> {
  const shared = { broker: await onboarding(hub), clock: hub.clock, scheduler: schedulerOf(hub), source: world() };
  const device = new SimulatedGen2({ ...shared, model: "plus1pm", mac: "a8032412c3d4", ...options });
  await device.start();
  await accept(hub, DEVICE);
  await eventually(() => hub.parts.devices.get(DEVICE)?.firmware !== undefined, "the device introduces itself");
  return device;
}

async function startGen1(hub: TestHub, source: LoadSource): Promise<SimulatedGen1> {
  const shared = { broker: await onboarding(hub), clock: hub.clock, scheduler: schedulerOf(hub), source };
  const device = new SimulatedGen1({ ...shared, mac: "e868e7c38eab" });
  await device.start();
  await accept(hub, PLUG);
  return device;
}

const switchedOn = (hub: TestHub, channel: ChannelId): number | undefined =>
  hub.parts.telemetry.last(channel).switch_on?.value;

/** Lets virtual time pass until a promise is settled. */
async function whileTimePasses<T>(hub: TestHub, promise: Promise<T>): Promise<T> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  for (let i = 0; i < 12; i++) await hub.advance(seconds(0.5));
  const settled = await outcome;
  if ("error" in settled) throw settled.error;
  return settled.value;
}

describe("switch.set of Gen2", () => {
  it.each([false, true])(
    "switches and reads the real state back (answers on the bare source: %s)",
    async (answersOnSource) => {
      await using hub = await startHub();
      const source = world();
      await using _device = await startGen2(hub, { source, answersOnSource });
      await hub.advance("1 s");
      expect(await set(hub, { channel: SWITCH, to: "off" })).toEqual({ wasOn: true, on: false });
      expect(source.isOn("switch:0")).toBe(false);
      await eventually(() => switchedOn(hub, SWITCH) === 0, "the new state is stored");
      await hub.advance("1 s");
      expect(await set(hub, { channel: SWITCH, to: "toggle" })).toEqual({ wasOn: false, on: true });
      expect(await set(hub, { channel: SWITCH, to: "on" })).toEqual({ wasOn: true, on: true });
    },
  );

  it("lets the device itself switch back after a span", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen2(hub, { source });
    expect(await set(hub, { channel: SWITCH, to: "off", forMs: seconds(30) })).toEqual({ wasOn: true, on: false });
    await hub.advance("30 s");
    expect(source.isOn("switch:0")).toBe(true);
  });

  it("turns a toggle with a span into the opposite of the present state", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen2(hub, { source });
    expect(await set(hub, { channel: SWITCH, to: "toggle", forMs: seconds(5) })).toEqual({ wasOn: true, on: false });
    await hub.advance("5 s");
    expect(source.isOn("switch:0")).toBe(true);
  });

  it("says that the device is not connected, and switches nothing later", async () => {
    await using hub = await startHub();
    const source = world();
    await using device = await startGen2(hub, { source });
    const away = await device.behave(offline());
    await eventually(() => hub.parts.devices.get(DEVICE)?.online === false, "the device is away");
    await expect(set(hub, { channel: SWITCH, to: "off" })).rejects.toMatchObject({
      code: "E_DEVICE_OFFLINE",
      retryable: true,
    });
    away[Symbol.dispose]();
    await eventually(() => hub.parts.devices.get(DEVICE)?.online === true, "the device is back");
    expect(source.isOn("switch:0")).toBe(true);
  });

  it("says that the device does not answer", async () => {
    await using hub = await startHub();
    await using device = await startGen2(hub);
    vi.spyOn(device.link, "publish").mockResolvedValue(undefined);
    const order = whileTimePasses(hub, set(hub, { channel: SWITCH, to: "off" }));
    await expect(order).rejects.toMatchObject({ code: "E_DEVICE_TIMEOUT", retryable: true });
  });

  it("refuses a channel without an output", async () => {
    await using hub = await startHub();
    await using _device = await startGen2(hub, { model: "pro3em" });
    const order = set(hub, { channel: `${DEVICE}/em:0` as ChannelId, to: "on" });
    await expect(order).rejects.toMatchObject({ code: expect.stringMatching(/^E_/) });
  });

  it("still works right after the plugin was restarted", async () => {
    await using hub = await startHub();
    await using _device = await startGen2(hub);
    await hub.parts.plugins.restart({ kind: "hub", id: "test" }, hub.parts.plugins.list()[0]?.id ?? ("" as never));
    await hub.settle();
    expect(await set(hub, { channel: SWITCH, to: "off" })).toEqual({ wasOn: true, on: false });
  });
});

describe("switch.set of Gen1", () => {
  it("switches and waits for the state that the device tells", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen1(hub, source);
    expect(await set(hub, { channel: RELAY, to: "off" })).toEqual({ wasOn: true, on: false });
    expect(source.isOn("relay:0")).toBe(false);
    expect(await set(hub, { channel: RELAY, to: "toggle" })).toEqual({ wasOn: false, on: true });
    expect(await set(hub, { channel: RELAY, to: "on" })).toEqual({ wasOn: true, on: true });
  });

  it("tells the real state when the device does not obey", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen1(hub, source);
    vi.spyOn(source, "turn").mockImplementation(() => undefined);
    expect(await whileTimePasses(hub, set(hub, { channel: RELAY, to: "off" }))).toEqual({ wasOn: true, on: true });
  });

  it("switches back by itself, also when the plugin was restarted in between", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen1(hub, source);
    expect(await set(hub, { channel: RELAY, to: "off", forMs: minutes(30) })).toEqual({ wasOn: true, on: false });
    await hub.parts.plugins.restart({ kind: "hub", id: "test" }, hub.parts.plugins.list()[0]?.id ?? ("" as never));
    await hub.advance("29 min");
    expect(source.isOn("relay:0")).toBe(false);
    await hub.advance("1 min");
    await eventually(() => source.isOn("relay:0"), "the plug is switched back");
  });

  it("forgets to switch back when a newer order comes", async () => {
    await using hub = await startHub();
    const source = world();
    await using _device = await startGen1(hub, source);
    await set(hub, { channel: RELAY, to: "off", forMs: minutes(1) });
    await set(hub, { channel: RELAY, to: "off" });
    await hub.advance("2 min");
    expect(source.isOn("relay:0")).toBe(false);
  });

  it("still switches back after an order that failed", async () => {
    await using hub = await startHub();
    const source = world();
    await using device = await startGen1(hub, source);
    await set(hub, { channel: RELAY, to: "off", forMs: minutes(5) });
    await hub.settle();
    const mute = vi.spyOn(device.link, "publish").mockResolvedValue(undefined);
    vi.spyOn(source, "turn").mockImplementationOnce(() => undefined);
    const failed = whileTimePasses(hub, set(hub, { channel: RELAY, to: "on" }));
    await expect(failed).rejects.toMatchObject({ code: "E_DEVICE_TIMEOUT" });
    expect(source.isOn("relay:0")).toBe(false);
    mute.mockRestore();
    await hub.advance("5 min");
    await eventually(() => source.isOn("relay:0"), "the plug is switched back");
  });

  it("says that the device does not answer", async () => {
    await using hub = await startHub();
    await using device = await startGen1(hub, world());
    await hub.settle();
    vi.spyOn(device.link, "publish").mockResolvedValue(undefined);
    const order = whileTimePasses(hub, set(hub, { channel: RELAY, to: "off" }));
    await expect(order).rejects.toMatchObject({ code: "E_DEVICE_TIMEOUT", retryable: true });
  });
});

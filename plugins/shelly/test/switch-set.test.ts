import type { ChannelId, SwitchSet, SwitchSetResult } from "@vatio/plugin-api";
import { milliseconds, minutes, seconds } from "@vatio/plugin-api";
import { describe, expect, it, vi } from "vitest";
import { LoadSource, offline, SimulatedGen1, SimulatedGen2, type SimulatedGen2Options } from "../simulator/index.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const MAC = "a8032412c3d4";
const GEN1_MAC = "e868e7c38eab";
const SWITCH = `shelly:${MAC}/switch:0` as ChannelId;
const RELAY = `shelly:${GEN1_MAC}/relay:0` as ChannelId;

const settled = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 4_000, interval: 5 });

function set(
  { hub }: RunningPlugin,
  input: SwitchSet,
  signal = new AbortController().signal,
): Promise<SwitchSetResult> {
  if (!hub.switchSet) throw new TypeError("The plugin does not handle switch.set.");
  return hub.switchSet(input, { signal, actor: { kind: "user", id: "01J" } });
}

async function startGen2(plugin: RunningPlugin, options: Partial<SimulatedGen2Options> = {}): Promise<SimulatedGen2> {
  const source = options.source ?? new LoadSource({ load: () => 600 });
  const { broker, time: clock } = plugin;
  const device = new SimulatedGen2({ broker, clock, scheduler: clock, model: "plus1pm", mac: MAC, ...options, source });
  await device.start();
  await settled(() => expect(plugin.hub.devices.get(MAC)?.firmware).toBe("1.7.5"));
  return device;
}

async function startGen1(plugin: RunningPlugin, source: LoadSource): Promise<SimulatedGen1> {
  const { broker, time: clock } = plugin;
  const device = new SimulatedGen1({ broker, clock, scheduler: clock, mac: GEN1_MAC, source });
  await device.start();
  // Two rows of the full status, and twice the four single values: unasked, and when the device was asked.
  await settled(() => expect(plugin.hub.rows).toHaveLength(10));
  return device;
}

describe("switch.set of Gen2", () => {
  it.each([false, true])(
    "switches and reads the real state back (answers on the bare source: %s)",
    async (answersOnSource) => {
      await using plugin = await runPlugin();
      const source = new LoadSource({ load: () => 600 });
      await using _device = await startGen2(plugin, { source, answersOnSource });
      expect(await set(plugin, { channel: SWITCH, to: "off" })).toEqual({ wasOn: true, on: false });
      expect(source.isOn("switch:0")).toBe(false);
      await settled(() => expect(plugin.hub.last(SWITCH)).toMatchObject({ switch_on: 0, power_w: 0 }));
      expect(await set(plugin, { channel: SWITCH, to: "toggle" })).toEqual({ wasOn: false, on: true });
      expect(await set(plugin, { channel: SWITCH, to: "on" })).toEqual({ wasOn: true, on: true });
    },
  );

  it("lets the device itself switch back after a span", async () => {
    await using plugin = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen2(plugin, { source });
    expect(await set(plugin, { channel: SWITCH, to: "off", forMs: seconds(30) })).toEqual({ wasOn: true, on: false });
    plugin.time.advance(seconds(30));
    expect(source.isOn("switch:0")).toBe(true);
  });

  it("turns a toggle with a span into the opposite of the present state", async () => {
    await using plugin = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen2(plugin, { source });
    expect(await set(plugin, { channel: SWITCH, to: "toggle", forMs: seconds(5) })).toEqual({ wasOn: true, on: false });
    plugin.time.advance(seconds(5));
    expect(source.isOn("switch:0")).toBe(true);
  });

  it("works on a custom prefix right after a restart, before the device was heard", async () => {
    await using first = await runPlugin();
    await using _device = await startGen2(first, { prefix: "casa/bomba" });
    await using second = await runPlugin({
      broker: first.broker,
      documents: first.hub.documents,
      config: { askDevices: false },
    });
    expect(await set(second, { channel: SWITCH, to: "off" })).toEqual({ wasOn: true, on: false });
  });

  it("says that the device does not answer", async () => {
    await using plugin = await runPlugin();
    const device = await startGen2(plugin);
    await device.link.drop();
    plugin.hub.availability.length = 0;
    await settled(() => expect(plugin.hub.availability.at(-1)?.online).toBe(false));
    await expect(set(plugin, { channel: SWITCH, to: "off" })).rejects.toMatchObject({
      code: "E_DEVICE_OFFLINE",
      retryable: true,
    });
  });

  it("gives up after 5 s", async () => {
    await using plugin = await runPlugin();
    await using device = await startGen2(plugin);
    await using later = await runPlugin({ documents: plugin.hub.documents, config: { askDevices: false } });
    const order = set(later, { channel: SWITCH, to: "off" });
    const failure = expect(order).rejects.toMatchObject({ code: "E_DEVICE_TIMEOUT", retryable: true });
    await vi.waitFor(() => later.time.advance(seconds(6)));
    await failure;
    expect(device.isOn("switch:0")).toBe(true);
  });

  it("gives up when the caller does", async () => {
    await using plugin = await runPlugin();
    await using _device = await startGen2(plugin);
    await using later = await runPlugin({ documents: plugin.hub.documents, config: { askDevices: false } });
    const controller = new AbortController();
    const order = set(later, { channel: SWITCH, to: "off" }, controller.signal);
    controller.abort();
    await expect(order).rejects.toMatchObject({ code: "E_ABORTED" });
  });

  it("refuses a channel without an output, and a device that nobody knows", async () => {
    await using plugin = await runPlugin();
    await using _device = await startGen2(plugin, { model: "pro3em" });
    const meter = `shelly:${MAC}/em:0` as ChannelId;
    await expect(set(plugin, { channel: meter, to: "on" })).rejects.toMatchObject({ code: "E_CHANNEL_NOT_SWITCHABLE" });
    await expect(set(plugin, { channel: "shelly:none/switch:0" as ChannelId, to: "on" })).rejects.toMatchObject({
      code: "E_DEVICE_UNKNOWN",
    });
  });
});

describe("switch.set of Gen1", () => {
  it("switches and waits for the state that the device tells", async () => {
    await using plugin = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen1(plugin, source);
    expect(await set(plugin, { channel: RELAY, to: "off" })).toEqual({ wasOn: true, on: false });
    expect(source.isOn("relay:0")).toBe(false);
    expect(await set(plugin, { channel: RELAY, to: "toggle" })).toEqual({ wasOn: false, on: true });
    expect(await set(plugin, { channel: RELAY, to: "on" })).toEqual({ wasOn: true, on: true });
  });

  it("tells the real state when the device does not obey", async () => {
    await using plugin = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen1(plugin, source);
    vi.spyOn(source, "turn").mockImplementation(() => undefined);
    plugin.hub.rows.length = 0;
    const order = set(plugin, { channel: RELAY, to: "off" });
    await settled(() => expect(plugin.hub.last(RELAY).switch_on).toBe(1));
    plugin.time.advance(seconds(6));
    expect(await order).toEqual({ wasOn: true, on: true });
  });

  it("switches back by itself, also after a restart of the hub", async () => {
    await using first = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen1(first, source);
    expect(await set(first, { channel: RELAY, to: "off", forMs: minutes(30) })).toEqual({ wasOn: true, on: false });
    await using second = await runPlugin({ broker: first.broker, documents: first.hub.documents });
    second.time.advance(minutes(29));
    expect(source.isOn("relay:0")).toBe(false);
    second.time.advance(minutes(1));
    await settled(() => expect(source.isOn("relay:0")).toBe(true));
    await settled(() =>
      expect([...second.hub.documents.keys()].filter((key) => key.startsWith("switch-back/"))).toEqual([]),
    );
  });

  it("forgets to switch back when a newer order comes", async () => {
    await using plugin = await runPlugin();
    const source = new LoadSource({ load: () => 600 });
    await using _device = await startGen1(plugin, source);
    await set(plugin, { channel: RELAY, to: "off", forMs: minutes(1) });
    await set(plugin, { channel: RELAY, to: "off" });
    expect(plugin.hub.documents.has(`switch-back/${GEN1_MAC}/relay:0`)).toBe(false);
    plugin.time.advance(milliseconds(70_000));
    expect(source.isOn("relay:0")).toBe(false);
  });

  it("says that the device is not connected", async () => {
    await using plugin = await runPlugin();
    await using device = await startGen1(plugin, new LoadSource({ load: () => 600 }));
    await device.behave(offline());
    await settled(() => expect(plugin.hub.availability.at(-1)?.online).toBe(false));
    await expect(set(plugin, { channel: RELAY, to: "on" })).rejects.toMatchObject({ code: "E_DEVICE_OFFLINE" });
  });
});

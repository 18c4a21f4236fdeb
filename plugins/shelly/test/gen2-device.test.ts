import { type ChannelId, type DeviceId, milliseconds, minutes, seconds } from "@vatio/plugin-api";
import { eventually, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import {
  clockless,
  clockSkew,
  counterReset,
  duplicateFrames,
  LoadSource,
  offline,
  SimulatedGen2,
  type SimulatedGen2Options,
} from "../simulator/index.js";
import { onboarding, ownAccount, schedulerOf, startHub } from "./support/real-hub.js";

const MAC = "a8032412c3d4";
const WIRE_ID = "shellyplus1pm-a8032412c3d4";
const DEVICE = `shelly:${MAC}` as DeviceId;
const CHANNEL = `${DEVICE}/switch:0` as ChannelId;

async function startDevice(hub: TestHub, options: Partial<SimulatedGen2Options> = {}): Promise<SimulatedGen2> {
  const broker = options.prefix === undefined ? await onboarding(hub) : await ownAccount(hub, options.prefix);
  const device = new SimulatedGen2({
    broker,
    clock: hub.clock,
    scheduler: schedulerOf(hub),
    model: "plus1pm",
    mac: MAC,
    source: new LoadSource({ load: () => 600 }),
    ...options,
  });
  await device.start();
  return device;
}

const record = (hub: TestHub) => hub.parts.devices.get(DEVICE);

/** Waits until the device has told its state unasked, and then when it was asked. */
const introduced = (hub: TestHub): Promise<void> =>
  eventually(
    () => record(hub)?.firmware === "1.7.5" && record(hub)?.address !== undefined,
    "the device introduces itself",
  );

const online = (hub: TestHub, expected: boolean): Promise<void> =>
  eventually(() => record(hub)?.online === expected, `the device is ${expected ? "online" : "offline"}`);

const last = (hub: TestHub, channel: string, metric: string): number | undefined =>
  hub.parts.telemetry.last(channel as ChannelId)[metric]?.value;

describe("a simulated Plus 1PM on the real hub", () => {
  it("waits for a person with what it tells about itself, and its readings are stored", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub);
    await introduced(hub);
    expect(record(hub)).toMatchObject({
      state: "pending",
      model: "Shelly Plus 1PM",
      firmware: "1.7.5",
      address: "192.0.2.44",
      online: true,
    });
    expect(record(hub)?.channels).toMatchObject([
      {
        key: "switch:0",
        kind: "switch",
        switchable: true,
        metrics: ["power_w", "voltage_v", "current_a", "energy_import_wh", "temperature_c", "switch_on"],
      },
    ]);
    expect(await hub.readings(CHANNEL)).toContainEqual({
      at: hub.clock.now(),
      power_w: 600,
      voltage_v: 230,
      current_a: 2.609,
      energy_import_wh: 0,
      temperature_c: 41.5,
      switch_on: 1,
    });
    expect(hub.logs({ level: "warn" })).toEqual([]);
  });

  it("counts energy: one register at every full minute, at the instant that the device names", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub);
    await introduced(hub);
    const start = hub.clock.now();
    await hub.advance("6 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 60, "the register reaches 60 Wh");
    const registers = (await hub.readings(CHANNEL)).filter(({ at = 0 }) => at > start);
    expect(registers.map(({ at = 0, energy_import_wh }) => [at - start, energy_import_wh])).toEqual(
      [1, 2, 3, 4, 5, 6].map((minute) => [minutes(minute), 10 * minute]),
    );
  });

  it.each(["casa/planta alta/bomba ñ", "shellies/bomba"])("is found behind the prefix %s", async (prefix) => {
    await using hub = await startHub();
    await using _device = await startDevice(hub, { prefix });
    await introduced(hub);
    expect(last(hub, CHANNEL, "power_w")).toBe(600);
  });

  it("goes offline with its last will and comes back", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await introduced(hub);
    const away = await device.behave(offline());
    await online(hub, false);
    expect(record(hub)?.offlineReason).toEqual({ key: "shelly.offline.connection" });
    away[Symbol.dispose]();
    await online(hub, true);
  });

  it("counts as online again when the will of an old connection comes after its new one", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await introduced(hub);
    // What the device still answers would show it online before anybody saw it offline.
    await hub.advance("1 min");
    await device.link.publish(`${WIRE_ID}/online`, "false", { retain: true });
    await online(hub, false);
    await hub.advance("3 s");
    await online(hub, true);
  });

  it("shows a reset of its registers as it comes: the counter, not the driver, explains it", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await hub.advance("5 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 50, "the register counts");
    await device.behave(counterReset());
    await hub.advance("1 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 10, "the register counts from 0");
  });

  it("is stored once when every message comes twice", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await introduced(hub);
    await device.behave(duplicateFrames());
    await hub.advance("1 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 10, "the register counts");
    await hub.settle();
    const now = (await hub.readings(CHANNEL)).filter(({ at }) => at === hub.clock.now());
    expect(now).toEqual([expect.objectContaining({ at: hub.clock.now(), energy_import_wh: 10, power_w: 600 })]);
  });

  it("is stamped with the arrival before it knows the date", async () => {
    await using hub = await startHub({ askDevices: false });
    await using device = await startDevice(hub);
    await eventually(() => record(hub) !== undefined, "the device is announced");
    await device.behave(clockless());
    await hub.advance("30 s");
    await device.reportEnergy();
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 5, "the register counts");
    expect((await hub.readings(CHANNEL)).at(-1)?.at).toBe(hub.clock.now());
  });

  it.each([-90, 90])("is stamped with the arrival when its clock is wrong by %d minutes", async (skew) => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await introduced(hub);
    await device.behave(clockSkew(minutes(skew)));
    await hub.advance("2 min");
    // The device comes back, is asked again, and its clock is found out.
    await device.link.publish(`${WIRE_ID}/online`, "true", { retain: true });
    await hub.advance("2 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 40, "the register counts");
    const instants = (await hub.readings(CHANNEL))
      .filter(({ energy_import_wh }) => energy_import_wh === 40)
      .map(({ at }) => at);
    expect(instants).toEqual([hub.clock.now()]);
  });

  it("keeps its own time when that is only a little off", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await device.behave(clockSkew(milliseconds(-4_000)));
    await introduced(hub);
    await hub.advance("1 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 10, "the register counts");
    const counted = (await hub.readings(CHANNEL)).find(({ energy_import_wh }) => energy_import_wh === 10);
    expect(counted?.at).toBe(hub.clock.now() - 4_000);
  });

  it("is read on its status topics as well", async () => {
    await using hub = await startHub();
    let watts = 100;
    await using _device = await startDevice(hub, {
      statusNotifications: true,
      source: new LoadSource({ load: () => watts }),
    });
    await introduced(hub);
    watts = 250;
    await hub.advance(seconds(1));
    await eventually(() => last(hub, CHANNEL, "power_w") === 250, "the new power is stored");
    const topics = hub.parts.devices.rawMessages(DEVICE).map(({ topic }) => topic);
    expect(topics).toContain(`${WIRE_ID}/events/rpc`);
    await eventually(() =>
      hub.parts.devices.rawMessages(DEVICE).some(({ topic }) => topic === `${WIRE_ID}/status/switch:0`),
    );
  });

  it("is asked who it is after a restart of the plugin, though nothing but its availability is kept", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub, { prefix: "taller/torno" });
    await introduced(hub);
    await hub.parts.plugins.restart(
      { kind: "hub", id: "test" },
      hub.parts.plugins.list()[0]?.id ?? ("shelly" as never),
    );
    await hub.settle();
    await hub.advance("1 min");
    await eventually(() => last(hub, CHANNEL, "energy_import_wh") === 10, "the register counts");
    expect(record(hub)?.online).toBe(true);
  });
});

describe("a simulated Pro 3EM on the real hub", () => {
  const watts: Readonly<Record<string, number>> = { "em:0/a": 1000, "em:0/b": 500, "em:0/c": -200 };
  const source = new LoadSource({ load: (circuit) => watts[circuit] ?? 0 });

  it("has a channel for the sum and one for each phase", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub, { model: "pro3em", source });
    await introduced(hub);
    await hub.advance("6 min");
    const [sum, a, c] = [`${DEVICE}/em:0`, `${DEVICE}/em:0/a`, `${DEVICE}/em:0/c`];
    await eventually(() => last(hub, sum, "energy_import_wh") === 150, "the registers count");
    expect([last(hub, sum, "power_w"), last(hub, sum, "energy_export_wh")]).toEqual([1300, 20]);
    expect([last(hub, a, "power_w"), last(hub, a, "energy_import_wh")]).toEqual([1000, 100]);
    expect([last(hub, c, "power_w"), last(hub, c, "energy_export_wh")]).toEqual([-200, 20]);
    expect(record(hub)?.channels.map(({ key, kind, phase }) => [key, kind, phase])).toEqual([
      ["em:0", "meter", undefined],
      ["em:0/a", "meter", 1],
      ["em:0/b", "meter", 2],
      ["em:0/c", "meter", 3],
    ]);
  });

  it("gets one point for the sum, with its phases below, when a person accepts it", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub, { model: "pro3em", source });
    await introduced(hub);
    await hub.parts.devices.accept(DEVICE, { name: "Tablero" });
    const points = hub.parts.points.list();
    const total = points.find(({ parent }) => parent === undefined);
    expect(points.map(({ name, parent }) => [name, parent])).toEqual([
      ["Tablero", undefined],
      ["Tablero L1", total?.id],
      ["Tablero L2", total?.id],
      ["Tablero L3", total?.id],
    ]);
  });
});

import { type ChannelId, type DeviceId, minutes } from "@vatio/plugin-api";
import { eventually, type TestHub } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { counterReset, LoadSource, offline, SimulatedGen1, type SimulatedGen1Options } from "../simulator/index.js";
import { bytes } from "./support/payload.js";
import { onboarding, ownAccount, schedulerOf, startHub } from "./support/real-hub.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const MAC = "e868e7c38eab";
const DEVICE = `shelly:${MAC}` as DeviceId;
const RELAY = `${DEVICE}/relay:0` as ChannelId;

async function startDevice(hub: TestHub, options: Partial<SimulatedGen1Options> = {}): Promise<SimulatedGen1> {
  const broker = options.id === undefined ? await onboarding(hub) : await ownAccount(hub, `shellies/${options.id}`);
  const device = new SimulatedGen1({
    broker,
    clock: hub.clock,
    scheduler: schedulerOf(hub),
    mac: MAC,
    source: new LoadSource({ load: () => 600 }),
    ...options,
  });
  await device.start();
  return device;
}

const record = (hub: TestHub) => hub.parts.devices.get(DEVICE);
const last = (hub: TestHub, metric: string): number | undefined => hub.parts.telemetry.last(RELAY)[metric]?.value;
const energy = (hub: TestHub, wh: number): Promise<void> =>
  eventually(() => last(hub, "energy_import_wh") === wh, `the register shows ${wh} Wh`);
const online = (hub: TestHub, expected: boolean): Promise<void> =>
  eventually(() => record(hub)?.online === expected, `the device is ${expected ? "online" : "offline"}`);

describe("a simulated Plug S of Gen1 on the real hub", () => {
  it("is known by the MAC of its announcement, and counts in watt-minutes", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub);
    await energy(hub, 0);
    await hub.advance("6 min");
    await energy(hub, 60);
    expect([last(hub, "power_w"), last(hub, "switch_on")]).toEqual([600, 1]);
    expect(record(hub)).toMatchObject({
      hardwareId: MAC,
      model: "Shelly Plug S",
      firmware: "20230913-113421/v1.14.0-gcb84623",
      address: "192.168.1.47",
      name: "Shelly Plug S 8EAB",
      online: true,
    });
    expect(hub.parts.devices.rawMessages(DEVICE).filter(({ rejected }) => rejected)).toEqual([]);
    expect(hub.logs({ level: "warn" })).toEqual([]);
  });

  it("makes one row of the values of one update", async () => {
    await using hub = await startHub();
    await using _device = await startDevice(hub);
    await energy(hub, 0);
    const start = hub.clock.now();
    await hub.advance("30 s");
    await energy(hub, 5);
    const updated = (await hub.readings(RELAY)).filter(({ at = 0 }) => at > start + 1_000);
    expect(updated).toEqual([{ at: hub.clock.now(), power_w: 600, energy_import_wh: 5, switch_on: 1 }]);
  });

  it.each(["cocina/nevera", "shellies/cocina", "Nevera ñ"])("may have the free id %s", async (id) => {
    await using hub = await startHub();
    await using _device = await startDevice(hub, { id });
    await eventually(() => last(hub, "power_w") === 600, "the power is stored");
    expect(hub.parts.devices.list().map((device) => device.id)).toEqual([DEVICE]);
  });

  it("goes offline with its last will and comes back", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await online(hub, true);
    const away = await device.behave(offline());
    await online(hub, false);
    away[Symbol.dispose]();
    await online(hub, true);
  });

  it("restarts its register at 0", async () => {
    await using hub = await startHub();
    await using device = await startDevice(hub);
    await hub.advance(minutes(3));
    await energy(hub, 30);
    await device.behave(counterReset());
    await hub.advance("30 s");
    await energy(hub, 5);
  });
});

describe("messages of a Gen1 device", () => {
  const send = (plugin: RunningPlugin, topic: string, payload: string, retained = false): Promise<void> =>
    plugin.hub.deliver({ topic, payload: bytes(payload), qos: 1, retained, at: plugin.time.now() });
  const announce = (mac: string, id = "shellyplug-s-C38EAB"): string => JSON.stringify({ id, mac, model: "SHPLG-S" });
  const orders = (plugin: RunningPlugin): string[] =>
    plugin.hub.published.map(({ topic, payload }) => `${topic} ${payload}`);

  it("make the hub ask who is there, once a minute, and then for what it missed", async () => {
    using plugin = await runPlugin();
    plugin.hub.published.length = 0;
    plugin.time.advance(minutes(2));
    await send(plugin, "shellies/nevera/relay/0/power", "12.5");
    await send(plugin, "shellies/nevera/relay/0/energy", "60");
    expect(orders(plugin)).toEqual(["shellies/command announce"]);
    expect(plugin.hub.rejected).toEqual(
      ["power", "energy"].map((what) => ({
        topic: `shellies/nevera/relay/0/${what}`,
        reason: { key: "shelly.rejected.unknown-id", params: { id: "nevera" } },
      })),
    );
    await send(plugin, "shellies/announce", announce("E868E7C38EAB", "nevera"));
    expect(orders(plugin).slice(1)).toEqual(["shellies/nevera/command update"]);
    await send(plugin, "shellies/nevera/relay/0/power", "12.5");
    expect(plugin.hub.rows).toEqual([{ channel: RELAY, at: plugin.time.now(), values: { power_w: 12.5 } }]);
  });

  it("need no announcement when the id holds a whole MAC", async () => {
    using plugin = await runPlugin();
    await send(plugin, "shellies/shellyem3-485519D732F4/emeter/1/power", "-7");
    expect(plugin.hub.rows).toMatchObject([{ channel: "shelly:485519d732f4/emeter:1", values: { power_w: -7 } }]);
    expect(plugin.hub.devices.get("485519d732f4")?.channels[0]?.phase).toBe(2);
  });

  it("cannot take the topics of another device on the shared announcement, but can on its own", async () => {
    using plugin = await runPlugin();
    await send(plugin, "shellies/shellyplug-s-C38EAB/announce", announce("E868E7C38EAB"));
    await send(plugin, "shellies/announce", announce("000000C38EAB"));
    await send(plugin, "shellies/shellyplug-s-C38EAB/relay/0/power", "5");
    expect(plugin.hub.rejected.map(({ reason }) => reason.key)).toEqual(["shelly.rejected.foreign-src"]);
    expect(plugin.hub.rows.map(({ channel }) => channel)).toEqual([RELAY]);
    await send(plugin, "shellies/shellyplug-s-C38EAB/announce", announce("000000C38EAB"));
    await send(plugin, "shellies/shellyplug-s-C38EAB/relay/0/power", "6");
    expect(plugin.hub.rows.at(-1)?.channel).toBe("shelly:000000c38eab/relay:0");
  });

  it("cannot announce another id than that of their topic", async () => {
    using plugin = await runPlugin();
    await send(plugin, "shellies/nevera/announce", announce("E868E7C38EAB", "horno"));
    expect(plugin.hub.rejected.map(({ reason }) => reason.key)).toEqual(["shelly.rejected.foreign-src"]);
  });

  it("are no readings of now when the broker has kept them", async () => {
    using plugin = await runPlugin();
    await send(plugin, "shellies/announce", announce("E868E7C38EAB"));
    await send(plugin, "shellies/shellyplug-s-C38EAB/relay/0/power", "99.5", true);
    expect(plugin.hub.rows).toEqual([]);
    expect(plugin.hub.counters.get("ignored retained-without-time")).toBe(1);
  });

  it("hold no measured power when the device has no meter", async () => {
    using plugin = await runPlugin();
    await send(plugin, "shellies/announce", JSON.stringify({ id: "luz", mac: "E868E7C38EAB", model: "SHSW-1" }));
    await send(plugin, "shellies/luz/relay/0/power", "81.5");
    expect(plugin.hub.rows).toEqual([]);
    expect(plugin.hub.counters.get("ignored shelly.ignored.typed-power")).toBe(1);
  });

  it("are not listened to when the setting is off", async () => {
    using plugin = await runPlugin({ config: { gen1: false } });
    await send(plugin, "shellies/nevera/relay/0/power", "12.5");
    expect(plugin.hub.rejected).toEqual([]);
    expect(orders(plugin)).toEqual([]);
  });
});

import { minutes, seconds } from "@vatio/plugin-api";
import { describe, expect, it, vi } from "vitest";
import { counterReset, LoadSource, offline, SimulatedGen1, type SimulatedGen1Options } from "../simulator/index.js";
import { bytes } from "./support/payload.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const MAC = "e868e7c38eab";
const RELAY = `shelly:${MAC}/relay:0`;

async function startDevice(plugin: RunningPlugin, options: Partial<SimulatedGen1Options> = {}): Promise<SimulatedGen1> {
  const device = new SimulatedGen1({
    broker: plugin.broker,
    clock: plugin.time,
    scheduler: plugin.time,
    mac: MAC,
    source: new LoadSource({ load: () => 600 }),
    ...options,
  });
  await device.start();
  return device;
}

const settled = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 4_000, interval: 5 });

describe("a simulated Plug S of Gen1 over a real broker", () => {
  it("is known by the MAC of its announcement, and counts in watt-minutes", async () => {
    await using plugin = await runPlugin();
    await using _device = await startDevice(plugin);
    await settled(() =>
      expect(plugin.hub.last(RELAY)).toMatchObject({ power_w: 600, switch_on: 1, energy_import_wh: 0 }),
    );
    plugin.time.advance(minutes(6));
    await settled(() => expect(plugin.hub.last(RELAY).energy_import_wh).toBe(60));
    expect(plugin.hub.devices.get(MAC)).toMatchObject({
      hardwareId: MAC,
      model: "SHPLG-S",
      firmware: "20230913-113421/v1.14.0-gcb84623",
      address: "192.168.1.47",
      suggestedName: "Shelly Plug S 8EAB",
    });
    expect(plugin.hub.rejected).toEqual([]);
    expect(plugin.hub.availability).toEqual([{ device: `shelly:${MAC}`, online: true }]);
  });

  it("makes one row of the values of one update", async () => {
    await using plugin = await runPlugin();
    await using device = await startDevice(plugin);
    // Two rows of the full status, and twice the four single values: unasked, and when the device was asked.
    await settled(() => expect(plugin.hub.rows).toHaveLength(10));
    plugin.time.advance(seconds(10));
    plugin.hub.rows.length = 0;
    await device.report();
    await settled(() => expect(plugin.hub.rows).toHaveLength(4));
    expect(new Set(plugin.hub.rows.map(({ at }) => at)).size).toBe(1);
  });

  it.each(["cocina/nevera", "shellies/cocina", "Nevera ñ"])("may have the free id %s", async (id) => {
    await using plugin = await runPlugin();
    await using _device = await startDevice(plugin, { id });
    await settled(() => expect(plugin.hub.last(RELAY).power_w).toBe(600));
    expect([...plugin.hub.devices.keys()]).toEqual([MAC]);
  });

  it("is asked to introduce itself when it is heard of before its announcement", async () => {
    await using plugin = await runPlugin();
    await using device = await startDevice(plugin, { id: "nevera" });
    await settled(() => expect(plugin.hub.devices.has(MAC)).toBe(true));
    await using late = await runPlugin({ broker: plugin.broker });
    await device.report();
    await settled(() => expect(late.hub.last(RELAY).power_w).toBe(600));
  });

  it("names why a value was not used while its device is not known", async () => {
    await using plugin = await runPlugin();
    await plugin.hub.deliver(message(plugin, "shellies/nevera/relay/0/power", "12.5"));
    expect(plugin.hub.rejected).toEqual([
      {
        topic: "shellies/nevera/relay/0/power",
        reason: { key: "shelly.rejected.unknown-id", params: { id: "nevera" } },
      },
    ]);
  });

  it("does not let one device take the topics of another on the shared announcement", async () => {
    await using plugin = await runPlugin();
    await using device = await startDevice(plugin);
    await settled(() => expect(plugin.hub.devices.has(MAC)).toBe(true));
    const claim = { id: device.id, mac: "00000000C38EAB".slice(-12), model: "SHPLG-S" };
    await plugin.hub.deliver(message(plugin, "shellies/announce", JSON.stringify(claim)));
    await device.report();
    await settled(() =>
      expect(plugin.hub.rejected.map(({ reason }) => reason.key)).toEqual(["shelly.rejected.foreign-src"]),
    );
    expect([...plugin.hub.devices.keys()]).toEqual([MAC]);
  });

  it("goes offline with its last will and comes back", async () => {
    await using plugin = await runPlugin();
    await using device = await startDevice(plugin);
    await settled(() => expect(plugin.hub.availability.at(-1)?.online).toBe(true));
    const away = await device.behave(offline());
    await settled(() => expect(plugin.hub.availability.at(-1)?.online).toBe(false));
    away[Symbol.dispose]();
    await settled(() => expect(plugin.hub.availability.at(-1)?.online).toBe(true));
  });

  it("restarts its register at 0", async () => {
    await using plugin = await runPlugin();
    await using device = await startDevice(plugin);
    plugin.time.advance(minutes(3));
    await settled(() => expect(plugin.hub.last(RELAY).energy_import_wh).toBe(30));
    await device.behave(counterReset());
    plugin.time.advance(seconds(30));
    await settled(() => expect(plugin.hub.last(RELAY).energy_import_wh).toBe(5));
  });

  it("does not take what the broker kept for a reading of now", async () => {
    await using plugin = await runPlugin();
    await using _device = await startDevice(plugin);
    await settled(() => expect(plugin.hub.devices.has(MAC)).toBe(true));
    plugin.hub.rows.length = 0;
    const kept = { ...message(plugin, "shellies/shellyplug-s-C38EAB/relay/0/power", "99.5"), retained: true };
    await plugin.hub.deliver(kept);
    expect(plugin.hub.counters.get("ignored retained-without-time")).toBe(1);
    expect(plugin.hub.rows.some(({ values }) => values.power_w === 99.5)).toBe(false);
  });

  it("is not listened to when the setting is off", async () => {
    await using plugin = await runPlugin({ config: { gen1: false } });
    await plugin.hub.deliver(message(plugin, "shellies/nevera/relay/0/power", "12.5"));
    expect(plugin.hub.rejected).toEqual([]);
  });
});

const message = (plugin: RunningPlugin, topic: string, payload: string) => ({
  topic,
  payload: bytes(payload),
  qos: 1 as const,
  retained: false,
  at: plugin.time.now(),
});

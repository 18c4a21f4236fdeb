import { type Instant, minutes } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { SteadyGauges } from "../src/gen2/steady-gauges.js";
import type { ChannelReading, Values } from "../src/reading.js";
import { bytes } from "./support/payload.js";
import { type RunningPlugin, runPlugin } from "./support/running-plugin.js";

const STATES = new Map([["switch:0", new Map()]]);
const START = 1_780_000_000_000 as Instant;
const later = (span: number): Instant => (START + span) as Instant;
const reading = (values: Values): ChannelReading => ({ channel: "switch:0", kind: "switch", values });
const complete = (gauges: SteadyGauges, values: Values, at = START): Values | undefined =>
  gauges.complete([reading(values)], at, STATES)[0]?.values;

describe("gauges between two changes", () => {
  it("hold for the minute that only tells the register", () => {
    const gauges = new SteadyGauges();
    complete(gauges, { power_w: 2.1, voltage_v: 127, energy_import_wh: 10 });
    expect(complete(gauges, { energy_import_wh: 11 })).toEqual({ power_w: 2.1, voltage_v: 127, energy_import_wh: 11 });
    complete(gauges, { power_w: 0 });
    expect(complete(gauges, { energy_import_wh: 11 })?.power_w).toBe(0);
  });

  it("are never invented, nor carried over registers", () => {
    const gauges = new SteadyGauges();
    expect(complete(gauges, { energy_import_wh: 11 })).toEqual({ energy_import_wh: 11 });
    complete(gauges, { power_w: 5, energy_import_wh: 12, energy_export_wh: 3 });
    expect(complete(gauges, { voltage_v: 128 })).toEqual({ voltage_v: 128 });
    expect(complete(gauges, { energy_import_wh: 13 })).toEqual({ power_w: 5, voltage_v: 128, energy_import_wh: 13 });
  });

  it("end when nobody confirms them, each by itself", () => {
    const gauges = new SteadyGauges();
    complete(gauges, { power_w: 5, voltage_v: 127 });
    expect(gauges.isDoubtful(later(minutes(14)))).toBe(false);
    complete(gauges, { power_w: 6 }, later(minutes(10)));
    expect(gauges.isDoubtful(later(minutes(25)))).toBe(true);
    expect(complete(gauges, { energy_import_wh: 1 }, later(minutes(29)))).toHaveProperty("voltage_v");
    expect(complete(gauges, { energy_import_wh: 1 }, later(minutes(31)))).toEqual({ energy_import_wh: 1, power_w: 6 });
    expect(complete(gauges, { energy_import_wh: 1 }, later(minutes(40)))).toEqual({ energy_import_wh: 1 });
  });
});

const ID = "shellypro3em-a8032412c3d4";
const FAILED = { errors: ["power_meter_failure"] };

async function say({ hub, time }: RunningPlugin, topic: string, payload: unknown): Promise<void> {
  const message = {
    topic: `${ID}/${topic}`,
    payload: bytes(payload),
    qos: 1,
    retained: false,
    at: time.now(),
  } as const;
  await hub.deliver(message);
}

const notify = (plugin: RunningPlugin, params: object, method = "NotifyStatus"): Promise<void> =>
  say(plugin, "events/rpc", { src: ID, method, params: { ts: plugin.time.now() / 1000, ...params } });

/** What the next minute stores of a channel. */
async function minuteOf(plugin: RunningPlugin, channel: string, registers: object): Promise<object | undefined> {
  plugin.time.advance(minutes(1));
  plugin.hub.rows.length = 0;
  await notify(plugin, registers);
  return plugin.hub.rows.find((row) => row.channel === `shelly:a8032412c3d4/${channel}`)?.values;
}

const EM1 = { act_power: 500, voltage: 230, current: 2.2, pf: 0.98, freq: 50 };
const EM1_MINUTE = { "em1data:0": { total_act_energy: 9, total_act_ret_energy: 1 } };
const EM1_ENERGY = { energy_import_wh: 9, energy_export_wh: 1 };
const PM1 = { apower: 500, voltage: 230, current: 2.2 };
const PM1_MINUTE = { "pm1:0": { aenergy: { total: 9 } } };
const EM = { a_act_power: 10, b_act_power: 20, c_act_power: 30, total_act_power: 60 };
const EM_MINUTE = { "emdata:0": { a_total_act_energy: 1, b_total_act_energy: 2, total_act: 6 } };

describe("gauges of a meter", () => {
  it.each([
    ["em1", "em1:0", { "em1:0": EM1 }, EM1_MINUTE, { ...EM1_ENERGY, power_w: 500 }],
    ["pm1", "pm1:0", { "pm1:0": PM1 }, PM1_MINUTE, { energy_import_wh: 9, power_w: 500, voltage_v: 230 }],
    ["em", "em:0", { "em:0": EM }, EM_MINUTE, { energy_import_wh: 6, power_w: 60 }],
  ])("hold while the load of an %s is steady", async (_family, channel, status, registers, expected) => {
    using plugin = await runPlugin();
    await notify(plugin, status, "NotifyFullStatus");
    expect(await minuteOf(plugin, channel, registers)).toMatchObject(expected);
  });

  it.each<[string, object, string, object, object]>([
    ["an em1 fails", { "em1:0": EM1 }, "em1:0", { "em1:0": FAILED }, EM1_MINUTE],
    ["the power of an em1 becomes null", { "em1:0": EM1 }, "em1:0", { "em1:0": { act_power: null } }, EM1_MINUTE],
    ["the power of an em1 is no number", { "em1:0": EM1 }, "em1:0", { "em1:0": { act_power: "nan" } }, EM1_MINUTE],
    ["the em1 is taken away", { "em1:0": EM1 }, "em1:0", { "em1:0": null }, EM1_MINUTE],
    ["a pm1 fails", { "pm1:0": PM1 }, "pm1:0", { "pm1:0": FAILED }, PM1_MINUTE],
    ["the power of a pm1 becomes null", { "pm1:0": PM1 }, "pm1:0", { "pm1:0": { apower: null } }, PM1_MINUTE],
    ["a phase fails", { "em:0": EM }, "em:0/b", { "em:0": { b_errors: ["power_meter_failure"] } }, EM_MINUTE],
    ["another phase fails", { "em:0": EM }, "em:0", { "em:0": { b_errors: ["power_meter_failure"] } }, EM_MINUTE],
    ["the whole em fails", { "em:0": EM }, "em:0/a", { "em:0": FAILED }, EM_MINUTE],
    ["a phase becomes null", { "em:0": EM }, "em:0/a", { "em:0": { a_act_power: null } }, EM_MINUTE],
    [
      "a phase is beyond its range",
      { "em:0": EM },
      "em:0/a",
      { "em:0": { a_act_power: 27_000, a_errors: ["out_of_range:act_power"] } },
      EM_MINUTE,
    ],
  ])("end when %s", async (_what, status, channel, end, registers) => {
    using plugin = await runPlugin();
    await notify(plugin, status, "NotifyFullStatus");
    expect(await minuteOf(plugin, channel, registers)).toHaveProperty("power_w");
    await notify(plugin, end);
    expect((await minuteOf(plugin, channel, registers)) ?? {}).not.toHaveProperty("power_w");
  });

  it("end with a full status, and with a status topic, that do not name them any more", async () => {
    using plugin = await runPlugin();
    for (const without of [() => notify(plugin, { "em1:0": { id: 0 } }, "NotifyFullStatus"), emptyTopic]) {
      await notify(plugin, { "em1:0": EM1 });
      expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toHaveProperty("power_w");
      await without();
      expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toEqual(EM1_ENERGY);
    }

    async function emptyTopic(): Promise<void> {
      await say(plugin, "status/em1:0", { id: 0, act_power: null });
    }
  });

  it("lose the current with the voltage", async () => {
    using plugin = await runPlugin();
    await notify(plugin, { "em1:0": EM1 }, "NotifyFullStatus");
    await notify(plugin, { "em1:0": { voltage: 0, act_power: 0 } });
    expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toEqual({ ...EM1_ENERGY, power_w: 0, voltage_v: 0 });
  });

  it("hold again once the meter has recovered and tells them", async () => {
    using plugin = await runPlugin();
    await notify(plugin, { "em1:0": { ...EM1, ...FAILED } }, "NotifyFullStatus");
    await notify(plugin, { "em1:0": { act_power: 5, errors: [] } });
    expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toEqual({ ...EM1_ENERGY, power_w: 5 });
  });

  it("end with the connection, though the components are remembered", async () => {
    using plugin = await runPlugin();
    await notify(plugin, { "em1:0": EM1 }, "NotifyFullStatus");
    await say(plugin, "online", "false");
    expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toEqual(EM1_ENERGY);
  });

  it("are asked for when they were not confirmed for long, and end when nobody answers", async () => {
    using plugin = await runPlugin();
    const asked = (): number =>
      plugin.hub.published.filter(({ payload }) => payload.includes("Shelly.GetStatus")).length;
    await notify(plugin, { "em1:0": EM1 }, "NotifyFullStatus");
    for (let n = 0; n < 14; n++) expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toHaveProperty("power_w", 500);
    expect(asked()).toBe(0);
    for (let n = 14; n < 29; n++) expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toHaveProperty("power_w", 500);
    expect(asked()).toBe(3);
    expect(await minuteOf(plugin, "em1:0", EM1_MINUTE)).toEqual(EM1_ENERGY);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ComponentStates, decodeStatus } from "../../src/gen2/decode-status.js";
import type { JsonObject } from "../../src/json.js";
import { mergedByChannel } from "../../src/reading.js";

/** A device that sends notifications one after the other. */
class Session {
  #states: ComponentStates = new Map();

  send(status: JsonObject, replaces: "device" | "components" | "fields" = "fields", returns = false) {
    const decoded = decodeStatus(status, { before: this.#states, replaces, returns: () => returns });
    this.#states = decoded.states;
    return {
      channels: Object.fromEntries(mergedByChannel(decoded.readings)),
      refusals: decoded.refusals.map(({ key }) => key),
      ignored: decoded.ignored.map(({ key }) => key),
    };
  }
}

const energy = (total: number, returned?: number): JsonObject => ({
  aenergy: { total },
  ...(returned === undefined ? {} : { ret_aenergy: { total: returned } }),
});

describe("a notification", () => {
  it("says only what it says: a missing power is not zero", () => {
    const device = new Session();
    device.send({ "switch:0": { apower: 600, output: true } }, "device");
    expect(device.send({ "switch:0": { voltage: 231 } }).channels).toEqual({ "switch:0": { voltage_v: 231 } });
  });

  it("needs no id inside the component, and takes one that is text", () => {
    expect(new Session().send({ "switch:100": { output: false } }).channels).toEqual({
      "switch:100": { switch_on: 0 },
    });
    expect(new Session().send({ "switch:100": { id: "100", apower: 1 } }).channels).toEqual({
      "switch:100": { power_w: 1 },
    });
  });

  it("passes over what it does not know", () => {
    const sent = new Session().send({
      "input:0": { state: true },
      "bthomesensor:200": { value: 3 },
      sys: {},
      "pm2:0": { apower: 1 },
    });
    expect(sent).toEqual({ channels: {}, refusals: [], ignored: ["shelly.ignored.nothing-metered"] });
  });

  it("takes a component away with null", () => {
    const device = new Session();
    device.send({ "pm1:0": { errors: ["power_meter_failure"] } }, "device");
    device.send({ "pm1:0": null });
    expect(device.send({ "pm1:0": { apower: 5 } }).channels).toEqual({ "pm1:0": { power_w: 5 } });
  });

  it.each([
    ["a number that is text", { apower: "600" }, "switch:0.apower"],
    ["a number in a list", { voltage: [231] }, "switch:0.voltage"],
    ["a number too large for any meter", { current: Number.POSITIVE_INFINITY }, "switch:0.current"],
    ["a register that is a number", { aenergy: 5 }, "switch:0.aenergy.total"],
    ["an output that is text", { output: "on" }, "switch:0.output"],
  ])("leaves out %s and uses the rest", (_what, fields, field) => {
    const decoded = decodeStatus({ "switch:0": { ...fields, freq: 50 } }, { before: new Map(), replaces: "fields" });
    expect(Object.fromEntries(mergedByChannel(decoded.readings))).toEqual({ "switch:0": { frequency_hz: 50 } });
    expect(decoded.refusals).toEqual([{ key: "shelly.rejected.field", params: { field } }]);
  });

  it("refuses a component that is none", () => {
    expect(new Session().send({ "switch:0": [1, 2] }).refusals).toEqual(["shelly.rejected.field"]);
  });

  it("reads 64 components at most", () => {
    const crowd = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`switch:${i}`, { output: true }]));
    const { channels, refusals } = new Session().send(crowd);
    expect(Object.keys(channels)).toHaveLength(64);
    expect(refusals).toEqual(["shelly.rejected.too-many"]);
  });

  it.each(["light", "rgb", "rgbw", "cct"])("reads the output of %s", (family) => {
    const { channels } = new Session().send({ [`${family}:0`]: { output: true, apower: 9 } });
    expect(channels).toEqual({ [`${family}:0`]: { switch_on: 1, power_w: 9 } });
  });
});

describe("a meter that has failed", () => {
  it("is not believed until the error is gone, also in later notifications", () => {
    const device = new Session();
    const failed = device.send({ "pm1:0": { apower: 600, errors: ["power_meter_failure"], ...energy(10) } }, "device");
    expect(failed).toEqual({ channels: { "pm1:0": {} }, refusals: ["shelly.rejected.meter-failed"], ignored: [] });
    expect(device.send({ "pm1:0": { apower: 700 } }).channels).toEqual({ "pm1:0": {} });
    expect(device.send({ "pm1:0": { errors: null, apower: 800 } }).channels).toEqual({ "pm1:0": { power_w: 800 } });
  });

  it("still tells the state and the temperature of its switch", () => {
    const status = {
      "switch:0": { output: true, apower: 1, temperature: { tC: 40 }, errors: ["power_meter_failure"] },
    };
    expect(new Session().send(status).channels).toEqual({ "switch:0": { switch_on: 1, temperature_c: 40 } });
  });

  it("on one phase spoils that phase and the sum, not the others", () => {
    const status = {
      "em:0": { a_act_power: 1, b_act_power: 2, total_act_power: 3, a_errors: ["power_meter_failure"] },
    };
    const { channels, refusals } = new Session().send(status);
    expect(channels).toEqual({ "em:0": {}, "em:0/a": {}, "em:0/b": { power_w: 2 }, "em:0/c": {} });
    expect(refusals).toEqual(["shelly.rejected.meter-failed", "shelly.rejected.meter-failed"]);
  });

  it("with an error of another kind goes on", () => {
    expect(new Session().send({ "em1:0": { act_power: 5, errors: ["out_of_range:voltage"] } }).channels).toEqual({
      "em1:0": { power_w: 5 },
    });
  });
});

describe("registers", () => {
  it("of a channel that has only ever returned energy hold no import", () => {
    const { channels } = new Session().send({ "switch:0": energy(5123, 5123) });
    expect(channels).toEqual({ "switch:0": { energy_import_wh: 0, energy_export_wh: 5123 } });
  });

  it("wait for each other: from one of the two no import can be told", () => {
    const device = new Session();
    device.send({ "switch:0": energy(100, 40) }, "device");
    expect(device.send({ "switch:0": energy(101) })).toEqual({
      channels: { "switch:0": {} },
      refusals: [],
      ignored: ["shelly.ignored.half-energy"],
    });
    expect(device.send({ "switch:0": { ret_aenergy: { total: 41 } } }).channels).toEqual({
      "switch:0": { energy_export_wh: 41 },
    });
  });

  it("wait for each other after a restart as well, when an earlier run saw both", () => {
    expect(new Session().send({ "switch:0": energy(101) }, "fields", true).ignored).toEqual([
      "shelly.ignored.half-energy",
    ]);
  });

  it("of a plain plug are all import", () => {
    expect(new Session().send({ "switch:0": energy(101) }).channels).toEqual({ "switch:0": { energy_import_wh: 101 } });
  });

  it("that cannot belong together are named", () => {
    const sent = new Session().send({ "switch:0": energy(3, 5123) });
    expect(sent).toEqual({
      channels: { "switch:0": { energy_export_wh: 5123 } },
      refusals: ["shelly.rejected.energy-mismatch"],
      ignored: [],
    });
  });

  it("of em and em1 are independent: the larger return takes nothing from the import", () => {
    const { channels } = new Session().send({ "em1data:1": { total_act_energy: 10, total_act_ret_energy: 500 } });
    expect(channels).toEqual({ "em1:1": { energy_import_wh: 10, energy_export_wh: 500 } });
  });

  it("split any two counters without loss", () => {
    const thousandths = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(thousandths, thousandths, (imported, exported) => {
        const { channels } = new Session().send({ "switch:0": energy((imported + exported) / 1000, exported / 1000) });
        expect(channels["switch:0"]?.energy_import_wh).toBeCloseTo(imported / 1000, 3);
        expect(channels["switch:0"]?.energy_export_wh).toBe(exported / 1000);
      }),
    );
  });
});

describe("a phase without voltage", () => {
  it("has neither current, nor frequency, nor power factor, also when a later notification names only the current", () => {
    const device = new Session();
    device.send({ "em:0": { a_voltage: 0, a_current: 0.028, a_pf: 0, a_freq: 0, a_act_power: 0 } }, "device");
    expect(device.send({ "em:0": { a_current: 0.027 } }).channels["em:0/a"]).toEqual({});
  });
});

describe("the neutral", () => {
  it("is a value of the sum where it has a clamp", () => {
    expect(new Session().send({ "em:0": { n_current: 0.4 } }).channels["em:0"]).toEqual({ neutral_current_a: 0.4 });
    expect(new Session().send({ "em:0": { n_current: null } }).channels["em:0"]).toEqual({});
  });
});

describe("an overlay", () => {
  it("ends in the same state in one piece or in several", () => {
    const fields = fc.record(
      {
        apower: fc.double({ noNaN: true, min: -1e5, max: 1e5 }),
        voltage: fc.integer({ min: 1, max: 300 }),
        errors: fc.constantFrom(null, ["power_meter_failure"]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 6 }), (parts) => {
        let states: ComponentStates = new Map();
        for (const part of parts)
          states = decodeStatus({ "pm1:0": part }, { before: states, replaces: "fields" }).states;
        const whole = decodeStatus(
          { "pm1:0": Object.assign({}, ...parts) },
          { before: new Map(), replaces: "fields" },
        ).states;
        expect(Object.fromEntries(states.get("pm1:0") ?? [])).toEqual(Object.fromEntries(whole.get("pm1:0") ?? []));
      }),
    );
  });
});

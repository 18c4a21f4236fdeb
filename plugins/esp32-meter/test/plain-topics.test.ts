import { CORE_METRICS, toStored, UNIT_SCALES } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Esp32MeterConfig, PLAIN_METRICS, PLAIN_UNITS } from "../src/config.js";
import { decodePlain } from "../src/decode-plain.js";
import { plainTopicsOf } from "../src/plain-topics.js";
import { DEFAULTS } from "./support/recording-hub.js";

type Setting = Esp32MeterConfig["plainTopics"][number];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const check = (...settings: Setting[]) => plainTopicsOf({ ...DEFAULTS, plainTopics: settings });
const setting = (topic: string, unit: Setting["unit"], metric: Setting["metric"]): Setting => ({
  topic,
  unit,
  metric,
  name: "",
});

const decode = (unit: Setting["unit"], metric: Setting["metric"], payload: string) => {
  const [topic] = check(setting("a/b", unit, metric)).topics;
  return topic && decodePlain(topic, bytes(payload));
};

describe("plain topics", () => {
  it.each([
    ["kW", "power_w", "3.75", 3_750],
    ["kW", "power_w", " 0.42 ", 420],
    ["kW", "power_w", "-1.2", -1_200],
    ["MW", "power_w", "0.0035", 3_500],
    ["kWh", "energy_import_wh", "148.372", 148_372],
    ["MWh", "energy_export_wh", "1.000001", 1_000_001],
    ["Wh", "energy_delta_wh", "12.3", 12.3],
    ["mV", "voltage_v", "230500", 230.5],
    ["mA", "current_a", "1640", 1.64],
    ["Hz", "frequency_hz", "59.98", 59.98],
    ["1", "power_factor", "-0.98", -0.98],
    ["kVA", "apparent_va", "2.5", 2_500],
    ["kvar", "reactive_var", "-0.3", -300],
    ["°C", "temperature_c", "-7.5", -7.5],
    ["%", "humidity_pct", "55", 55],
  ] as const)("reads %s of %s: %s is %d", (unit, metric, payload, value) => {
    expect(decode(unit, metric, payload)).toStrictEqual({ value });
  });

  it.each([
    ["kWh", "energy_import_wh", "-0.001", "negative"],
    ["Hz", "frequency_hz", "-50", "negative"],
    ["1", "power_factor", "98", "out-of-range"],
    ["%", "humidity_pct", "101", "out-of-range"],
    ["kW", "power_w", "1000000000", "out-of-range"],
    ["kW", "power_w", '{"power":3}', "json"],
  ] as const)("refuses %s of %s: %s is %s", (unit, metric, payload, reason) => {
    expect(decode(unit, metric, payload)).toMatchObject({ refusal: { key: `esp32-meter.rejected.${reason}` } });
  });

  it("leaves out what cannot be used, and says why", () => {
    const { topics, problems } = check(
      setting("a", "kW", "power_w"),
      setting("a", "W", "power_w"),
      setting("b", "kWh", "power_w"),
      setting("enertrack/24A3BC12/fp", "1", "power_factor"),
      setting("enertrack", "1", "power_factor"),
      setting("enertrack2/x", "1", "power_factor"),
    );
    expect(topics.map(({ topic }) => topic)).toEqual(["a", "enertrack2/x"]);
    expect(problems.map(({ key }) => key.replace("esp32-meter.problem.", ""))).toEqual([
      "twice",
      "unit",
      "below-base",
      "below-base",
    ]);
  });

  it("scales as the model does, and has a unit for every metric", () => {
    for (const metric of PLAIN_METRICS) {
      const stored = CORE_METRICS.find(({ name }) => name === metric)?.unit;
      const usable = PLAIN_UNITS.filter((unit) => check(setting("t", unit, metric)).topics.length === 1);
      expect(usable.length).toBeGreaterThan(0);
      for (const unit of usable.filter((name) => UNIT_SCALES[name])) {
        expect(UNIT_SCALES[unit]?.unit).toBe(stored);
        const decoded = decode(unit, metric, "1");
        if (decoded && !decoded.refusal) expect(decoded.value).toBeCloseTo(toStored(1, unit) ?? Number.NaN, 9);
      }
    }
  });

  it("never throws on garbage", () => {
    const [topic] = check(setting("a/b", "kW", "power_w")).topics;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (payload) => {
        expect(topic && decodePlain(topic, payload)).toBeDefined();
      }),
      { numRuns: 10_000 },
    );
  });
});

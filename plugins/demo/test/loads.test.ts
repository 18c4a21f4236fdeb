import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as loads from "../simulator/loads.js";

const DAY = 86_400_000;
const monday = Date.UTC(2026, 10, 16);
const moment = (at: number): loads.Moment => ({
  at,
  hour: (at % DAY) / 3_600_000,
  weekday: 1 + (Math.floor((at - monday) / DAY) % 7),
});
const appliances = {
  fridge: loads.fridge,
  boiler: loads.boiler,
  airConditioning: loads.airConditioning,
  lighting: loads.lighting,
  standby: loads.standby,
  unmeasured: loads.unmeasured,
  compressor: loads.compressor,
  solar: loads.solar,
};
const kwh = (load: loads.Load, from: number, hours: number): number => {
  let wattHours = 0;
  for (let at = from; at < from + hours * 3_600_000; at += 10_000) wattHours += load(7, moment(at)) / 360;
  return wattHours / 1000;
};

describe("simulated loads", () => {
  it("never consume less than nothing, and depend on nothing but seed and moment", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: monday, max: monday + 60 * DAY }),
        fc.integer(),
        fc.constantFrom(...Object.values(appliances)),
        (at, seed, load) => {
          const watts = load(seed, moment(at));
          expect(watts).toBeGreaterThanOrEqual(0);
          expect(watts).toBeLessThan(8_000);
          expect(load(seed, moment(at))).toBe(watts);
        },
      ),
    );
  });

  it("use about as much in a day as such appliances do", () => {
    expect(kwh(loads.fridge, monday, 24)).toBeGreaterThan(0.8);
    expect(kwh(loads.fridge, monday, 24)).toBeLessThan(2.5);
    expect(kwh(loads.boiler, monday, 24)).toBeGreaterThan(3);
    expect(kwh(loads.solar, monday, 24)).toBeGreaterThan(12);
    expect(kwh(loads.compressor, monday + 6 * DAY, 24)).toBe(0);
  });

  it("have one that never sleeps", () => {
    for (let at = monday; at < monday + DAY; at += 60_000) expect(loads.standby(7, moment(at))).toBeGreaterThan(80);
  });

  it("have no sun at night", () => {
    expect(kwh(loads.solar, monday, 6)).toBe(0);
    expect(kwh(loads.solar, monday + 19 * 3_600_000, 5)).toBe(0);
  });
});

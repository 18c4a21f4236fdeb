import { hours, type Instant, instantFromIso } from "@vatio/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { APPLIANCES } from "../simulator/appliances.js";
import { Household } from "../simulator/household.js";

const start = instantFromIso("2026-11-18T14:00:00Z");
const make = (seed = 1) => new Household({ seed, zone: "America/Mexico_City", start });
const registers = (household: Household) =>
  APPLIANCES.map((appliance) => Math.round(household.read(appliance).importWh));

describe("household", () => {
  it("is the same for the same seed, whatever the steps in which time passes", () => {
    const oneGo = make();
    oneGo.advanceTo((start + hours(6)) as Instant);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: hours(6) }), { maxLength: 8 }), (stops) => {
        const household = make();
        for (const stop of [...stops.sort((a, b) => a - b), hours(6)]) household.advanceTo((start + stop) as Instant);
        for (const [index, wattHours] of registers(household).entries()) {
          expect(Math.abs(wattHours - (registers(oneGo)[index] ?? 0))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 5 },
    );
    expect(registers(make(2))).toEqual(registers(make(1)));
  });

  it("balances: the grid gives what the loads take and the sun does not", () => {
    const household = make();
    household.advanceTo((start + hours(5)) as Instant);
    const watts = new Map(APPLIANCES.map((appliance) => [appliance.key, household.read(appliance).watts]));
    const loads = APPLIANCES.filter(({ role }) => role !== "grid" && role !== "generation").reduce(
      (sum, { key }) => sum + (watts.get(key) ?? 0),
      0,
    );
    const unmeasured = (watts.get("grid") ?? 0) + (watts.get("solar") ?? 0) - loads;
    expect(unmeasured).toBeGreaterThan(0);
    expect(unmeasured).toBeLessThan(2_500);
  });

  it("splits three-phase power over the phases", () => {
    const household = make();
    for (const appliance of APPLIANCES.filter(({ device }) => device === "pro3em")) {
      const { watts, phases } = household.read(appliance);
      expect(phases).toHaveLength(3);
      expect(phases.reduce((sum, phase) => sum + phase.watts, 0)).toBeCloseTo(watts, 0);
    }
  });

  it("obeys switches and counts nothing while off", () => {
    const household = make();
    const boiler = APPLIANCES.find(({ key }) => key === "boiler");
    if (!boiler) throw new Error("No boiler.");
    expect(household.turn("boiler", false)).toBe(true);
    const before = household.read(boiler).importWh;
    household.advanceTo((start + hours(3)) as Instant);
    expect(household.read(boiler)).toMatchObject({ on: false, watts: 0, importWh: before });
  });
});

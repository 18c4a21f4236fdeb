import { days, type Instant, instantFromIso, minutes } from "@vatio/model";
import { describe, expect, it } from "vitest";
import { APPLIANCES } from "../simulator/appliances.js";
import { householdHistory } from "../simulator/history.js";
import { Household } from "../simulator/household.js";

const zone = "America/Mexico_City";
const to = instantFromIso("2026-11-20T14:00:00Z");
const span = { seed: 1, zone, to, stepMs: minutes(5) };
const past = (length: number) => householdHistory({ ...span, from: (to - length) as Instant });

describe("history of the household", () => {
  it("ends where the household begins", async () => {
    const household = new Household({ seed: 1, zone, start: to });
    for (const { appliance, at, importWh, exportWh } of await past(days(2))) {
      expect(at.at(-1)).toBe(to);
      expect(importWh.at(-1)).toBe(household.read(appliance).importWh);
      expect(exportWh.at(-1)).toBe(household.read(appliance).exportWh);
    }
  });

  it("has registers that only rise, by power times time", async () => {
    for (const { importWh, exportWh, watts } of await past(days(3))) {
      for (let step = 1; step < importWh.length; step++) {
        const risen = (importWh[step] as number) - (importWh[step - 1] as number);
        const given = (exportWh[step] as number) - (exportWh[step - 1] as number);
        expect(risen).toBeGreaterThanOrEqual(0);
        expect(given).toBeGreaterThanOrEqual(0);
        expect(risen - given).toBeCloseTo((watts[step] as number) / 12, 6);
      }
    }
  });

  it("is about what the household does in the same time", async () => {
    const household = new Household({ seed: 1, zone, start: (to - days(1)) as Instant });
    const before = APPLIANCES.map((appliance) => household.read(appliance).importWh);
    household.advanceTo(to);
    for (const [index, { appliance, importWh }] of (await past(days(1))).entries()) {
      const lived = household.read(appliance).importWh - (before[index] ?? 0);
      const told = (importWh.at(-1) ?? 0) - (importWh[0] ?? 0);
      expect(Math.abs(told - lived)).toBeLessThan(0.05 * lived + 100);
    }
  });

  it("is warmer in summer, and the year fits into the registers", async () => {
    const year = await past(days(365));
    const climate = year.find(({ appliance }) => appliance.key === "air-conditioning");
    const month = (iso: string): number => {
      const first = climate?.at.findIndex((at) => at >= Date.parse(iso)) ?? 0;
      return (climate?.importWh[first + 30 * 288] ?? 0) - (climate?.importWh[first] ?? 0);
    };
    expect(month("2026-07-01T06:00:00Z")).toBeGreaterThan(1.5 * month("2026-01-01T06:00:00Z"));
    for (const { importWh, exportWh } of year) {
      expect(importWh[0]).toBeGreaterThan(0);
      expect(exportWh[0]).toBeGreaterThanOrEqual(0);
    }
  });
});

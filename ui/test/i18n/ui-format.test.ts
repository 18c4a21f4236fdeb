import { describe, expect, it } from "vitest";
import { liveStep, UiFormat } from "../../src/i18n/ui-format.js";

const MADRID_NOON = Date.UTC(2026, 2, 29, 10, 0);
const mexico = new UiFormat({ region: "es-MX", zone: "America/Mexico_City", currency: "MXN", hour12: false });
const spain = new UiFormat({ region: "es-ES", zone: "Europe/Madrid", currency: "EUR", hour12: false });
const states = new UiFormat({ region: "en-US", zone: "America/New_York", currency: "USD", hour12: true });

describe("UiFormat", () => {
  it("writes times in the zone of the site, not of this machine", () => {
    expect(mexico.time(MADRID_NOON)).toBe("04:00");
    expect(spain.time(MADRID_NOON)).toBe("12:00");
    expect(states.time(MADRID_NOON)).toMatch(/^6:00\sAM$/u);
  });

  it("shortens whole hours of an axis", () => {
    expect(states.axisTime(MADRID_NOON)).toMatch(/^6\sAM$/u);
    expect(spain.axisTime(MADRID_NOON)).toBe("12:00");
    expect(spain.axisTime(MADRID_NOON, true)).toBe("12:00:00");
  });

  it("joins number and unit with a space that does not break", () => {
    expect(mexico.quantity(2_140, "W")).toBe("2.14\u00a0kW");
    expect(spain.quantity(2_140, "W")).toBe("2,14\u00a0kW");
    expect(mexico.quantity(840, "W")).toBe("840\u00a0W");
  });

  it.each([
    [4_000, "4\u00a0s"],
    [61_000, "1\u00a0min"],
    [7_200_000, "2\u00a0h"],
    [8_040_000, "2\u00a0h 14\u00a0min"],
    [90_000_000, "1\u00a0d 1\u00a0h"],
    [-5, "0\u00a0s"],
  ])("%d ms last %s", (ms, words) => {
    expect(mexico.span(ms)).toBe(words);
  });
});

describe("liveStep", () => {
  const watts = { unit: "W", divisor: 1 };
  const kilowatts = { unit: "kW", divisor: 1_000 };

  it("does not flicker near 1000 W", () => {
    expect(liveStep(1_020, "W", watts)).toEqual(watts);
    expect(liveStep(980, "W", kilowatts)).toEqual(kilowatts);
    expect(liveStep(1_060, "W", watts)).toEqual(kilowatts);
    expect(liveStep(940, "W", kilowatts)).toEqual(watts);
  });

  it("starts as any figure does", () => {
    expect(liveStep(1_020, "W", undefined)).toEqual(kilowatts);
  });
});

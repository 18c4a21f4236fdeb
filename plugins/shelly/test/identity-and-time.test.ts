import { instant, minutes } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hardwareIdOf, isFactoryId, isWireId, macInWireId, normalizedMac } from "../src/hardware-id.js";
import { dateOf, instantOf } from "../src/instant-of.js";

describe("hardware ids", () => {
  it.each([
    ["shellyplus1pm-a8032412c3d4", "a8032412c3d4"],
    ["shellywalldisplay-000822A1B2C3", "000822a1b2c3"],
    ["shelly-plus-ht-08b61fce63c4", "08b61fce63c4"],
    ["shellyplug-s-C38EAB", "shellyplug-s-C38EAB"],
    ["MyShelly", "MyShelly"],
  ])("of %s is %s", (wireId, expected) => {
    expect(hardwareIdOf(wireId)).toBe(expected);
  });

  it.each(["A8032412C3D4", "a8:03:24:12:c3:d4"])("reads the MAC %s", (mac) =>
    expect(normalizedMac(mac)).toBe("a8032412c3d4"),
  );
  it.each(["", "a803", "g8032412c3d4", 12, null, "a8032412c3d"])("takes %j for no MAC", (mac) =>
    expect(normalizedMac(mac)).toBeUndefined(),
  );
  it.each(["", "a/b", "+", "x#", "á", "a".repeat(81), 5])("%j is no name for a device", (name) =>
    expect(isWireId(name)).toBe(false),
  );

  it("tells factory ids from names", () => {
    expect(isFactoryId("shellyplus1pm-a8032412c3d4")).toBe(true);
    expect(isFactoryId("cocina-a8032412c3d4")).toBe(false);
    expect(macInWireId("shellyplug-s-C38EAB")).toBeUndefined();
  });
});

const ARRIVAL = instant(Date.parse("2026-11-14T12:00:00Z"));
const arrivalS = ARRIVAL / 1000;

describe("the instant of a reading", () => {
  it.each([
    ["seconds since boot", 44.12, ARRIVAL],
    ["no time", null, ARRIVAL],
    ["zero", 0, ARRIVAL],
    ["text", "1794657600", ARRIVAL],
    ["an hour ago: a broker may have kept the message", arrivalS - 3600, ARRIVAL - 3_600_000],
    ["a little ahead", arrivalS + 200, ARRIVAL + 200_000],
    ["far ahead", arrivalS + 301, ARRIVAL],
    ["milliseconds instead of seconds", ARRIVAL, ARRIVAL],
  ])("for %s", (_what, unixSeconds, expected) => {
    expect(instantOf({ unixSeconds, arrival: ARRIVAL })).toBe(expected);
  });

  it("keeps the hundredths that devices send", () => expect(dateOf(1708326851.41)).toBe(1708326851410));

  it("is the arrival while the device's clock is known to be wrong", () => {
    expect(instantOf({ unixSeconds: arrivalS - 3600, arrival: ARRIVAL, skewMs: -3_600_000 })).toBe(ARRIVAL);
    expect(instantOf({ unixSeconds: arrivalS - 3600, arrival: ARRIVAL, skewMs: -20_000 })).toBe(ARRIVAL - 3_600_000);
  });

  it("never lies more than five minutes after the arrival", () => {
    fc.assert(
      fc.property(fc.anything(), fc.double(), (unixSeconds, skewMs) => {
        expect(instantOf({ unixSeconds, arrival: ARRIVAL, skewMs })).toBeLessThanOrEqual(ARRIVAL + minutes(5));
      }),
    );
  });
});

import { hours, instant, minutes } from "@vatio/plugin-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availabilityOf, NEVER } from "../src/availability.js";

const limits = { activeFor: minutes(30), disconnectedFor: hours(24) };
const now = instant(1e12);

describe("availabilityOf", () => {
  it.each([
    [0, "active"],
    [minutes(30) - 1, "active"],
    [minutes(30), "disconnected"],
    [hours(24) - 1, "disconnected"],
    [hours(24), "no-data"],
    [-hours(1), "active"],
  ])("is after %i ms of silence %s", (silence, expected) => {
    expect(availabilityOf(instant(now - silence), now, limits)).toBe(expected);
  });

  it("has no data of a meter that was never heard", () => {
    expect(availabilityOf(NEVER, now, limits)).toBe("no-data");
  });

  it("only gets worse while nothing is heard", () => {
    const order = ["active", "disconnected", "no-data"];
    fc.assert(
      fc.property(fc.nat(hours(48)), fc.nat(hours(48)), (a, b) => {
        const rank = (silence: number) => order.indexOf(availabilityOf(instant(now - silence), now, limits));
        expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)));
      }),
    );
  });
});

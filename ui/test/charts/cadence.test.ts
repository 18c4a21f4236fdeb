import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cadence } from "../../src/charts/cadence.js";

function intervalOf(instants: readonly number[]): number | undefined {
  const cadence = new Cadence();
  for (const at of instants) cadence.add(at);
  return cadence.interval;
}

describe("Cadence", () => {
  it("is unknown before two readings", () => {
    expect(intervalOf([])).toBeUndefined();
    expect(intervalOf([5_000])).toBeUndefined();
    expect(intervalOf([5_000, 5_000])).toBeUndefined();
  });

  it("is the usual distance, whatever one outage took", () => {
    expect(intervalOf([0, 10_000, 20_000, 30_000])).toBe(10_000);
    expect(intervalOf([0, 3_600_000, 3_610_000])).toBe(10_000);
  });

  it("lets late and doubled readings aside", () => {
    expect(intervalOf([0, 10_000, 3_000, 10_000, 20_000])).toBe(10_000);
  });

  it("follows a device that changes its pace", () => {
    const slow = Array.from({ length: 40 }, (_, index) => index * 60_000);
    const fast = Array.from({ length: 12 }, (_, index) => 40 * 60_000 + index * 1_000);
    expect(intervalOf([...slow, ...fast])).toBe(1_000);
  });

  it("finds any steady pace", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 2, max: 50 }), (pace, count) => {
        expect(intervalOf(Array.from({ length: count }, (_, index) => index * pace))).toBe(pace);
      }),
    );
  });
});

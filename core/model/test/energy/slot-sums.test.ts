import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EnergyDelta, type Instant, SLOT_MS, type SlotIndex, SlotSums } from "../../src/index.js";
import { at, T0 } from "./meter-run.js";

const SLOT0 = T0 / SLOT_MS;

const delta = (from: number, to: number, wh: number, more: Partial<EnergyDelta> = {}): EnergyDelta => ({
  direction: "import",
  from: at(from),
  to: at(to),
  wh,
  reason: "normal",
  estimated: false,
  ...more,
});

const sumsOf = (...deltas: readonly EnergyDelta[]): SlotSums => {
  const sums = new SlotSums();
  for (const each of deltas) sums.add(each);
  return sums;
};

describe("slot sums", () => {
  it("split a delta by time", () => {
    const slots = sumsOf(delta(450, 2_250, 200)).all();
    expect(slots.map(({ slot, importWh, coverage }) => [slot - SLOT0, importWh, coverage])).toEqual([
      [0, 50, 0.5],
      [1, 100, 1],
      [2, 50, 0.5],
    ]);
  });

  it("end a delta at the edge of its last slot", () => {
    expect(sumsOf(delta(0, 900, 7)).all()).toHaveLength(1);
  });

  it("keep the energy of no time in the slot that it is in", () => {
    expect(sumsOf(delta(900, 900, 7, { reason: "interval" })).all()).toMatchObject([
      { slot: SLOT0 + 1, importWh: 7, coverage: 0 },
    ]);
  });

  it("mark what was measured and what was estimated, and cover only what somebody saw", () => {
    const gap = { reason: "gap", estimated: true } as const;
    const [slot] = sumsOf(delta(0, 300, 1), delta(300, 900, 5, gap)).all();
    expect(slot).toMatchObject({ importWh: 6, coverage: 1 / 3, quality: 3 });
    const integrated = { reason: "integrated", estimated: true } as const;
    expect(sumsOf(delta(0, 900, 1, integrated)).all()).toMatchObject([{ coverage: 1, quality: 2 }]);
  });

  it("take the numbers of the bits from the caller", () => {
    const sums = new SlotSums({ measured: 16, estimated: 32 });
    sums.add(delta(0, 900, 1));
    expect(sums.get(SLOT0 as SlotIndex)?.quality).toBe(16);
  });

  it("cover time once for both directions, and tell what nothing is known of", () => {
    const out = { direction: "export" } as const;
    expect(sumsOf(delta(0, 900, 1), delta(0, 900, 2, out)).all()).toMatchObject([{ coverage: 1, exportWh: 2 }]);
    expect(sumsOf(delta(0, 900, 1)).all()).toMatchObject([{ exportWh: Number.NaN }]);
    const power = { reason: "integrated", estimated: true } as const;
    expect(sumsOf(delta(0, 450, 1, power), delta(450, 900, 2, { ...power, ...out })).all()).toMatchObject([
      { coverage: 1, importWh: 1, exportWh: 2 },
    ]);
  });

  it("hand out what is settled, once", () => {
    const sums = sumsOf(delta(0, 2_700, 3));
    expect(sums.drain(at(1_799)).map(({ slot }) => slot - SLOT0)).toEqual([0]);
    expect(sums.drain(at(1_800)).map(({ slot }) => slot - SLOT0)).toEqual([1]);
    expect([sums.size, sums.get(SLOT0 as SlotIndex)]).toEqual([1, undefined]);
  });

  it("add up to the delta whatever its span", () => {
    const span = fc.tuple(fc.nat(10_000_000), fc.integer({ min: 0, max: 400_000_000 }));
    fc.assert(
      fc.property(span, fc.double({ min: 0, max: 1e9, noNaN: true }), ([from, ms], wh) => {
        const sums = new SlotSums();
        const begin = (T0 + from) as Instant;
        sums.add({ ...delta(0, 0, wh), from: begin, to: (begin + ms) as Instant });
        const slots = sums.all();
        const total = slots.reduce((sum, slot) => sum + slot.importWh, 0);
        expect(Math.abs(total - wh)).toBeLessThanOrEqual(wh * 1e-12);
        const covered = slots.reduce((sum, slot) => sum + slot.coverage * SLOT_MS, 0);
        expect(covered).toBeCloseTo(ms, 3);
        expect(slots.every((slot) => slot.importWh >= 0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { EnergyMeter, type EnergyReading } from "../../src/index.js";
import { at, every, runMeter } from "./meter-run.js";

const power = (...rows: readonly (readonly [second: number, watts: number])[]): EnergyReading[] =>
  rows.map(([second, powerW]) => ({ at: at(second), powerW }));

describe("power without a register", () => {
  it("holds each value until the next one", () => {
    const run = runMeter(power([0, 2], [30, 2_000], [36, 2_000], [40, 2]));
    expect(run.importWh).toBeCloseTo((2 * 30 + 2_000 * 10) / 3_600, 9);
    expect(run.deltas.every((delta) => delta.estimated && delta.reason === "integrated")).toBe(true);
  });

  it("counts nothing over longer gaps, the limit included", () => {
    expect(runMeter(power([0, 600], [60, 600])).importWh).toBeCloseTo(10, 9);
    expect(runMeter(power([0, 600], [60.001, 600])).importWh).toBe(0);
    expect(runMeter(power([0, 600], [300, 600]), { powerGapMs: 300_000 }).importWh).toBeCloseTo(50, 9);
  });

  it("takes negative power for export", () => {
    const run = runMeter(power([0, -360], [10, 720], [20, 0]));
    expect(run.exportWh).toBeCloseTo(1, 9);
    expect(run.importWh).toBeCloseTo(2, 9);
  });

  it("lets one value beyond the circuit change nothing", () => {
    const right = power([0, 500], [10, 500], [20, 500], [30, 500]);
    const wrong = power([0, 500], [10, 500], [20, 500_000], [30, 500]);
    expect(runMeter(wrong).importWh).toBeCloseTo(runMeter(right).importWh, 9);
  });

  it("settles up to the value that still holds, and beyond it when that is too old", () => {
    const meter = new EnergyMeter();
    meter.read({ at: at(0), powerW: 5 });
    meter.read({ at: at(30) });
    expect(meter.settledUntil).toBe(at(0));
    meter.read({ at: at(90) });
    expect(meter.settledUntil).toBe(at(90));
  });

  it("ends where a register begins, and never counts both", () => {
    const run = runMeter([
      ...power([0, 3_600], [10, 3_600]),
      { at: at(20), importWh: 1_000, powerW: 3_600 },
      { at: at(30), importWh: 1_010, powerW: 3_600 },
      ...power([40, 3_600], [50, 3_600]),
      { at: at(60), importWh: 1_040, powerW: 3_600 },
    ]);
    expect(run.importWh).toBeCloseTo(20 + 40, 9);
    const ends = runMeter([...power([0, 3_600]), ...every(10, [1_000, 1_010], 10)]);
    expect(ends.importWh).toBeCloseTo(10 + 10, 9);
    expect(ends.deltas.every((delta) => delta.to > delta.from)).toBe(true);
  });
});

describe("intervals", () => {
  const interval = (second: number, seconds: number, wh: number): EnergyReading => ({
    at: at(second),
    intervalMs: seconds * 1_000,
    intervalImportWh: wh,
  });

  it("are exact spans", () => {
    const run = runMeter([interval(0, 900, 250), { ...interval(900, 900, 0), intervalExportWh: 40 }]);
    expect(run.deltas).toEqual([
      { direction: "import", from: at(0), to: at(900), wh: 250, reason: "interval", estimated: false },
      { direction: "import", from: at(900), to: at(1_800), wh: 0, reason: "interval", estimated: false },
      { direction: "export", from: at(900), to: at(1_800), wh: 40, reason: "interval", estimated: false },
    ]);
    expect(run.meter.settledUntil).toBe(at(900));
  });

  it("keep the energy of one that takes no time", () => {
    expect(runMeter([interval(0, 0, 7)]).deltas).toMatchObject([{ from: at(0), to: at(0), wh: 7 }]);
  });

  it("count time once when a file repeats its spans, and forgive a clock that runs fast", () => {
    const repeated = [interval(0, 3_600, 100), interval(1_800, 3_600, 100), interval(2_000, 60, 5)];
    expect(runMeter(repeated).importWh).toBeCloseTo(150, 9);
    const jitter = [interval(0, 60, 10), interval(59.5, 60, 10), interval(119, 60, 10)];
    expect(runMeter(jitter).importWh).toBeCloseTo(30, 9);
  });

  it("silence power", () => {
    const run = runMeter([...power([0, 3_600]), interval(10, 60, 5), ...power([20, 3_600], [30, 3_600])]);
    expect(run.importWh).toBeCloseTo(10 + 5, 9);
  });

  it("give the gap of a register its course and leave its total", () => {
    const readings = [
      ...every(60, [5_000, 5_010]),
      { ...interval(120, 3_600, 900), importWh: 5_020 },
      interval(3_720, 3_600, 100),
      ...every(60, [6_100, 6_110], 7_800),
    ];
    const run = runMeter(readings);
    expect(run.importWh).toBeCloseTo(1_110, 6);
    expect(run.deltas.filter((delta) => delta.reason === "interval").map((delta) => delta.wh)).toEqual([900, 100]);
  });

  it("never count what a register showed before them", () => {
    const run = runMeter([...every(1_800, [5_000, 5_100, 5_200]), { ...interval(3_601, 10, 0) }]);
    expect(run.importWh).toBe(200);
  });
});

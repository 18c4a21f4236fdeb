import { describe, expect, it } from "vitest";
import type { Point, Site } from "../../../src/data/api.js";
import { siteFigures } from "../../../src/pages/now/site-figures.js";
import { point } from "../../support/points.js";

const site: Site = {
  id: "s",
  name: "s",
  zone: "UTC",
  currency: "MXN",
  language: "es",
  region: "es-MX",
  nominalVoltage: 127,
  phases: 3,
};
const phases: Point[] = [1, 2, 3].map((phase) =>
  point(`l${phase}`, "grid", { parent: "em", phase: phase as 1 | 2 | 3 }),
);
const connection = [point("em", "grid", { powerCeiling: 15_240 }), ...phases];

function figures(
  points: readonly Point[],
  values: Readonly<Record<string, Readonly<Record<string, number>>>>,
  at = 1_000,
) {
  const read = ({ id }: Point, metric: string) => {
    const value = values[id]?.[metric];
    return value === undefined ? undefined : { at, value };
  };
  return Object.fromEntries(siteFigures(points, { read, site, now: 1_000 }).map((figure) => [figure.kind, figure]));
}

describe("siteFigures", () => {
  it("judges voltage against ten per cent of nominal and names the phase that is outside", () => {
    const normal = figures(connection, { l1: { voltage_v: 127 }, l2: { voltage_v: 126 }, l3: { voltage_v: 128 } });
    expect(normal.voltage).toMatchObject({ value: 127, state: "normal" });
    expect(normal.voltage?.track?.mark).toBeCloseTo(0.5, 6);
    const low = figures(connection, { l1: { voltage_v: 127 }, l2: { voltage_v: 110 }, l3: { voltage_v: 128 } });
    expect(low.voltage).toMatchObject({ state: "outside", point: { id: "l2" } });
  });

  it("shows the phase with the highest current against what the connection carries", () => {
    const { current } = figures(connection, { l1: { current_a: 6 }, l2: { current_a: -15.1 }, l3: { current_a: 4 } });
    expect(current).toMatchObject({ value: 15.1, limits: { high: 40 }, point: { id: "l2" }, state: "normal" });
  });

  it("has no limit of current where nobody said one", () => {
    expect(figures([point("plug", "load")], { plug: { current_a: 5 } }).current).toMatchObject({ state: "none" });
  });

  it("weighs power factors by power", () => {
    const { powerFactor } = figures(connection, {
      l1: { power_factor: 0.95, power_w: 999 },
      l2: { power_factor: 0.2, power_w: 0 },
    });
    expect(powerFactor?.value).toBeCloseTo(0.95, 2);
  });

  it("does not call 0.90 less than 0.90", () => {
    expect(figures(connection, { l1: { power_factor: 0.897 } }).powerFactor?.state).toBe("normal");
    expect(figures(connection, { l1: { power_factor: 0.85 } }).powerFactor?.state).toBe("outside");
  });

  it.each([
    [60.02, "normal", 59.8],
    [49.7, "outside", 49.8],
  ])("knows which frequency %d belongs to", (value, state, low) => {
    expect(figures(connection, { l1: { frequency_hz: value } }).frequency).toMatchObject({ state, limits: { low } });
  });

  it("adds up the counters of all phases, and none while one has said nothing", () => {
    const meters = ["a", "b", "c"].map((id) => point(id, "grid", { metrics: ["power_w", "energy_import_wh"] }));
    const two = { a: { energy_import_wh: 1_000 }, b: { energy_import_wh: 2_000 } };
    expect(figures(meters, { ...two, c: { energy_import_wh: 500 } }).energy).toMatchObject({ value: 3_500 });
    expect(figures(meters, two).energy).toBeUndefined();
  });

  it("leaves out what is old or was never measured, but not a counter", () => {
    const old = figures(connection, { l1: { voltage_v: 127 }, em: { energy_import_wh: 5_000 } }, -400_000);
    expect(Object.keys(old)).toEqual(["energy"]);
    expect(figures([], {})).toEqual({});
  });
});

/** Factor to the SI unit in which Vatio stores a value, and that unit. */
export interface UnitScale {
  readonly unit: string;
  readonly factor: number;
}

/** Units that devices and files use, with the factor to the stored unit. Gen1 Shelly counts energy in watt-minutes (`Wmin`). */
export const UNIT_SCALES: Readonly<Record<string, UnitScale>> = {
  mW: { unit: "W", factor: 1e-3 },
  W: { unit: "W", factor: 1 },
  kW: { unit: "W", factor: 1e3 },
  MW: { unit: "W", factor: 1e6 },
  mWh: { unit: "Wh", factor: 1e-3 },
  Wmin: { unit: "Wh", factor: 1 / 60 },
  Wh: { unit: "Wh", factor: 1 },
  kWh: { unit: "Wh", factor: 1e3 },
  MWh: { unit: "Wh", factor: 1e6 },
  mV: { unit: "V", factor: 1e-3 },
  V: { unit: "V", factor: 1 },
  mA: { unit: "A", factor: 1e-3 },
  A: { unit: "A", factor: 1 },
  Hz: { unit: "Hz", factor: 1 },
  VA: { unit: "VA", factor: 1 },
  var: { unit: "var", factor: 1 },
};

/** A value in the stored unit, or undefined when the unit is not known. `toStored(3.75, "kW")` is 3750. */
export function toStored(value: number, unit: string): number | undefined {
  const scale = UNIT_SCALES[unit];
  return scale ? value * scale.factor : undefined;
}

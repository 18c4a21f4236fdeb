/** Wh of one unit of energy. Joule and calorie by definition (ISO 80000-5; the calorie is the thermochemical one). */
export const WH_OF: Readonly<Record<string, number>> = {
  mWh: 1e-3,
  Wh: 1,
  kWh: 1e3,
  MWh: 1e6,
  GWh: 1e9,
  TWh: 1e12,
  J: 1 / 3_600,
  kJ: 1e3 / 3_600,
  MJ: 1e6 / 3_600,
  GJ: 1e9 / 3_600,
  cal: 4.184 / 3_600,
  kcal: 4_184 / 3_600,
  Mcal: 4.184e6 / 3_600,
  Gcal: 4.184e9 / 3_600,
};

/** W of one unit of power. */
export const W_OF: Readonly<Record<string, number>> = { mW: 1e-3, W: 1, kW: 1e3, MW: 1e6, GW: 1e9 };

const insensitive = new Map(["Wh", "kWh", "GWh", "W", "kW", "GW"].map((unit) => [unit.toLowerCase(), unit]));

/** The unit as it is spelt in the tables; `KWH` and `kwh` are `kWh`. Undefined when it is none of energy or power. */
export function unitOf(written: string): string | undefined {
  const trimmed = written.trim();
  if (Object.hasOwn(WH_OF, trimmed) || Object.hasOwn(W_OF, trimmed)) return trimmed;
  // Nobody imports milliwatt-hours in capitals: MWH is the larger one.
  if (trimmed.toLowerCase() === "mwh") return "MWh";
  return insensitive.get(trimmed.toLowerCase());
}

/** The six metrics that a meter of the bench reports. */
export const METER_METRICS = [
  "power_w",
  "voltage_v",
  "current_a",
  "energy_import_wh",
  "power_factor",
  "frequency_hz",
] as const;

const round = (value: number, step: number): number => Math.round(value / step) * step;

/** Noise in [-1, 1] that a number decides. */
function noise(seed: number): number {
  let t = (seed + 0x6d2b79f5) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
}

/**
 * Columns of a meter with the steps of a cheap one (0.1 V, 1 mA, 0.1 W, 1 Wh, 0.01, 0.1 Hz): a fridge that cycles on a base load, a kettle
 * now and then, the mains wandering. Seconds [from, to) of a day; each meter has its own.
 */
export function meterColumns(meter: number, from: number, to: number): Record<string, Float64Array> {
  const columns = Object.fromEntries(METER_METRICS.map((metric) => [metric, new Float64Array(to - from)]));
  const put = (metric: (typeof METER_METRICS)[number], i: number, value: number): void => {
    (columns[metric] as Float64Array)[i] = value;
  };
  for (let i = 0; i < to - from; i++) {
    const second = from + i + meter * 977;
    const fridge = second % 2_700 < 900 ? 85 + 3 * noise(second >> 3) : 0;
    const kettle = second % 21_600 < 150 ? 1_950 : 0;
    const power = round(42 + fridge + kettle + 1.5 * noise(second), 0.1);
    const voltage = round(230 + 3 * Math.sin(second / 4_000) + 0.4 * noise(second >> 1), 0.1);
    const factor = round(kettle > 0 ? 0.99 : 0.71 + 0.02 * noise(second >> 4), 0.01);
    put("power_w", i, power);
    put("voltage_v", i, voltage);
    put("current_a", i, round(power / voltage / factor, 0.001));
    put("energy_import_wh", i, Math.floor(1e6 + (second * 95) / 3_600));
    put("power_factor", i, factor);
    put("frequency_hz", i, round(50 + 0.05 * noise(second >> 5), 0.1));
  }
  return columns;
}

import type { MetricName } from "@vatio/plugin-api";
import type { Limits } from "./limits.js";

/** One of the seven values that an EnerTrack node measures. */
export interface Magnitude extends Limits {
  readonly metric: MetricName;
  /** Power of ten from the unit on the wire to the stored one. */
  readonly shift: number;
}

/**
 * The last level of an EnerTrack topic and what it means. Units on the wire: V, A, none, Hz, W, kWh, kWh. The limits are wide enough for
 * any low-voltage circuit; the PZEM-004T itself ends at 260 V, 100 A, 23 kW and 9,999.99 kWh.
 */
export const MAGNITUDES: ReadonlyMap<string, Magnitude> = new Map([
  ["tension", { metric: "voltage_v", shift: 0, least: 0, most: 1_000 }],
  ["corriente", { metric: "current_a", shift: 0, least: 0, most: 10_000 }],
  ["fp", { metric: "power_factor", shift: 0, least: 0, most: 1 }],
  ["frecuencia", { metric: "frequency_hz", shift: 0, least: 0, most: 1_000 }],
  ["potencia_prom", { metric: "power_w", shift: 0, least: 0, most: 1e7 }],
  ["consumo", { metric: "energy_delta_wh", shift: 3, least: 0, most: 1e7 }],
  ["energy_raw", { metric: "energy_import_wh", shift: 3, least: 0, most: 1e11 }],
]);

/** Every metric of an EnerTrack node. */
export const ENERTRACK_METRICS: readonly MetricName[] = [...MAGNITUDES.values()].map(({ metric }) => metric);

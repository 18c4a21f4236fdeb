/** Registered name with the unit as suffix: `power_w`, `energy_import_wh`. */
export type MetricName = string;

/** `gauge`: a value at an instant. `counter`: a register that only rises but for resets and rollovers. `state`: 0 or 1. */
export type MetricKind = "gauge" | "counter" | "state";

/** What the registry knows about a metric. */
export interface Metric {
  readonly name: MetricName;
  /** Unit symbol as shown to a person; empty for a pure number. */
  readonly unit: string;
  readonly kind: MetricKind;
  /** Inclusive limits of what a sensor can report at all; a value outside is rejected and counted. */
  readonly min: number;
  readonly max: number;
  /** Decimals that are worth showing. */
  readonly decimals: number;
}

const metric = (
  name: MetricName,
  unit: string,
  kind: MetricKind,
  limits: readonly [min: number, max: number, decimals: number],
): Metric => {
  const [min, max, decimals] = limits;
  return { name, unit, kind, min, max, decimals };
};

/** Metrics that the hub knows without any plugin. Import and consumption are positive, export is negative power. */
export const CORE_METRICS: readonly Metric[] = [
  metric("power_w", "W", "gauge", [-1e8, 1e8, 1]),
  metric("energy_import_wh", "Wh", "counter", [0, 1e13, 0]),
  metric("energy_export_wh", "Wh", "counter", [0, 1e13, 0]),
  metric("energy_delta_wh", "Wh", "gauge", [-1e9, 1e9, 1]),
  metric("interval_import_wh", "Wh", "gauge", [0, 1e10, 1]),
  metric("interval_export_wh", "Wh", "gauge", [0, 1e10, 1]),
  metric("interval_s", "s", "gauge", [0, 1e8, 0]),
  metric("voltage_v", "V", "gauge", [-1e6, 1e6, 1]),
  metric("current_a", "A", "gauge", [-1e6, 1e6, 2]),
  metric("frequency_hz", "Hz", "gauge", [0, 1e5, 2]),
  metric("power_factor", "", "gauge", [-1.01, 1.01, 2]),
  metric("apparent_va", "VA", "gauge", [-1e8, 1e8, 1]),
  metric("reactive_var", "var", "gauge", [-1e8, 1e8, 1]),
  metric("switch_on", "", "state", [0, 1, 0]),
  metric("temperature_c", "°C", "gauge", [-273.15, 5_000, 1]),
  metric("humidity_pct", "%", "gauge", [0, 100, 1]),
  metric("vibration_mm_s", "mm/s", "gauge", [0, 1e5, 2]),
  metric("vibration_g", "g", "gauge", [0, 1e5, 3]),
  metric("speed_rpm", "rpm", "gauge", [-1e6, 1e6, 0]),
];

const NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** The metrics of a hub: the core ones and those that its plugins registered. */
export class MetricRegistry {
  readonly #metrics = new Map<MetricName, Metric>(CORE_METRICS.map((entry) => [entry.name, entry]));

  /** The entry, or undefined when nobody registered the name. */
  get(name: MetricName): Metric | undefined {
    return this.#metrics.get(name);
  }

  /** Every entry, in order of registration. */
  all(): readonly Metric[] {
    return [...this.#metrics.values()];
  }

  /**
   * Adds a metric. The same name with the same unit and kind is accepted again (two plugins may share one).
   * @returns false when the name is not well formed, or is taken with another unit or kind.
   */
  register(entry: Metric): boolean {
    const known = this.#metrics.get(entry.name);
    if (known) return known.unit === entry.unit && known.kind === entry.kind;
    if (!NAME.test(entry.name) || entry.name.length > 63) return false;
    this.#metrics.set(entry.name, entry);
    return true;
  }
}

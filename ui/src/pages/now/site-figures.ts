import type { Point, Reading, Site } from "../../data/api.js";
import { STALE_MS, topmost } from "./balance.js";

/** One electrical value of a site, with where it is normal. Shares are of the width of its track, 0 to 1. */
export interface SiteFigure {
  readonly kind: "voltage" | "current" | "powerFactor" | "frequency" | "energy" | "exported";
  readonly value: number;
  /** Stored unit. */
  readonly unit: string;
  readonly track?: { readonly from: number; readonly to: number; readonly mark: number };
  readonly state: "normal" | "outside" | "none";
  /** Normal limits in the stored unit. */
  readonly limits?: { readonly low?: number; readonly high?: number };
  /** Point that the value is of, when it is one of several. */
  readonly point?: Point;
}

export type Read = (point: Point, metric: string) => Reading | undefined;

const TOLERANCE = 0.1;
const POWER_FACTOR_LEAST = 0.9;
const FREQUENCY_TOLERANCE = 0.2;

interface Sample {
  readonly point: Point;
  readonly value: number;
}

/**
 * Voltage within ±10 % of nominal (EN 50160, CFE L0000-02), current against what the connection carries, power factor of
 * 0.90 at least, frequency within ±0.2 Hz, and the counter of the meter itself.
 */
export function siteFigures(
  points: readonly Point[],
  { read, site, now }: { readonly read: Read; readonly site: Site; readonly now: number },
): SiteFigure[] {
  const circuits = measuringPoints(points);
  const samples = (metric: string): Sample[] =>
    circuits.flatMap((point) => {
      const reading = read(point, metric);
      return reading && now - reading.at <= STALE_MS ? [{ point, value: reading.value }] : [];
    });
  const meters = topmost(points, ({ role }) => role === "grid");
  // A counter stands while its meter is silent, but the sum of some meters is not that of all.
  const counters = (metric: string): Sample[] => {
    if (meters.some((point) => point.metrics.includes(metric) && !read(point, metric))) return [];
    return meters.flatMap((point) => {
      const reading = read(point, metric);
      return reading ? [{ point, value: reading.value }] : [];
    });
  };
  return [
    voltage(samples("voltage_v"), site.nominalVoltage),
    current(samples("current_a"), { meters, site }),
    powerFactor(samples("power_factor"), samples("power_w")),
    frequency(samples("frequency_hz")),
    counter("energy", counters("energy_import_wh")),
    counter(
      "exported",
      counters("energy_export_wh").filter(({ value }) => value > 0),
    ),
  ].filter((figure) => figure !== undefined);
}

/** The phases of the connection, else the connection, else any circuit: where the supply is best seen. */
export function measuringPoints(points: readonly Point[]): readonly Point[] {
  const grid = points.filter(({ role }) => role === "grid");
  const phases = grid.filter(({ phase }) => phase !== undefined);
  if (phases.length > 0) return phases;
  return grid.length > 0 ? grid : points.filter(({ phase, parent }) => phase === undefined || parent === undefined);
}

function voltage(samples: readonly Sample[], nominal: number): SiteFigure | undefined {
  if (samples.length === 0) return undefined;
  const value = mean(samples);
  const [low, high] = [nominal * (1 - TOLERANCE), nominal * (1 + TOLERANCE)];
  const worst = worstOf(samples, nominal);
  const outside = worst.value < low || worst.value > high;
  const mark = within((value / nominal - (1 - 2 * TOLERANCE)) / (4 * TOLERANCE));
  return {
    kind: "voltage",
    value,
    unit: "V",
    track: { from: 0.25, to: 0.75, mark },
    state: outside ? "outside" : "normal",
    limits: { low, high },
    ...(outside && samples.length > 1 ? { point: worst.point } : {}),
  };
}

const worstOf = (samples: readonly Sample[], nominal: number): Sample =>
  samples.reduce((worst, sample) =>
    Math.abs(sample.value - nominal) > Math.abs(worst.value - nominal) ? sample : worst,
  );

function current(
  samples: readonly Sample[],
  { meters, site }: { readonly meters: readonly Point[]; readonly site: Site },
): SiteFigure | undefined {
  const [first] = samples;
  if (!first) return undefined;
  const most = samples.reduce((best, sample) => (Math.abs(sample.value) > Math.abs(best.value) ? sample : best), first);
  const ceiling = meters.reduce((sum, { powerCeiling = 0 }) => sum + powerCeiling, 0);
  const value = Math.abs(most.value);
  const named = samples.length > 1 ? { point: most.point } : {};
  if (ceiling <= 0) return { kind: "current", value, unit: "A", state: "none", ...named };
  const high = ceiling / site.nominalVoltage / site.phases;
  return {
    kind: "current",
    value,
    unit: "A",
    track: { from: 0, to: 0.8, mark: within(value / high) },
    state: value > high ? "outside" : "normal",
    limits: { high },
    ...named,
  };
}

/** Of several phases: weighted by their power, because the phase that idles says little. */
function powerFactor(factors: readonly Sample[], powers: readonly Sample[]): SiteFigure | undefined {
  if (factors.length === 0) return undefined;
  const weightOf = ({ point }: Sample): number =>
    Math.abs(powers.find((power) => power.point.id === point.id)?.value ?? 0) + 1;
  const weights = factors.reduce((sum, factor) => sum + weightOf(factor), 0);
  const value = factors.reduce((sum, factor) => sum + Math.abs(factor.value) * weightOf(factor), 0) / weights;
  return {
    kind: "powerFactor",
    value,
    unit: "",
    track: { from: 0.6, to: 1, mark: within((value - 0.75) / 0.25) },
    state: Math.round(value * 100) / 100 < POWER_FACTOR_LEAST ? "outside" : "normal",
    limits: { low: POWER_FACTOR_LEAST },
  };
}

function frequency(samples: readonly Sample[]): SiteFigure | undefined {
  const [first] = samples;
  if (!first) return undefined;
  const { value } = first;
  const nominal = value > 55 ? 60 : 50;
  const [low, high] = [nominal - FREQUENCY_TOLERANCE, nominal + FREQUENCY_TOLERANCE];
  return {
    kind: "frequency",
    value,
    unit: "Hz",
    track: { from: 0.3, to: 0.7, mark: within(value - nominal + 0.5) },
    state: value < low || value > high ? "outside" : "normal",
    limits: { low, high },
  };
}

function counter(kind: "energy" | "exported", samples: readonly Sample[]): SiteFigure | undefined {
  if (samples.length === 0) return undefined;
  return { kind, value: samples.reduce((sum, { value }) => sum + value, 0), unit: "Wh", state: "none" };
}

const mean = (samples: readonly Sample[]): number =>
  samples.reduce((sum, { value }) => sum + value, 0) / samples.length;

/** A mark stays on its track. */
const within = (share: number): number => Math.max(0.02, Math.min(0.98, share));

import type { Values } from "../reading.js";
import type { MeterRecord } from "./record.js";

const HOUR_S = 3_600;

/** More than 6 MW for a minute is no circuit of a Shelly. */
const MOST_WH_PER_S = 1e5 / 60;

/** How far a mean may lie beyond the extremes of its minute: these are rounded to 0.1 W. */
const SLACK_W = 1;

/** What a record tells of one circuit; undefined when it tells no energy that could be. */
export function circuitValues({ periodS, values }: MeterRecord, prefix: string): Values | undefined {
  const of = (name: string): number | undefined => values[`${prefix}${name}`];
  const [importWh, exportWh = 0] = [of("total_act_energy"), of("total_act_ret_energy")];
  if (!isEnergy(importWh, periodS) || !isEnergy(exportWh, periodS)) return undefined;
  const powerW = meanPower((importWh - exportWh) * (HOUR_S / periodS), of("min_act_power"), of("max_act_power"));
  const voltage = of("avg_voltage");
  // A phase that is not wired shows a ghost of a current.
  const current = voltage === 0 ? undefined : of("avg_current");
  return {
    interval_import_wh: importWh,
    interval_export_wh: exportWh,
    interval_s: periodS,
    ...(powerW === undefined ? {} : { power_w: powerW }),
    ...(voltage === undefined || voltage < 0 ? {} : { voltage_v: voltage }),
    ...(current === undefined || current < 0 ? {} : { current_a: current }),
  };
}

const isEnergy = (wh: number | undefined, periodS: number): wh is number =>
  wh !== undefined && wh >= 0 && wh <= MOST_WH_PER_S * periodS;

/**
 * The energy of a minute as a mean power, when it lies between the lowest and the highest power of that minute: in the records of some
 * devices the two do not belong together, and then there is no telling which one is right.
 */
function meanPower(fromEnergy: number, min: number | undefined, max: number | undefined): number | undefined {
  if (min === undefined || max === undefined || min > max) return undefined;
  const slack = Math.max(SLACK_W, 0.02 * Math.max(Math.abs(min), Math.abs(max)));
  return fromEnergy >= min - slack && fromEnergy <= max + slack ? Math.min(max, Math.max(min, fromEnergy)) : undefined;
}

/** The sum of three phases. Energies add up; a gauge does only when every phase has it. */
export function sumOfPhases(phases: readonly (Values | undefined)[]): Values | undefined {
  const all = phases.filter((values) => values !== undefined);
  if (all.length < phases.length) return undefined;
  const sum = (metric: string): number => all.reduce((total, values) => total + (values[metric] ?? Number.NaN), 0);
  const gauges = ["power_w", "current_a"].map((metric) => [metric, sum(metric)] as const);
  return {
    interval_import_wh: sum("interval_import_wh"),
    interval_export_wh: sum("interval_export_wh"),
    interval_s: all[0]?.interval_s ?? Number.NaN,
    ...Object.fromEntries(gauges.filter(([, value]) => !Number.isNaN(value))),
  };
}

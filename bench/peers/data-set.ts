import { METER_METRICS, meterColumns } from "../store/simulated-meter.js";

/** Readings of one meter over some time. */
export interface MeterBlock {
  readonly meter: number;
  readonly at: Float64Array;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** The readings that every engine gets. */
export interface DataSet {
  readonly name: string;
  readonly meters: number;
  readonly stepMs: number;
  readonly days: number;
  /** First and last instant. */
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  /** In order of time: a day of each meter, then the next day. */
  blocks(): Generator<MeterBlock>;
}

export const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** What a data set is made of. */
export interface DataSetOptions {
  readonly name: string;
  readonly meters: number;
  readonly stepMs: number;
  readonly days: number;
  /** Begin of the day after the last one, UTC. */
  readonly to: number;
}

/** A data set of simulated meters; their clocks jitter by some milliseconds, and some readings are missing. */
export function makeDataSet({ name, meters, stepMs, days, to }: DataSetOptions): DataSet {
  const from = to - days * DAY_MS;
  const step = stepMs / 1_000;
  function* blocks(): Generator<MeterBlock> {
    for (let day = 0; day < days; day++) {
      for (let meter = 0; meter < meters; meter++) yield dayOf({ meter, day, step, from });
    }
  }
  const rows = days * meters * Math.floor(DAY_SECONDS / step);
  return { name, meters, stepMs, days, from, to, samples: rows * METER_METRICS.length, blocks };
}

function dayOf({ meter, day, step, from }: { meter: number; day: number; step: number; from: number }): MeterBlock {
  const all = meterColumns(meter, day * DAY_SECONDS, (day + 1) * DAY_SECONDS);
  const seconds = Array.from({ length: Math.floor(DAY_SECONDS / step) }, (_, i) => i * step);
  const start = from + day * DAY_MS;
  const pick = (column: Float64Array): Float64Array => Float64Array.from(seconds, (second) => column[second] as number);
  return {
    meter,
    at: Float64Array.from(seconds, (second) => start + second * 1_000 + ((meter * 37 + second * 13) % 31)),
    columns: Object.fromEntries(Object.entries(all).map(([metric, column]) => [metric, pick(column)])),
  };
}

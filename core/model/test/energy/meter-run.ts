import {
  type CounterEvent,
  type EnergyDelta,
  type EnergyLimits,
  EnergyMeter,
  type EnergyReading,
  type Instant,
} from "../../src/index.js";

/** What a meter made of some readings. */
export interface MeterRun {
  readonly meter: EnergyMeter;
  readonly deltas: readonly EnergyDelta[];
  readonly events: readonly CounterEvent[];
  readonly importWh: number;
  readonly exportWh: number;
  /** Reasons of the events, in order. */
  readonly reasons: readonly string[];
}

/** Hands readings to a meter and adds up what comes of them. */
export function runMeter(readings: readonly EnergyReading[], limits: EnergyLimits = {}): MeterRun {
  return summarise(new EnergyMeter(limits), readings);
}

/** The same, with the meter stored and resumed before each of the readings numbered in `cuts`. */
export function runWithCuts(
  readings: readonly EnergyReading[],
  cuts: ReadonlySet<number>,
  limits: EnergyLimits = {},
): MeterRun {
  let meter = new EnergyMeter(limits);
  const steps = readings.map((reading, index) => {
    if (cuts.has(index)) meter = resumed(meter, limits);
    return meter.read(reading);
  });
  return collect(meter, steps);
}

function resumed(meter: EnergyMeter, limits: EnergyLimits): EnergyMeter {
  const again = EnergyMeter.resume(meter.state(), limits);
  if (!again) throw new Error("the state of a meter must be readable");
  return again;
}

function summarise(meter: EnergyMeter, readings: readonly EnergyReading[]): MeterRun {
  return collect(
    meter,
    readings.map((reading) => meter.read(reading)),
  );
}

function collect(meter: EnergyMeter, steps: readonly ReturnType<EnergyMeter["read"]>[]): MeterRun {
  const deltas = steps.flatMap((step) => step.deltas);
  const events = steps.flatMap((step) => step.events);
  return {
    meter,
    deltas,
    events,
    importWh: total(deltas, "import"),
    exportWh: total(deltas, "export"),
    reasons: events.map((event) => event.reason),
  };
}

/** Energy of one direction, in Wh. */
export const total = (deltas: readonly EnergyDelta[], direction: EnergyDelta["direction"]): number =>
  deltas.filter((delta) => delta.direction === direction).reduce((sum, delta) => sum + delta.wh, 0);

/** Begin of the tests' time: a full hour. */
export const T0 = Date.UTC(2026, 2, 1);

/** An instant so many seconds after the begin. */
export const at = (seconds: number): Instant => (T0 + seconds * 1_000) as Instant;

/** Readings of an import register, in Wh, a fixed number of seconds apart. */
export const every = (seconds: number, values: readonly number[], since = 0): EnergyReading[] =>
  values.map((importWh, index) => ({ at: at(since + index * seconds), importWh }));

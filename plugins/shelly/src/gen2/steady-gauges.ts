import type { ChannelReading, Values } from "../reading.js";

/** Gauges that a device told last, by channel. */
export type Gauges = Map<string, Values>;

const isCounter = (metric: string): boolean => metric.startsWith("energy_");

/**
 * Completes the reading that comes with each full minute. The device tells its gauges only when they change by more than a threshold, and
 * its registers every minute: between two changes the last told gauges hold, and the minute proves that the device still measures them.
 * Without this a steady load would look like a gap.
 */
export function withSteadyGauges(gauges: Gauges, readings: readonly ChannelReading[]): readonly ChannelReading[] {
  return readings.map((reading) => {
    const { channel, values } = reading;
    const told = Object.fromEntries(Object.entries(values).filter(([metric]) => !isCounter(metric)));
    const known: Values = { ...gauges.get(channel), ...told };
    gauges.set(channel, known);
    const isMinute = values.energy_import_wh !== undefined && values.power_w === undefined;
    return isMinute && known.power_w !== undefined ? { ...reading, values: { ...known, ...values } } : reading;
  });
}

import type { Batch, ChannelId, Instant } from "@vatio/plugin-api";
import type { Values } from "../reading.js";
import { circuitValues, sumOfPhases } from "./minute-values.js";
import type { MeterRecord } from "./record.js";

const PHASES = ["a", "b", "c"] as const;

/** What a record tells, by key of the channel. */
export type RecordReader = (record: MeterRecord) => readonly (readonly [channel: string, values: Values | undefined])[];

/** The records of a three-phase meter: its sum and its phases. */
export const readEm =
  (id: number): RecordReader =>
  (record) => {
    const phases = PHASES.map((phase) => [`em:${id}/${phase}`, circuitValues(record, `${phase}_`)] as const);
    const sum = sumOfPhases(phases.map(([, values]) => values));
    const neutral = record.values.n_avg_current;
    const withNeutral = sum && neutral !== undefined && neutral > 0 ? { ...sum, neutral_current_a: neutral } : sum;
    return [[`em:${id}`, withNeutral], ...phases];
  };

/** The records of one clamp. */
export const readEm1 =
  (id: number): RecordReader =>
  (record) => [[`em1:${id}`, circuitValues(record, "")]];

/** Records as batches, one for each channel that the hub knows. */
export function toBatches(
  records: readonly MeterRecord[],
  read: RecordReader,
  channelOf: (key: string) => ChannelId | undefined,
): readonly Batch[] {
  const rows = new Map<ChannelId, { at: Instant; values: Values }[]>();
  for (const record of records) {
    for (const [key, values] of read(record)) {
      const channel = channelOf(key);
      if (channel === undefined || values === undefined) continue;
      const known = rows.get(channel) ?? [];
      known.push({ at: record.at, values });
      rows.set(channel, known);
    }
  }
  return [...rows].map(([channel, of]) => toBatch(channel, of));
}

function toBatch(channel: ChannelId, rows: readonly { readonly at: Instant; readonly values: Values }[]): Batch {
  const metrics = new Set(rows.flatMap(({ values }) => Object.keys(values)));
  const column = (metric: string): Float64Array =>
    Float64Array.from(rows, ({ values }) => values[metric] ?? Number.NaN);
  return {
    channel,
    origin: "replay",
    at: Float64Array.from(rows, ({ at }) => at),
    columns: Object.fromEntries([...metrics].map((metric) => [metric, column(metric)])),
  };
}

import { type MetricName, type Text, text } from "@vatio/plugin-api";
import type { Decoded, Values } from "../reading.js";
import { type Fields, type FieldTypes, listAt, numberAt, type Patch } from "./component-fields.js";

/** A component's payload, ready to be decoded. */
export interface ComponentInput {
  /** `switch:0` */
  readonly key: string;
  /** Number behind the colon. */
  readonly number: number;
  readonly patch: Patch;
  /** Everything known of the component, this payload included. */
  readonly known: Fields;
  /** Whether the channel is known to have a register of returned energy. */
  readonly returns: boolean;
}

/** A family of components that are read alike. */
export interface Family {
  readonly fields: FieldTypes;
  decode(input: ComponentInput): Decoded;
}

/** Metric of each field of a family that is a plain value. */
export type Gauges = Readonly<Record<string, MetricName>>;

/** One meter within a component: the component itself, or a phase of it. */
export interface MeterPart {
  readonly gauges: Gauges;
  /** Path of its voltage. */
  readonly voltage: string;
  /** Paths of the lists of errors that concern it. */
  readonly errors: readonly string[];
}

/** What a payload says of a meter. */
export interface Measured extends Pick<Decoded, "refusals"> {
  readonly values: Values;
  /** Gauges that the device still reports. */
  readonly standing: readonly MetricName[];
}

/** What a device reports when its metering chip does not answer: the values beside it mean nothing. */
const METER_FAILED = "power_meter_failure";

/** What a device reports, with the name of a field behind it, when it cannot measure so much: the value is a limit and no measurement. */
const OUT_OF_RANGE = "out_of_range:";

const errorsAt = (known: Fields, paths: readonly string[]): readonly string[] =>
  paths.flatMap((path) => listAt(known, path));

/** Whether a component (`errors`), or one phase of it (`a_errors`), says that its meter has failed. */
export const hasFailed = (known: Fields, paths: readonly string[]): boolean =>
  errorsAt(known, paths).includes(METER_FAILED);

/** Fields that lists of errors say are out of range: `act_power`. */
export const outOfRange = (known: Fields, paths: readonly string[]): readonly string[] =>
  errorsAt(known, paths)
    .filter((error) => error.startsWith(OUT_OF_RANGE))
    .map((error) => error.slice(OUT_OF_RANGE.length));

/** The plain values among fields by metric. */
export function gaugesOf(fields: Fields, gauges: Gauges): Record<MetricName, number> {
  const found = Object.entries(gauges).map(([path, metric]) => [metric, numberAt(fields, path)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** The gauges without those of some fields, which a phase writes behind its letter (`a_act_power`). */
export function withoutFields(gauges: Gauges, fields: readonly string[]): Gauges {
  const kept = Object.entries(gauges).filter(([path]) => !fields.some((f) => path === f || path.endsWith(`_${f}`)));
  return Object.fromEntries(kept);
}

/** Reads the gauges of a meter: nothing of one that has failed, and nothing that the device says is no measurement. */
export function measured({ key, patch, known }: ComponentInput, part: MeterPart): Measured {
  if (hasFailed(known, part.errors)) return { values: {}, standing: [], refusals: [meterFailed(key)] };
  const beyond = outOfRange(known, part.errors);
  const gauges = withoutFields(part.gauges, beyond);
  const voltage = numberAt(known, part.voltage);
  const refusals = beyond.map((field) => text("shelly.rejected.beyond-range", { field: `${key}.${field}` }));
  return {
    values: withoutGhosts(gaugesOf(patch.set, gauges), voltage),
    standing: Object.keys(withoutGhosts(gaugesOf(known, gauges), voltage)),
    refusals,
  };
}

/** Why nothing of a meter is used. */
export const meterFailed = (channel: string): Text => text("shelly.rejected.meter-failed", { channel });

/**
 * Takes away what a measurement without voltage cannot know: frequency and power factor, and the ghost current of
 * a clamp on a phase that is not wired.
 */
function withoutGhosts(
  values: Readonly<Record<MetricName, number>>,
  voltage: number | undefined,
): Record<MetricName, number> {
  if (voltage !== 0) return { ...values };
  const { current_a: _current, power_factor: _factor, frequency_hz: _frequency, ...rest } = values;
  return rest;
}

/** The types of a family's plain values. */
export const numbers = (paths: readonly string[]): FieldTypes =>
  Object.fromEntries(paths.map((path) => [path, "number" as const]));

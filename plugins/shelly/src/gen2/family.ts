import type { MetricName } from "@vatio/plugin-api";
import type { Decoded } from "../reading.js";
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

/** What a device reports when its metering chip does not answer: the values beside it mean nothing. */
const METER_FAILED = "power_meter_failure";

/** Whether a component, or one phase of it (`a_errors`), says that its meter has failed. */
export const hasFailed = (known: Fields, path = "errors"): boolean => listAt(known, path).includes(METER_FAILED);

/** The plain values of a patch by metric. */
export function gaugesOf(patch: Patch, gauges: Gauges): Record<MetricName, number> {
  const found = Object.entries(gauges).map(([path, metric]) => [metric, numberAt(patch.set, path)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/**
 * Takes away what a measurement without voltage cannot know: frequency and power factor, and the ghost current of
 * a clamp on a phase that is not wired.
 */
export function withoutGhosts(
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

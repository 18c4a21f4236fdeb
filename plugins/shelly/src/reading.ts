import type { ChannelKind, MetricName, Text } from "@vatio/plugin-api";

/** Values by metric, in stored units. */
export type Values = Readonly<Record<MetricName, number>>;

/** What one payload says about one channel. */
export interface ChannelReading {
  /** Key of the channel within its device: `switch:0`, `em:0/a`. */
  readonly channel: string;
  readonly kind: Exclude<ChannelKind, "motor">;
  /** Answers `switch.set`. */
  readonly switchable?: true;
  readonly phase?: 1 | 2 | 3;
  /** May be empty: the payload proves that the channel exists, but measures nothing. */
  readonly values: Values;
  /**
   * Metrics of the gauges that the device still reports, by this payload or an earlier one: any other has ended. Left out where the payload
   * does not speak of gauges.
   */
  readonly standing?: readonly MetricName[];
}

/** What a decoder made of a payload. Nothing in it throws: what could not be used is named. */
export interface Decoded {
  readonly readings: readonly ChannelReading[];
  /** What is wrong with the payload or with the device, for a person to look at. */
  readonly refusals: readonly Text[];
  /** What was left out on purpose: no fault of anybody, only counted. */
  readonly ignored: readonly Text[];
}

/** A payload in which there is nothing to use. */
export const NOTHING: Decoded = { readings: [], refusals: [], ignored: [] };

/** A payload that is refused as a whole. */
export const refused = (reason: Text): Decoded => ({ ...NOTHING, refusals: [reason] });

/** A payload that is of no interest. */
export const ignored = (reason: Text): Decoded => ({ ...NOTHING, ignored: [reason] });

/** Several decodings as one, in order. */
export function joined(parts: readonly Decoded[]): Decoded {
  return {
    readings: parts.flatMap((part) => part.readings),
    refusals: parts.flatMap((part) => part.refusals),
    ignored: parts.flatMap((part) => part.ignored),
  };
}

/** Readings of one channel as one: a component and its register come apart. */
export function mergedByChannel(readings: readonly ChannelReading[]): ReadonlyMap<string, Values> {
  const merged = new Map<string, Values>();
  for (const { channel, values } of readings) merged.set(channel, { ...merged.get(channel), ...values });
  return merged;
}

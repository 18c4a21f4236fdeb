import { type DurationMs, type Instant, seconds } from "@vatio/plugin-api";
import type { ChannelReading, Values } from "../reading.js";
import type { ShellyDevice } from "../shelly-device.js";

/** How a device tells an update: as a notification with a time (`rpc_ntf`), or as the full state of a component (`status_ntf`). */
export type UpdateWay = "notification" | "status";

/** An update on one of its ways. */
export interface Update {
  readonly way: UpdateWay;
  /** The instant that it would have by itself. */
  readonly at: Instant;
  readonly arrival: Instant;
  /** What the payload itself says. */
  readonly told: readonly ChannelReading[];
}

interface Recent extends Pick<Update, "way" | "at" | "arrival"> {
  readonly values: Map<string, Values>;
}

/** A device publishes both messages of an update one right after the other; over a slow link within a second or so. */
const TOGETHER: DurationMs = seconds(2);

/** Updates of one device that may wait for their other half. */
const MOST_WAITING = 16;

/**
 * Makes one reading of an update that a device tells on both ways: the second message gets the instant of the first, where the store merges
 * the two. Without it each value would be stored twice, some milliseconds apart.
 */
export class PairedUpdates {
  readonly #waiting = new WeakMap<ShellyDevice, Recent[]>();

  /** The instant of an update, and its readings without what contradicts its other half: gauges that were carried over from before. */
  pair(
    device: ShellyDevice,
    update: Update,
    readings: readonly ChannelReading[],
  ): { readonly at: Instant; readonly readings: readonly ChannelReading[] } {
    const recent = (this.#waiting.get(device) ?? []).filter(({ arrival }) => isTogether(arrival, update.arrival));
    const first = recent.find((other) => isOtherHalf(other, update));
    const { way, at, arrival } = update;
    const values = new Map(readings.map((reading) => [reading.channel, reading.values]));
    const waiting = first ? recent.filter((other) => other !== first) : [...recent, { way, at, arrival, values }];
    this.#waiting.set(device, waiting.slice(-MOST_WAITING));
    return first
      ? { at: first.at, readings: readings.map((reading) => inAccordWith(first, reading)) }
      : { at, readings };
  }
}

const isTogether = (one: Instant, other: Instant): boolean => Math.abs(other - one) < TOGETHER;

/** The same channels on the other way, with a value in common and none that differs. */
function isOtherHalf(first: Recent, { way, told }: Update): boolean {
  if (first.way === way) return false;
  const measured = told.filter(({ values }) => Object.keys(values).length > 0);
  if (measured.length === 0) return false;
  return measured.every(({ channel, values }) => agrees(first.values.get(channel), values));
}

function agrees(known: Values | undefined, told: Values): boolean {
  if (known === undefined) return false;
  const common = Object.keys(told).filter((metric) => metric in known);
  return common.length > 0 && common.every((metric) => known[metric] === told[metric]);
}

function inAccordWith({ values: known }: Recent, reading: ChannelReading): ChannelReading {
  const before = known.get(reading.channel) ?? {};
  const agreeing = Object.entries(reading.values).filter(([metric, value]) => (before[metric] ?? value) === value);
  return { ...reading, values: Object.fromEntries(agreeing) };
}

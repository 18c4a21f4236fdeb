import { type DurationMs, type Instant, type MetricName, minutes } from "@vatio/plugin-api";
import type { ChannelReading, Values } from "../reading.js";
import type { ComponentStates } from "./decode-status.js";

interface Told {
  readonly value: number;
  /** When the device told it last. */
  readonly at: Instant;
}

/** How often a device that tells nothing new of a gauge is asked for its full status. */
export const CONFIRM_EVERY: DurationMs = minutes(15);

/** How long a gauge holds that the device does not confirm: two such periods. */
const MOST_AGE: DurationMs = minutes(30);

const isCounter = (metric: string): boolean => metric.startsWith("energy_");

/**
 * Completes the readings that come with each full minute. A device tells its gauges only when they change by more than a threshold, and
 * its registers every minute: between two changes the last told gauges hold, and the minute proves that the device still measures them.
 * Without this a steady load would look like a gap. A gauge ends when the device takes it away, when its meter fails, and when it was not
 * confirmed for long.
 */
export class SteadyGauges {
  readonly #channels = new Map<string, Map<MetricName, Told>>();

  /**
   * The readings of a payload, completed.
   * @param at arrival of the payload
   * @param states what is known of the components after the payload
   */
  complete(readings: readonly ChannelReading[], at: Instant, states: ComponentStates): readonly ChannelReading[] {
    for (const channel of this.#channels.keys()) {
      // `em:0/a` is a phase of the component `em:0`.
      if (!states.has(channel.replace(/\/.*$/, ""))) this.#channels.delete(channel);
    }
    return readings.map((reading) => {
      const known = this.#learn(reading, at);
      return isMinute(reading) ? { ...reading, values: { ...held(known, at), ...reading.values } } : reading;
    });
  }

  /** Whether a gauge holds for so long already that the device had better be asked. */
  isDoubtful(at: Instant): boolean {
    return [...this.#channels.values()].some((known) => {
      const power = known.get("power_w");
      return power !== undefined && at - power.at >= CONFIRM_EVERY;
    });
  }

  /** Nothing holds any more: the device went away. */
  clear(): void {
    this.#channels.clear();
  }

  #learn({ channel, values, standing }: ChannelReading, at: Instant): ReadonlyMap<MetricName, Told> {
    const known = this.#channels.get(channel) ?? new Map<MetricName, Told>();
    this.#channels.set(channel, known);
    for (const [metric, value] of Object.entries(values)) if (!isCounter(metric)) known.set(metric, { value, at });
    for (const metric of known.keys()) if (standing && !standing.includes(metric)) known.delete(metric);
    return known;
  }
}

const isMinute = ({ values }: ChannelReading): boolean =>
  values.energy_import_wh !== undefined && values.power_w === undefined;

/** What still holds; nothing without a power, which is what a minute without it leaves open. */
function held(known: ReadonlyMap<MetricName, Told>, at: Instant): Values {
  const fresh = [...known].filter(([, told]) => at - told.at < MOST_AGE);
  const values = Object.fromEntries(fresh.map(([metric, { value }]) => [metric, value]));
  return values.power_w === undefined ? {} : values;
}

import { CORE_METRICS } from "@vatio/model";
import { type MetricName, type Text, text } from "@vatio/plugin-api";
import type { Esp32MeterConfig } from "./config.js";
import type { Limits } from "./limits.js";

/** A topic that carries one number, ready to be listened to. */
export interface PlainTopic extends Limits {
  readonly topic: string;
  readonly metric: MetricName;
  /** Power of ten from the unit on the wire to the stored one. */
  readonly shift: number;
  readonly name: string;
}

/** The topics of the settings, and what is wrong with those that were left out. */
export interface PlainTopics {
  readonly topics: readonly PlainTopic[];
  readonly problems: readonly Text[];
}

interface PlainUnit {
  /** As the metric registry writes it. */
  readonly stored: string;
  readonly shift: number;
}

const units = (stored: string, shifts: Readonly<Record<string, number>>): [string, PlainUnit][] =>
  Object.entries(shifts).map(([unit, shift]) => [unit, { stored, shift }]);

const UNITS: ReadonlyMap<string, PlainUnit> = new Map([
  ...units("W", { W: 0, kW: 3, MW: 6 }),
  ...units("Wh", { Wh: 0, kWh: 3, MWh: 6 }),
  ...units("V", { V: 0, mV: -3, kV: 3 }),
  ...units("A", { A: 0, mA: -3 }),
  ...units("Hz", { Hz: 0 }),
  ...units("VA", { VA: 0, kVA: 3 }),
  ...units("var", { var: 0, kvar: 3 }),
  ...units("°C", { "°C": 0 }),
  ...units("%", { "%": 0 }),
  ...units("", { "1": 0 }),
]);

/** The topics of the settings that can be used: each once, outside the base topic, with a unit that fits its metric. */
export function plainTopicsOf({ baseTopic, plainTopics }: Esp32MeterConfig): PlainTopics {
  const topics = new Map<string, PlainTopic>();
  const problems: Text[] = [];
  for (const { topic, unit, metric, name } of plainTopics) {
    const found = plainTopic(topic, unit, metric);
    if (topics.has(topic)) problems.push(text("esp32-meter.problem.twice", { topic }));
    else if (topic === baseTopic || topic.startsWith(`${baseTopic}/`)) {
      problems.push(text("esp32-meter.problem.below-base", { topic, base: baseTopic }));
    } else if (!found) problems.push(text("esp32-meter.problem.unit", { topic, unit, metric }));
    else topics.set(topic, { ...found, name });
  }
  return { topics: [...topics.values()], problems };
}

function plainTopic(topic: string, unit: string, name: MetricName): Omit<PlainTopic, "name"> | undefined {
  const metric = CORE_METRICS.find((entry) => entry.name === name);
  const scale = UNITS.get(unit);
  if (!metric || !scale || metric.unit !== scale.stored) return undefined;
  return { topic, metric: name, shift: scale.shift, least: metric.min, most: metric.max };
}

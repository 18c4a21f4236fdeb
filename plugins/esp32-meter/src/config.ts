import { type Static, Type } from "@vatio/plugin-api";

/** What a plain number can be written in. `1` stands for a pure number. */
export const PLAIN_UNITS = [
  "W",
  "kW",
  "MW",
  "Wh",
  "kWh",
  "MWh",
  "V",
  "mV",
  "kV",
  "A",
  "mA",
  "Hz",
  "VA",
  "kVA",
  "var",
  "kvar",
  "°C",
  "%",
  "1",
] as const;

/** What a plain number can measure. */
export const PLAIN_METRICS = [
  "power_w",
  "energy_import_wh",
  "energy_export_wh",
  "energy_delta_wh",
  "voltage_v",
  "current_a",
  "frequency_hz",
  "power_factor",
  "apparent_va",
  "reactive_var",
  "temperature_c",
  "humidity_pct",
] as const;

// A topic, not a filter: wildcards would make one device of many, and topics that begin with $ belong to the broker.
const TOPIC = "^(?!\\$)[^+#\\u0000-\\u001f\\u007f]+$";
const BASE_TOPIC = "^(?![$/])[^+#\\u0000-\\u001f\\u007f]*[^+#/\\u0000-\\u001f\\u007f]$";

const PlainTopic = Type.Object(
  {
    topic: Type.String({
      minLength: 1,
      maxLength: 256,
      pattern: TOPIC,
      title: "esp32-meter.config.plain.topic.title",
      description: "esp32-meter.config.plain.topic.description",
      examples: ["energy/consumption"],
      "x-order": 1,
    }),
    unit: Type.Enum([...PLAIN_UNITS], {
      default: "kW",
      title: "esp32-meter.config.plain.unit.title",
      description: "esp32-meter.config.plain.unit.description",
      "x-order": 2,
    }),
    metric: Type.Enum([...PLAIN_METRICS], {
      default: "power_w",
      title: "esp32-meter.config.plain.metric.title",
      description: "esp32-meter.config.plain.metric.description",
      "x-labels": Object.fromEntries(PLAIN_METRICS.map((metric) => [metric, `metric.${metric}`])),
      "x-order": 3,
    }),
    name: Type.String({
      default: "",
      maxLength: 80,
      title: "esp32-meter.config.plain.name.title",
      description: "esp32-meter.config.plain.name.description",
      "x-order": 4,
    }),
  },
  { additionalProperties: false },
);

/** Settings of the plugin. Titles are keys of its catalogue. */
export const Esp32MeterConfig = Type.Object(
  {
    baseTopic: Type.String({
      default: "enertrack",
      minLength: 1,
      maxLength: 128,
      pattern: BASE_TOPIC,
      title: "esp32-meter.config.base.title",
      description: "esp32-meter.config.base.description",
      "x-order": 1,
    }),
    plainTopics: Type.Array(PlainTopic, {
      default: [{ topic: "energy/consumption", unit: "kW", metric: "power_w", name: "" }],
      maxItems: 200,
      title: "esp32-meter.config.plain.title",
      description: "esp32-meter.config.plain.description",
      "x-order": 2,
    }),
    activeMinutes: Type.Integer({
      default: 30,
      minimum: 1,
      maximum: 1_440,
      title: "esp32-meter.config.active.title",
      description: "esp32-meter.config.active.description",
      "x-unit": "min",
      "x-order": 3,
    }),
    noDataHours: Type.Integer({
      default: 24,
      minimum: 1,
      maximum: 720,
      title: "esp32-meter.config.no-data.title",
      description: "esp32-meter.config.no-data.description",
      "x-unit": "h",
      "x-order": 4,
    }),
  },
  { additionalProperties: false },
);

/** Settings of the plugin. */
export type Esp32MeterConfig = Static<typeof Esp32MeterConfig>;

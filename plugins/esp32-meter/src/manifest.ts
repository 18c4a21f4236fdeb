import { type Manifest, text } from "@vatio/plugin-api";
import { Esp32MeterConfig } from "./config.js";
import { EN } from "./messages/en.js";
import { ES } from "./messages/es.js";

/** What the plugin is, as data. */
export const manifest = {
  id: "esp32-meter",
  name: "ESP32 meters",
  version: "0.1.0",
  description: text("esp32-meter.description"),
  hub: "^0.1",
  config: Esp32MeterConfig,
  configVersion: 1,
  isolation: "inline",
  permissions: [
    "telemetry.write",
    // When a meter last reported, after a restart.
    "telemetry.read",
    "mqtt.subscribe:enertrack/#",
    "mqtt.subscribe:energy/consumption",
    // People choose topics in the settings; used only when they are others than those above.
    "mqtt.subscribe:#",
  ],
  mqtt: {
    deviceTopics: {
      // `{device}` is the ESPID of a node (`24A3BC12`), or the whole topic of a plain number (`energy/consumption`). The last one lets
      // sensors that have no credentials of their own yet use the common topics.
      publish: ["enertrack/{device}/+", "{device}", "energy/{device}"],
      subscribe: [],
    },
  },
  deviceSetup: [
    {
      title: text("esp32-meter.setup.node.title"),
      steps: [1, 2, 3, 4].map((step) => text(`esp32-meter.setup.node.step${step}`)),
      prefix: "enertrack",
    },
    {
      title: text("esp32-meter.setup.plain.title"),
      steps: [1, 2, 3, 4].map((step) => text(`esp32-meter.setup.plain.step${step}`)),
      prefix: "energy/consumption",
    },
  ],
  messages: { en: EN, es: ES },
} as const satisfies Manifest<typeof Esp32MeterConfig>;

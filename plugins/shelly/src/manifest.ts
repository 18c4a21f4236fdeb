import { type Manifest, type Permission, text } from "@vatio/plugin-api";
import { ShellyConfig } from "./config.js";
import { GEN1_COMMAND_FILTERS, GEN1_FILTER } from "./gen1/topics.js";
import { EVENT_FILTERS, ONLINE_FILTERS, REPLY_TOPICS, REQUEST_FILTERS, STATUS_FILTERS } from "./gen2/topics.js";
import { INGEST_ALIAS } from "./http/ingest-app.js";
import { EN } from "./messages/en.js";
import { ES } from "./messages/es.js";

const subscribed = [...EVENT_FILTERS, ...STATUS_FILTERS, ...ONLINE_FILTERS, ...REPLY_TOPICS, GEN1_FILTER];
const published = [...REQUEST_FILTERS, ...GEN1_COMMAND_FILTERS];

/** What the plugin is, as data. */
export const manifest = {
  id: "shelly",
  name: "Shelly",
  version: "0.1.0",
  description: text("shelly.description"),
  hub: "^0.1",
  config: ShellyConfig,
  configVersion: 1,
  isolation: "inline",
  permissions: [
    "http",
    "net.lan",
    "secrets:password",
    "telemetry.write",
    ...subscribed.map((filter): Permission => `mqtt.subscribe:${filter}`),
    ...published.map((filter): Permission => `mqtt.publish:${filter}`),
  ],
  metrics: { neutral_current_a: { unit: "A", kind: "gauge", min: 0, max: 1e6, decimals: 2 } },
  mqtt: {
    // `{device}` is the id on the wire: `shellyplus1pm-a8032412c3d4`.
    deviceTopics: {
      publish: [
        ...["events/rpc", "status/+", "online", "error/+", "debug/log"].map((topic) => `{device}/${topic}`),
        "shellies/{device}/#",
        "shellies/announce",
        ...REPLY_TOPICS,
      ],
      subscribe: [
        ...["rpc", "command", "command/+"].map((topic) => `{device}/${topic}`),
        "shellies/{device}/command",
        "shellies/{device}/+/+/command",
        "shellies/command",
      ],
    },
  },
  http: { aliases: [INGEST_ALIAS] },
  deviceSetup: [
    {
      title: text("shelly.setup.gen2.title"),
      steps: [1, 2, 3, 4, 5].map((step) => text(`shelly.setup.gen2.step${step}`)),
    },
    {
      title: text("shelly.setup.gen1.title"),
      steps: [1, 2, 3, 4].map((step) => text(`shelly.setup.gen1.step${step}`)),
    },
    { title: text("shelly.setup.http.title"), steps: [1, 2, 3].map((step) => text(`shelly.setup.http.step${step}`)) },
  ],
  messages: { en: EN, es: ES },
} as const satisfies Manifest<typeof ShellyConfig>;

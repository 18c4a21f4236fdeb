import type { Plugin } from "../../src/data/api.js";
import { clock } from "./scene.js";

const MINUTE = 60_000;
const DAY = 86_400_000;
const now = clock();

const base = {
  firstParty: true,
  isolation: "inline" as const,
  since: now - 11 * DAY - 4 * 3_600_000,
  crashes: [],
  permissions: [],
  configSchema: { type: "object", properties: {} },
  config: {},
  secretsSet: [],
  inbox: { messages: 0, bytes: 0 },
  counters: [],
};

const SOLAR_SCHEMA = {
  type: "object",
  required: ["peak", "tilt", "direction", "source", "correct", "refresh", "losses", "timeout", "arrays", "notes"],
  properties: {
    peak: {
      type: "number",
      title: "Peak power",
      description: "All panels together",
      minimum: 0.1,
      maximum: 100,
      default: 4.2,
      "x-unit": "kWp",
      "x-order": 1,
    },
    tilt: {
      type: "number",
      title: "Tilt",
      description: "0 is flat",
      minimum: 0,
      maximum: 90,
      default: 20,
      "x-unit": "°",
      "x-order": 2,
    },
    direction: {
      type: "integer",
      title: "Direction",
      description: "180 is south",
      minimum: 0,
      maximum: 359,
      default: 180,
      "x-unit": "°",
      "x-order": 3,
    },
    compare: { type: "string", format: "point", title: "Compare with the real output of", "x-order": 4 },
    key: { type: "string", title: "API key", "x-secret": true, "x-order": 5 },
    source: {
      enum: ["solar.example", "open"],
      title: "Source",
      default: "solar.example",
      "x-labels": { "solar.example": "Solar example", open: "Open model" },
      description: "Needs a key",
      "x-order": 6,
    },
    host: {
      type: "string",
      title: "Host",
      pattern: "^[a-z0-9.-]+$",
      examples: ["api.solar.example"],
      maxLength: 200,
      "x-show-if": { property: "source", equals: "open" },
      "x-order": 7,
    },
    mail: { type: "string", format: "email", title: "Write to", "x-order": 8 },
    correct: {
      type: "boolean",
      title: "Correct with my own history",
      description: "After 28 days of readings",
      default: true,
      "x-order": 9,
    },
    arrays: {
      type: "array",
      title: "Further roofs",
      description: "Panels that look elsewhere",
      default: [],
      maxItems: 4,
      "x-order": 10,
      items: {
        type: "object",
        required: ["name", "peak"],
        properties: {
          name: { type: "string", title: "Name", minLength: 1 },
          peak: { type: "number", title: "Peak power", "x-unit": "kWp", default: 1 },
        },
      },
    },
    notes: { type: "string", title: "Notes", maxLength: 2_000, default: "", "x-order": 11 },
    refresh: {
      type: "integer",
      title: "Refresh every",
      minimum: 5,
      default: 30,
      "x-unit": "min",
      "x-advanced": true,
      "x-order": 20,
    },
    losses: { type: "number", title: "Losses", default: 14, "x-unit": "%", "x-advanced": true, "x-order": 21 },
    timeout: { type: "integer", title: "Give up after", default: 20, "x-unit": "s", "x-advanced": true, "x-order": 22 },
  },
};

const used = (permission: string, ago: number): { permission: string; usedAt: number } => ({
  permission,
  usedAt: now - ago,
});

/** Plugins in every state that a person has to deal with. */
export const PLUGINS: readonly Plugin[] = [
  {
    ...base,
    id: "pool",
    name: "Pool heat pump",
    version: "0.9.0",
    description: { key: "Heats the pool when the sun pays for it" },
    firstParty: false,
    isolation: "worker",
    state: "quarantined",
    since: now - 80 * MINUTE,
    reason: { key: "plugin.quarantined", params: { count: 3, why: "JavaScript heap out of memory" } },
    memoryBytes: 0,
    crashes: [88, 84, 80].map((ago) => ({
      at: now - ago * MINUTE,
      message: "It wanted more than its 96 MB and was stopped",
      stack:
        "Error: Worker terminated due to reaching memory limit\n    at Worker.[kOnExit] (node:internal/worker:362:26)",
    })),
    permissions: [used("mqtt.subscribe:pool/#", 80 * MINUTE)],
    inbox: { messages: 1_284, bytes: 412_000 },
  },
  {
    ...base,
    id: "shelly",
    name: "Shelly",
    version: "0.1.0",
    description: { key: "Plugs, relays and meters of Shelly, Gen1 to Gen4" },
    state: "degraded",
    reason: { key: "health.device-silent", params: { device: "Medidor cocina", time: "13:58" } },
    permissions: ["+/events/rpc", "+/status/+", "+/online", "shellies/#", "vatio-1/rpc"]
      .map((filter) => used(`mqtt.subscribe:${filter}`, 2_000))
      .concat(
        [used("mqtt.publish:+/rpc", 31 * MINUTE), used("telemetry.write", 1_000)],
        [{ permission: "http" } as never],
      ),
    counters: [
      { name: "rejected", reason: "rejected.out-of-range", count: 4 },
      { name: "ignored", reason: "retained-without-time", count: 12 },
    ],
    configSchema: {
      type: "object",
      properties: {
        askDevices: {
          type: "boolean",
          default: true,
          title: "Ask devices for details",
          description: "Asks each Shelly over MQTT for its name, model, firmware and full state when it appears",
          "x-order": 1,
        },
      },
    },
  },
  {
    ...base,
    id: "solar",
    name: "Solar forecast",
    version: "2.1.3",
    description: { key: "Tells what the roof will give in the next 48 hours" },
    firstParty: false,
    isolation: "worker",
    state: "running",
    memoryBytes: 38_200_000,
    permissions: [
      used("telemetry.read", 12_000),
      used("telemetry.write", 32_000),
      used("net.host:api.solar.example", 2 * MINUTE),
      used("secrets:key", 2 * MINUTE),
      used("ui", 3 * 3_600_000),
      used("commands.call:weather.get", 34 * DAY),
    ],
    configSchema: SOLAR_SCHEMA,
    config: { tilt: 20, direction: 185, losses: 11, arrays: [{ name: "Cochera", peak: 1.2 }] },
    secretsSet: ["key"],
    counters: [
      { name: "rejected", reason: "rejected.out-of-range", count: 9 },
      { name: "rejected", reason: "rejected.different-value", count: 3 },
      { name: "rejected", reason: "rejected.bad-time", count: 2 },
      { name: "retried", reason: "E_NET_UNREACHABLE", count: 5 },
    ],
    ui: {
      module: "/plugins/solar/ui.js",
      panels: [{ id: "main", element: "solar-panel", title: { key: "Solar forecast" }, icon: "sun" }],
      cards: [],
    },
  },
  {
    ...base,
    id: "esp32-meter",
    name: "ESP32 meters",
    version: "0.1.0",
    description: { key: "EnerTrack meters on ESP32, and any sensor that publishes one number" },
    state: "running",
    permissions: [used("mqtt.subscribe:enertrack/#", 3_000), used("telemetry.write", 3_000)],
  },
  {
    ...base,
    id: "motor",
    name: "Motor monitor",
    version: "1.4.0",
    description: { key: "Starts, hours and wear of motors" },
    isolation: "worker",
    state: "disabled",
    reason: { key: "plugin.disabled" },
  },
];

import { type Manifest, Type } from "@vatio/plugin-api";

const messages = {
  en: {
    "demo.description": "A simulated home and workshop that publishes over real MQTT",
    "demo.waiting": "No broker is named in the settings",
    "demo.offline": "The broker does not answer: {why}",
  },
  es: {
    "demo.description": "Una casa y un taller simulados que publican por MQTT de verdad",
    "demo.waiting": "Los ajustes no nombran ningún broker",
    "demo.offline": "El broker no responde: {why}",
  },
};

/** Settings of the simulated home. */
export const ConfigSchema = Type.Object(
  {
    url: Type.String({
      title: "Broker",
      description: "Address of the broker, mqtt://host:1883; empty: do nothing",
      default: "",
      maxLength: 200,
      "x-order": 1,
    }),
    username: Type.String({ title: "User", default: "", maxLength: 100, "x-order": 2 }),
    password: Type.Optional(Type.String({ title: "Password", "x-secret": true, "x-order": 3 })),
    seed: Type.Integer({ title: "Seed", description: "The same seed makes the same days", default: 1, "x-order": 4 }),
    zone: Type.String({
      title: "Time zone",
      description: "By whose clock the household lives",
      default: "America/Mexico_City",
      maxLength: 64,
      "x-order": 5,
    }),
  },
  { additionalProperties: false },
);

/** What the plugin is. */
export const manifest = {
  id: "demo",
  name: "Demo",
  version: "0.1.0",
  description: { key: "demo.description" },
  hub: "^0.1",
  config: ConfigSchema,
  configVersion: 1,
  permissions: ["net.lan", "secrets:password"],
  commands: {
    // Devices that wait for a person are limited in what they may send, so the past is told when they have been accepted.
    "demo.replay": {
      action: "manage",
      input: Type.Object({}, { additionalProperties: false }),
      output: Type.Object({ done: Type.Boolean() }),
    },
  },
  messages,
} as const satisfies Manifest<typeof ConfigSchema>;

import { type Manifest, Type } from "@vatio/plugin-api";

export const manifest = {
  id: "plugin-minimal",
  name: "Minimal example",
  version: "0.1.0",
  hub: "^0.1",
  config: Type.Object({ fahrenheit: Type.Boolean({ default: false, title: "The thermometers speak Fahrenheit" }) }),
  configVersion: 1,
  permissions: ["mqtt.subscribe:thermometers/+", "telemetry.write"],
  mqtt: { deviceTopics: { publish: ["thermometers/{device}"], subscribe: [] } },
} as const satisfies Manifest;

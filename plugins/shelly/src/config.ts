import { type Static, Type } from "@vatio/plugin-api";

/** Settings of the plugin. Titles are keys of its catalogue. */
export const ShellyConfig = Type.Object(
  {
    askDevices: Type.Boolean({
      default: true,
      title: "shelly.config.ask.title",
      description: "shelly.config.ask.description",
      "x-order": 1,
    }),
    gen1: Type.Boolean({
      default: true,
      title: "shelly.config.gen1.title",
      description: "shelly.config.gen1.description",
      "x-order": 2,
    }),
    silentAfterMinutes: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 1440,
      title: "shelly.config.silent.title",
      description: "shelly.config.silent.description",
      "x-unit": "min",
      "x-order": 3,
      "x-advanced": true,
    }),
  },
  { additionalProperties: false },
);

/** Settings of the plugin. */
export type ShellyConfig = Static<typeof ShellyConfig>;

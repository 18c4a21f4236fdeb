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
    readHistory: Type.Boolean({
      default: true,
      title: "shelly.config.history.title",
      description: "shelly.config.history.description",
      "x-order": 3,
    }),
    password: Type.Optional(
      Type.String({
        maxLength: 200,
        title: "shelly.config.password.title",
        description: "shelly.config.password.description",
        "x-secret": true,
        "x-order": 4,
      }),
    ),
    gen1User: Type.String({
      default: "admin",
      minLength: 1,
      maxLength: 100,
      title: "shelly.config.gen1-user.title",
      description: "shelly.config.gen1-user.description",
      "x-order": 5,
      "x-advanced": true,
    }),
    silentAfterMinutes: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 1440,
      title: "shelly.config.silent.title",
      description: "shelly.config.silent.description",
      "x-unit": "min",
      "x-order": 6,
      "x-advanced": true,
    }),
  },
  { additionalProperties: false },
);

/** Settings of the plugin. */
export type ShellyConfig = Static<typeof ShellyConfig>;

import { type Manifest, Type, text } from "@vatio/plugin-api";
import { messages } from "./messages.js";

const point = Type.String({ minLength: 1, maxLength: 512 });

/** What may be set. */
export const ConfigSchema = Type.Object(
  {
    leastW: Type.Number({
      title: "Least power",
      description: "What stays below is no peak",
      default: 100,
      minimum: 0,
      maximum: 1_000_000,
      "x-unit": "W",
    }),
  },
  { additionalProperties: false },
);

/** What the plugin is, and all that it may do. It is data: `manifest.json` is built from it. */
export const manifest = {
  id: "peaks",
  name: "Peaks",
  version: "0.1.0",
  description: text("peaks.description"),
  hub: "^0.1",
  config: ConfigSchema,
  configVersion: 1,
  // The last one, although the command is its own: the page calls it in the name of whoever looks at the page.
  permissions: ["telemetry.read", "http", "ui", "commands.call:peaks.forget"],
  events: {
    "peaks.rose": {
      payload: Type.Object({ point, day: Type.String(), powerW: Type.Number(), at: Type.Number() }),
      retainBy: "point",
    },
  },
  commands: {
    "peaks.forget": {
      action: "control",
      input: Type.Object({ point }, { additionalProperties: false }),
      output: Type.Object({ forgotten: Type.Boolean() }, { additionalProperties: false }),
    },
  },
  messages,
  ui: {
    module: "./dist/ui.js",
    api: 1,
    panels: [{ id: "today", element: "peaks-today", title: text("peaks.title"), icon: "trending-up" }],
  },
} as const satisfies Manifest<typeof ConfigSchema>;

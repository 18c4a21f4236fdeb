import { type Manifest, text } from "@vatio/plugin-api";
import { NoOptions } from "./common/no-options.js";
import { EN } from "./messages/en.js";
import { ES } from "./messages/es.js";

/** What the plugin is, as data. */
export const manifest = {
  id: "importers",
  name: "Importers",
  version: "0.1.0",
  description: text("importers.description"),
  hub: "^0.1",
  config: NoOptions,
  configVersion: 1,
  isolation: "inline",
  permissions: [],
  messages: { en: EN, es: ES },
} as const satisfies Manifest<typeof NoOptions>;

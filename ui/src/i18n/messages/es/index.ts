import type { EN } from "../en/index.js";
import { ES_ACCESS } from "./access.js";
import { ES_COMMON } from "./common.js";
import { ES_DEVICES } from "./devices.js";
import { ES_NOW } from "./now.js";
import { ES_PLUGINS } from "./plugins.js";
import { ES_SCHEMA_FORM } from "./schema-form.js";
import { ES_SETTINGS } from "./settings.js";
import { ES_SETUP } from "./setup.js";
import { ES_SHELL } from "./shell.js";
import { ES_SYSTEM } from "./system.js";

/** The interface's own words in Spanish: neutral, of Mexico, tuteo. */
export const ES = {
  ...ES_COMMON,
  ...ES_SHELL,
  ...ES_NOW,
  ...ES_DEVICES,
  ...ES_SETUP,
  ...ES_SETTINGS,
  ...ES_PLUGINS,
  ...ES_SYSTEM,
  ...ES_ACCESS,
  ...ES_SCHEMA_FORM,
} as const satisfies Record<keyof typeof EN, string>;

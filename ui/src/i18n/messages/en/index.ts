import { EN_ACCESS } from "./access.js";
import { EN_COMMON } from "./common.js";
import { EN_DEVICES } from "./devices.js";
import { EN_NOW } from "./now.js";
import { EN_PLUGINS } from "./plugins.js";
import { EN_SCHEMA_FORM } from "./schema-form.js";
import { EN_SETTINGS } from "./settings.js";
import { EN_SETUP } from "./setup.js";
import { EN_SHELL } from "./shell.js";
import { EN_SYSTEM } from "./system.js";

/** The interface's own words in English. Placeholders are those of `fillMessage`. */
export const EN = {
  ...EN_COMMON,
  ...EN_SHELL,
  ...EN_NOW,
  ...EN_DEVICES,
  ...EN_SETUP,
  ...EN_SETTINGS,
  ...EN_PLUGINS,
  ...EN_SYSTEM,
  ...EN_ACCESS,
  ...EN_SCHEMA_FORM,
} as const;

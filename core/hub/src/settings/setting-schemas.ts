import { type TSchema, Type } from "@vatio/plugin-api";

/** Settings that the hub itself knows, by key. A person changes them in the interface; what is needed to boot is configuration instead. */
export const SETTING_SCHEMAS: Readonly<Record<string, TSchema>> = {
  "log.level": Type.Enum(["debug", "info", "warn", "error"]),
};

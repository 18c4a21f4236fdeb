import { type TSchema, Type } from "@vatio/plugin-api";
import { BACKUP_SETTINGS } from "../backup/backup-settings.js";
import { IMPORT_SETTINGS } from "../imports/import-settings.js";
import { RETENTION_SETTINGS } from "../store/retention.js";

/** Settings that the hub itself knows, by key. A person changes them in the interface; what is needed to boot is configuration instead. */
export const SETTING_SCHEMAS: Readonly<Record<string, TSchema>> = {
  "backfill.days": Type.Integer({ minimum: 0, maximum: 62 }),
  "log.level": Type.Enum(["debug", "info", "warn", "error"]),
  ...BACKUP_SETTINGS,
  ...IMPORT_SETTINGS,
  ...RETENTION_SETTINGS,
};

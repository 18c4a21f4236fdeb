import path from "node:path";
import { type TSchema, Type } from "@vatio/plugin-api";
import type { Settings } from "../settings/types.js";
import type { KeptBackups } from "./retention.js";

const count = (minimum: number): TSchema => Type.Integer({ minimum, maximum: 1_000 });

/** Settings of backups, by key. */
export const BACKUP_SETTINGS: Readonly<Record<string, TSchema>> = {
  "backup.enabled": Type.Boolean(),
  "backup.folder": Type.String({ minLength: 1, maxLength: 1_024 }),
  "backup.time": Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$" }),
  "backup.keepDaily": count(1),
  "backup.keepWeekly": count(0),
  "backup.keepMonthly": count(0),
};

/** When and where backups are made. */
export interface BackupPlan {
  readonly isOn: boolean;
  readonly folder: string;
  /** Nobody chose a folder: backups lie beside the data, on the same disk. */
  readonly isDefaultFolder: boolean;
  /** Time of the day in the zone of the site, `02:30`. */
  readonly time: string;
  readonly keep: KeptBackups;
}

const TIME = "02:30";
/** Beside the data they help against damage, not against the loss of the disk: a few will do. */
const KEPT_BESIDE: KeptBackups = { daily: 3, weekly: 0, monthly: 0 };
const KEPT_ELSEWHERE: KeptBackups = { daily: 7, weekly: 4, monthly: 12 };

/** What the settings say, with defaults for what nobody chose. */
export function backupPlan(settings: Pick<Settings, "get">, data: string): BackupPlan {
  const folder = settings.get<string>("backup.folder");
  const usual = folder === undefined ? KEPT_BESIDE : KEPT_ELSEWHERE;
  return {
    isOn: settings.get<boolean>("backup.enabled") ?? true,
    folder: folder ?? path.join(data, "backups"),
    isDefaultFolder: folder === undefined,
    time: settings.get<string>("backup.time") ?? TIME,
    keep: {
      daily: settings.get<number>("backup.keepDaily") ?? usual.daily,
      weekly: settings.get<number>("backup.keepWeekly") ?? usual.weekly,
      monthly: settings.get<number>("backup.keepMonthly") ?? usual.monthly,
    },
  };
}

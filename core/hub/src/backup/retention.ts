import { addDays, localDateOf } from "@vatio/model";
import type { LocalDate } from "@vatio/plugin-api";
import type { BackupInfo } from "./types.js";

/** How many backups the schedule keeps: the newest of each of the last days, weeks and months that have one. */
export interface KeptBackups {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/** Monday of the week of a day (ISO 8601). */
const weekOf = (date: LocalDate): string => addDays(date, -((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7));

const monthOf = (date: LocalDate): string => date.slice(0, 7);

type Dated = BackupInfo & { readonly madeAt: NonNullable<BackupInfo["madeAt"]> };

const isDated = (backup: BackupInfo): backup is Dated => backup.madeAt !== undefined;

/** The newest backup of each of the newest periods. */
function newestOf(backups: readonly Dated[], count: number, periodOf: (backup: Dated) => string): Dated[] {
  const found = new Map<string, Dated>();
  for (const backup of backups) {
    const period = periodOf(backup);
    if (!found.has(period) && found.size < count) found.set(period, backup);
  }
  return [...found.values()];
}

/**
 * Which backups of the schedule may go. Those that a person made stay until a person removes them, and so does what cannot be read. A bad one
 * goes once there is a newer good one. The newest good one always stays.
 * @param zone days, weeks and months are those of this zone
 */
export function backupsToDrop(backups: readonly BackupInfo[], kept: KeptBackups, zone: string): readonly BackupInfo[] {
  const dated = backups.filter(isDated).sort((a, b) => b.madeAt - a.madeAt);
  const good = dated.filter(({ state }) => state === "good");
  const newest = good[0];
  if (newest === undefined) return [];
  const scheduled = good.filter(({ kind }) => kind === "scheduled");
  const dateOf = ({ madeAt }: Dated): LocalDate => localDateOf(madeAt, zone);
  const stays = new Set<Dated>([
    newest,
    ...newestOf(scheduled, kept.daily, dateOf),
    ...newestOf(scheduled, kept.weekly, (backup) => weekOf(dateOf(backup))),
    ...newestOf(scheduled, kept.monthly, (backup) => monthOf(dateOf(backup))),
  ]);
  return dated.filter(
    (backup) =>
      backup.kind === "scheduled" && !stays.has(backup) && (backup.state === "good" || backup.madeAt < newest.madeAt),
  );
}

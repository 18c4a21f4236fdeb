const AT = 1_774_828_800_000;
const FOLDER = "/mnt/backup/vatio";

const backup = {
  id: "2026-03-30T02-30-00Z",
  folder: `${FOLDER}/2026-03-30T02-30-00Z`,
  state: "good",
  madeAt: AT,
  kind: "scheduled",
  hubVersion: "0.1.0",
  bytes: 52_428_800,
  rows: 18_400_000,
  hasKey: true,
  missing: [],
  problems: [],
  verifiedAt: AT + 30_000,
};

/** Examples of backups and of putting one back. */
export const backupExamples: Readonly<Record<string, unknown>> = {
  Backup: backup,
  Backups: {
    isOn: true,
    folder: FOLDER,
    isDefaultFolder: false,
    isSameDisk: false,
    time: "02:30",
    keep: { daily: 7, weekly: 4, monthly: 12 },
    hasPassphrase: true,
    next: AT + 86_400_000,
    backups: [backup],
  },
  BackupBody: { folder: FOLDER },
  BackupPassphraseBody: { passphrase: "four words nobody guesses" },
  SetupRestoreBody: { code: "K7QM-2XFP", folder: FOLDER, passphrase: "four words nobody guesses" },
  SetupRestored: { backup: backup.id, madeAt: AT, key: "restored", leftOut: [], restarts: true },
};

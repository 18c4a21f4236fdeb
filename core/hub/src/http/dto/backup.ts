import { type Static, Type } from "@vatio/plugin-api";
import { at, closed, literals } from "./parts.js";

const count = Type.Integer({ minimum: 0 });

/** A backup. */
export const BackupDto = Type.Object({
  id: Type.String({ description: "Name of its folder" }),
  folder: Type.String(),
  state: literals(["good", "bad", "unverified", "unreadable"]),
  madeAt: Type.Optional(at),
  kind: Type.Optional(literals(["scheduled", "manual"])),
  hubVersion: Type.Optional(Type.String()),
  bytes: Type.Optional(Type.Number({ description: "All that it needs, with what it shares with other backups" })),
  rows: Type.Optional(Type.Number({ description: "Readings in it" })),
  hasKey: Type.Optional(Type.Boolean({ description: "The key of the secrets is in it, sealed with a passphrase" })),
  missing: Type.Array(Type.String({ description: "What could not be copied" })),
  problems: Type.Array(Type.String({ description: "What its trial restore found" })),
  verifiedAt: Type.Optional(at),
});
export type BackupDto = Static<typeof BackupDto>;

/** How it is with the backups. */
export const BackupsDto = Type.Object({
  isOn: Type.Boolean(),
  folder: Type.String(),
  isDefaultFolder: Type.Boolean({ description: "Nobody chose a folder: backups lie beside the data" }),
  isSameDisk: Type.Boolean({ description: "The backups would be lost with the disk of the data" }),
  time: Type.String({ description: "Time of the day in the zone of the site, `02:30`" }),
  keep: Type.Object({ daily: count, weekly: count, monthly: count }),
  hasPassphrase: Type.Boolean(),
  next: Type.Optional(at),
  running: Type.Optional(Type.Object({ step: literals(["copying", "verifying"]), folder: Type.String(), since: at })),
  lastFailure: Type.Optional(Type.Object({ at, code: Type.String(), message: Type.String() })),
  backups: Type.Array(BackupDto, { description: "Newest first" }),
});
export type BackupsDto = Static<typeof BackupsDto>;

const folder = Type.String({ minLength: 1, maxLength: 1024, description: "Whole path on the hub's machine" });
const passphrase = Type.String({ minLength: 1, maxLength: 1024 });

/** Where a backup goes. */
export const BackupBody = Type.Object({ folder: Type.Optional(folder) }, closed);
export type BackupBody = Static<typeof BackupBody>;

/** Seals the key of the secrets in backups. */
export const BackupPassphraseBody = Type.Object({ passphrase }, closed);
export type BackupPassphraseBody = Static<typeof BackupPassphraseBody>;

/** What is restored into a hub that waits for its first person. */
export const SetupRestoreBody = Type.Object(
  {
    code: Type.String({ maxLength: 64, description: "The set-up code from the log" }),
    folder: Type.String({
      minLength: 1,
      maxLength: 1024,
      description: "A backup, or a folder of backups: then the newest good one",
    }),
    passphrase: Type.Optional(passphrase),
    partial: Type.Optional(Type.Boolean({ description: "Leave out what is missing or damaged in the backup" })),
  },
  closed,
);
export type SetupRestoreBody = Static<typeof SetupRestoreBody>;

/** What will be there after the restart. */
export const SetupRestoredDto = Type.Object({
  backup: Type.String(),
  madeAt: at,
  key: literals(["restored", "kept", "missing"]),
  leftOut: Type.Array(Type.String()),
  restarts: Type.Boolean({ description: "The hub starts anew by itself" }),
});
export type SetupRestoredDto = Static<typeof SetupRestoredDto>;

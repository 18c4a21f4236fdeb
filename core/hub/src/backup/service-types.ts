import type { Actor, DurationMs, ErrorCode, Instant } from "@vatio/plugin-api";
import type { BackupPlan } from "./backup-settings.js";
import type { BackupInfo } from "./types.js";

/** What is done at the moment. */
export interface RunningBackup {
  readonly step: "copying" | "verifying";
  readonly folder: string;
  readonly since: Instant;
}

/** Why the last attempt failed. */
export interface BackupFailure {
  readonly at: Instant;
  readonly code: ErrorCode;
  readonly message: string;
}

/** How it is with the backups. */
export interface BackupStatus extends BackupPlan {
  readonly next?: Instant;
  readonly running?: RunningBackup;
  readonly lastFailure?: BackupFailure;
  /** The backups would go with the disk of the data. */
  readonly isSameDisk: boolean;
  /** The key of the secrets is in the backups, sealed with a passphrase. */
  readonly hasPassphrase: boolean;
  /** Newest first. */
  readonly backups: readonly BackupInfo[];
}

/** Backups of a running hub. */
export interface BackupService {
  /** @throws E_BACKUP_UNAVAILABLE */
  status(): Promise<BackupStatus>;
  /**
   * Makes a backup and tries it; settles when both are done.
   * @param folder an absolute path; that of the settings when left out
   * @throws E_BACKUP_BUSY, E_BACKUP_FOLDER, E_BACKUP_DISK_FULL, E_BACKUP_FAILED, E_BACKUP_BAD
   */
  make(actor: Actor, folder?: string): Promise<BackupInfo>;
  /** The same, in the background: `status` tells of it. @throws E_BACKUP_BUSY, E_BACKUP_FOLDER */
  begin(actor: Actor, folder?: string): Promise<void>;
  /** Tries a backup again. @throws E_BACKUP_UNKNOWN, E_BACKUP_BUSY */
  verify(actor: Actor, id: string): Promise<BackupInfo>;
  /** @throws E_BACKUP_UNKNOWN, E_BACKUP_BUSY, E_BACKUP_LAST when it is the only good one */
  remove(actor: Actor, id: string): Promise<void>;
  /** Puts the key of the secrets into the backups from now on, sealed; undefined: leaves it out again. @throws E_PASSPHRASE_WEAK */
  setPassphrase(actor: Actor, passphrase: string | undefined): Promise<void>;
  /** Begins the schedule. */
  start(): void;
  /** Gives up what runs. */
  stop(): Promise<void>;
}

/** How long without a good backup is too long. */
export const OLD_AFTER = (50 * 3_600_000) as DurationMs;

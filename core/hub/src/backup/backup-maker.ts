import path from "node:path";
import { type KeyValue, type Log, VatioError } from "@vatio/plugin-api";
import { Value } from "typebox/value";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { SnapshotSource } from "../store/types.js";
import { createBackup } from "./create-backup.js";
import { removeFolder } from "./file-tools.js";
import type { KeySealer } from "./key-seal.js";
import { describeBackup, listBackups, MANIFEST, readManifest } from "./manifest.js";
import { Pool } from "./pool.js";
import { backupsToDrop, type KeptBackups } from "./retention.js";
import { type BackupInfo, type BackupManifest, SealedKey } from "./types.js";
import { verifyBackup } from "./verify-backup.js";

/** Owner of the documents of backups. */
export const BACKUP_OWNER = "hub:backup";
/** Document that holds the sealed key of the secrets. */
export const SEALED_KEY = "sealed-key";

/** What making backups of a running hub needs. */
export interface BackupMakerOptions {
  /** The data folder. */
  readonly data: string;
  readonly state: SnapshotSource;
  readonly telemetry: SnapshotSource;
  /** Keeps sealed files on the disk until it is disposed. */
  readonly hold: () => Disposable;
  readonly documents: KeyValue;
  /** Seals the key of the secret store. */
  readonly keySealer: KeySealer;
  readonly hubVersion: string;
  readonly clock: HubClock;
  readonly counters: CounterTable;
}

/** One backup to make. */
export interface MakeRequest {
  readonly kind: BackupManifest["kind"];
  readonly target: string;
  readonly signal: AbortSignal;
  readonly keep: KeptBackups;
  /** Days, weeks and months are those of this zone. */
  readonly zone: string;
  /** The copy is there and is being tried. */
  readonly onCopied: () => void;
}

/** Times that a backup is made when its trial fails: what was damaged in the pool is taken in anew. */
const ROUNDS = 2;

/** Makes backups, tries them, and removes old ones. */
export class BackupMaker {
  readonly #options: BackupMakerOptions;
  readonly #log: Log;

  constructor(options: BackupMakerOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /**
   * Makes a backup, tries it, and lets go of those that are too old.
   * @throws E_BACKUP_BAD, and what `createBackup` throws
   */
  async make(request: MakeRequest): Promise<BackupInfo> {
    for (let round = 1; ; round++) {
      const { folder, id } = await this.#copy(request);
      request.onCopied();
      const { ok, problems } = await this.verify(folder, request.signal);
      if (ok) {
        await this.#retain(request);
        return describeBackup(folder);
      }
      this.#options.counters.add("backup", "bad", request.kind);
      this.#log.error("A backup is not equal to what it was made from.", { id, problems });
      if (round < ROUNDS) continue;
      const message = `The backup ${id} was made and is not good: ${problems[0]} Older backups are untouched.`;
      throw new VatioError("E_BACKUP_BAD", message, { details: { id, problems } });
    }
  }

  /** Restores a backup on trial. */
  async verify(backup: string, signal: AbortSignal): ReturnType<typeof verifyBackup> {
    const found = await verifyBackup({ backup, clock: this.#options.clock, log: this.#log, signal });
    signal.throwIfAborted();
    return found;
  }

  /** Removes backups and what only they needed. A manifest goes first: without it a folder is no backup. */
  async drop(target: string, folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      await removeFolder(path.join(folder, MANIFEST));
      await removeFolder(folder);
    }
    const left = await listBackups(target);
    // What an unreadable manifest needs is not known: then nothing goes.
    if (left.some(({ state }) => state === "unreadable")) return;
    const manifests = await Promise.all(left.map(({ folder }) => readManifest(folder)));
    await new Pool(target).sweep(manifests.flatMap(({ readings, files }) => [...readings, ...files]));
  }

  /** The key of the secrets as backups get it; undefined while nobody gave a passphrase. */
  async sealedKey(): Promise<SealedKey | undefined> {
    const found = (await this.#options.documents.get(SEALED_KEY))?.value;
    return Value.Check(SealedKey, found) ? found : undefined;
  }

  async #copy({ kind, target, signal }: MakeRequest): Promise<{ readonly folder: string; readonly id: string }> {
    const { keySealer } = this.#options;
    const sealed = await this.sealedKey();
    const secretKey = { check: keySealer.check, ...(sealed ? { sealed } : {}) };
    return createBackup({ ...this.#options, secretKey, kind, target, signal, log: this.#log });
  }

  async #retain({ target, keep, zone }: MakeRequest): Promise<void> {
    const gone = backupsToDrop(await listBackups(target), keep, zone);
    await this.drop(
      target,
      gone.map(({ folder }) => folder),
    );
    for (const { id } of gone) this.#log.info("An old backup was removed.", { id });
  }
}

import path from "node:path";
import { type Actor, type Json, type Log, VatioError } from "@vatio/plugin-api";
import type { AuditRecorder } from "../bus/command-bus.js";
import type { HealthTree } from "../health.js";
import type { HubLog } from "../log/types.js";
import type { Settings } from "../settings/types.js";
import { IN_MEMORY } from "../store/duckdb.js";
import { describeHealth } from "./backup-health.js";
import { BackupMaker, type BackupMakerOptions, SEALED_KEY } from "./backup-maker.js";
import { BackupSchedule } from "./backup-schedule.js";
import { type BackupPlan, backupPlan } from "./backup-settings.js";
import { namesIn } from "./file-tools.js";
import { describeBackup, listBackups, MANIFEST } from "./manifest.js";
import type { BackupFailure, BackupService, BackupStatus, RunningBackup } from "./service-types.js";
import { isSameDisk, requireTarget } from "./target-folder.js";
import type { BackupInfo, BackupManifest } from "./types.js";

/** What backups of a running hub need. */
export interface BackupServiceOptions extends BackupMakerOptions {
  readonly settings: Pick<Settings, "get">;
  /** Zone of the site, whose clock the schedule follows. */
  readonly zone: () => string;
  /** Whether the schedule may begin: not while the hub waits for its first person, and not for a demo. */
  readonly isWanted: () => boolean;
  readonly health: HealthTree;
  readonly log: HubLog;
  readonly audit: AuditRecorder;
  readonly onSettingsChanged: (listener: (key: string) => void) => Disposable;
}

const SCHEDULE: Actor = { kind: "hub", id: "backup" };

/** What is under way. */
interface Running {
  what: RunningBackup;
  readonly done: Promise<unknown>;
  readonly abort: AbortController;
}

interface Request {
  readonly actor: Actor;
  readonly kind: BackupManifest["kind"];
  readonly target: string;
}

/** An entry of the audit log. */
interface Noted {
  readonly actor: Actor;
  readonly what: string;
  /** The backup; "" for all of them. */
  readonly id: string;
  readonly outcome: "ok" | "failed";
  readonly details?: Json;
}

class HubBackups implements BackupService {
  readonly #options: BackupServiceOptions;
  readonly #log: Log;
  readonly #maker: BackupMaker;
  readonly #schedule: BackupSchedule;
  #running: Running | undefined;
  #lastFailure: BackupFailure | undefined;
  #watch: Disposable | undefined;
  #stopped = false;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
    this.#log = options.log.source("backup");
    this.#maker = new BackupMaker(options, this.#log);
    this.#schedule = new BackupSchedule({
      clock: options.clock,
      plan: () => this.#plan,
      zone: options.zone,
      run: () => this.#scheduled(),
      newest: async () => (await this.#backups()).at(-1)?.madeAt,
      look: () => this.#look(),
    });
  }

  async status(): Promise<BackupStatus> {
    this.#requireData();
    const plan = this.#plan;
    this.#schedule.arm();
    const { next } = this.#schedule;
    return {
      ...plan,
      ...(next === undefined ? {} : { next }),
      ...(this.#running ? { running: this.#running.what } : {}),
      ...(this.#lastFailure ? { lastFailure: this.#lastFailure } : {}),
      isSameDisk: await isSameDisk(plan.folder, this.#options.data),
      hasPassphrase: (await this.#maker.sealedKey()) !== undefined,
      backups: (await this.#backups()).toReversed(),
    };
  }

  async make(actor: Actor, folder?: string): Promise<BackupInfo> {
    return this.#make({ actor, kind: "manual", target: await this.#target(folder) });
  }

  async begin(actor: Actor, folder?: string): Promise<void> {
    const target = await this.#target(folder);
    this.#assertIdle();
    // How it went is told by `status`.
    this.#make({ actor, kind: "manual", target }).catch(() => undefined);
  }

  async verify(actor: Actor, id: string): Promise<BackupInfo> {
    const backup = await this.#folderOf(id);
    const { ok } = await this.#run("verifying", this.#plan.folder, (signal) => this.#maker.verify(backup, signal));
    await this.#audit({ actor, what: "backup.verify", id, outcome: ok ? "ok" : "failed" });
    await this.#look();
    return describeBackup(backup);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    const folder = await this.#folderOf(id);
    const target = this.#plan.folder;
    await this.#run("copying", target, async () => {
      const good = (await listBackups(target)).filter(({ state }) => state === "good");
      if (good.length === 1 && good[0]?.id === id)
        throw new VatioError("E_BACKUP_LAST", "This is the only good backup. Make another one first.", {
          details: { id },
        });
      await this.#maker.drop(target, [folder]);
    });
    await this.#audit({ actor, what: "backup.remove", id, outcome: "ok" });
    await this.#look();
  }

  async setPassphrase(actor: Actor, passphrase: string | undefined): Promise<void> {
    const { documents, keySealer } = this.#options;
    if (passphrase === undefined) await documents.delete(SEALED_KEY);
    else await documents.set(SEALED_KEY, { ...(await keySealer.seal(passphrase)) });
    const what = passphrase === undefined ? "backup.passphrase-removed" : "backup.passphrase-set";
    await this.#audit({ actor, what, id: "", outcome: "ok" });
  }

  start(): void {
    if (this.#options.data === IN_MEMORY) return;
    this.#watch = this.#options.onSettingsChanged((key) => {
      // A site brings its zone, whose clock the schedule follows.
      if (!key.startsWith("backup.") && !key.startsWith("site.")) return;
      this.#schedule.arm();
      void this.#look();
    });
    this.#schedule.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#watch?.[Symbol.dispose]();
    this.#schedule.stop();
    this.#running?.abort.abort(stopping());
    await this.#running?.done.catch(() => undefined);
  }

  get #plan(): BackupPlan {
    return backupPlan(this.#options.settings, this.#options.data);
  }

  /** Oldest first; none while the folder cannot be read. */
  #backups(): Promise<readonly BackupInfo[]> {
    return listBackups(this.#plan.folder).catch(() => []);
  }

  #requireData(): void {
    if (this.#options.data !== IN_MEMORY) return;
    throw new VatioError("E_BACKUP_UNAVAILABLE", "This hub keeps nothing: it has no data folder, and so no backups.");
  }

  async #target(folder = this.#plan.folder): Promise<string> {
    this.#requireData();
    await requireTarget(folder, this.#options.data);
    return folder;
  }

  /** Ids come from outside: only a name that the folder lists is joined to it. */
  async #folderOf(id: string): Promise<string> {
    this.#requireData();
    const target = this.#plan.folder;
    const isListed = !id.startsWith(".") && (await namesIn(target)).includes(id);
    const folder = path.join(target, id);
    if (isListed && (await namesIn(folder).catch((): string[] => [])).includes(MANIFEST)) return folder;
    throw new VatioError("E_BACKUP_UNKNOWN", `There is no backup ${id} in ${target}. Load the list again.`, {
      details: { id },
    });
  }

  #assertIdle(): void {
    if (this.#stopped) throw stopping();
    if (!this.#running) return;
    throw new VatioError("E_BACKUP_BUSY", "A backup is being made or tried already. Wait until it is done.", {
      retryable: true,
    });
  }

  /** One at a time. */
  async #run<T>(step: RunningBackup["step"], folder: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#assertIdle();
    const abort = new AbortController();
    const done = work(abort.signal);
    this.#running = { what: { step, folder, since: this.#options.clock.now() }, done, abort };
    try {
      return await done;
    } finally {
      this.#running = undefined;
    }
  }

  async #make({ actor, kind, target }: Request): Promise<BackupInfo> {
    const onCopied = (): void => {
      if (this.#running) this.#running.what = { ...this.#running.what, step: "verifying" };
    };
    const { keep } = this.#plan;
    const zone = this.#options.zone();
    try {
      const made = await this.#run("copying", target, (signal) =>
        this.#maker.make({ kind, target, signal, keep, zone, onCopied }),
      );
      this.#lastFailure = undefined;
      this.#options.counters.add("backup", "made", kind);
      await this.#audit({ actor, what: "backup.make", id: made.id, outcome: "ok", details: { folder: target } });
      return made;
    } catch (error) {
      await this.#failed({ actor, kind, target }, VatioError.from(error));
      throw error;
    } finally {
      await this.#look();
    }
  }

  async #failed({ actor, target }: Request, { code, message }: VatioError): Promise<void> {
    if (code === "E_BACKUP_BUSY" || this.#stopped) return;
    this.#lastFailure = { at: this.#options.clock.now(), code, message };
    this.#options.counters.add("backup", "failed", code);
    this.#log.error("The backup failed.", { code, reason: message, folder: target });
    await this.#audit({ actor, what: "backup.make", id: "", outcome: "failed", details: { code, folder: target } });
  }

  async #scheduled(): Promise<void> {
    if (!this.#options.isWanted()) return;
    const request: Request = { actor: SCHEDULE, kind: "scheduled", target: this.#plan.folder };
    try {
      await this.#target();
    } catch (error) {
      await this.#failed(request, VatioError.from(error));
      return this.#look();
    }
    await this.#make(request).catch(() => undefined);
  }

  /** Says in health how it is. */
  async #look(): Promise<void> {
    if (this.#stopped || this.#options.data === IN_MEMORY) return;
    const { clock, data, health, isWanted } = this.#options;
    const plan = this.#plan;
    const backups = await this.#backups();
    const isSame = await isSameDisk(plan.folder, data);
    const failure = this.#lastFailure === undefined ? {} : { failure: this.#lastFailure };
    describeHealth(health, { plan, backups, now: clock.now(), isSameDisk: isSame, isWanted: isWanted(), ...failure });
  }

  async #audit({ actor, what, id, outcome, details }: Noted): Promise<void> {
    const entry = { actor, what, resource: id === "" ? "backups" : `backup:${id}`, outcome };
    try {
      await this.#options.audit.record(details === undefined ? entry : { ...entry, details });
    } catch (error) {
      if (!this.#stopped) this.#log.warn("A backup could not be noted in the audit log.", { reason: String(error) });
    }
  }
}

const stopping = (): VatioError => new VatioError("E_ABORTED", "The hub is stopping.");

/** Makes the service of backups. `start` begins its schedule. */
export function createBackups(options: BackupServiceOptions): BackupService {
  return new HubBackups(options);
}

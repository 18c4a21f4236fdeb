import { type Log, type PluginId, type Text, text, VatioError } from "@vatio/plugin-api";
import { type Deferred, deferred } from "../deferred.js";
import { withDeadline } from "./deadline.js";
import { type FailureKind, kindOfFailure, reasonOf } from "./failure.js";
import type { HubServices } from "./hub-services.js";
import { backOff, CRASH_WINDOW } from "./lifecycle.js";
import { asideReason, explained, ownReason } from "./own-reason.js";
import type { PluginMemory } from "./plugin-memory.js";
import { PluginStatus } from "./plugin-status.js";
import { type PluginRuntime, SETUP_DEADLINE } from "./runtime.js";
import { PluginScope } from "./scope.js";
import { settingsForRun } from "./settings-of.js";
import type { PluginSource } from "./types.js";

/** What a supervisor is made from. */
export interface SupervisorOptions {
  readonly source: PluginSource;
  readonly services: HubServices;
  readonly memory: PluginMemory;
  /** The plugin's code runs in a worker. */
  readonly remote: boolean;
  /** Whether the plugin fits this hub and the other plugins; called before each start. @throws what makes it incompatible */
  readonly admit: () => void;
  readonly makeRuntime: (scope: PluginScope) => PluginRuntime;
}

/** One run of the plugin. */
interface Run {
  readonly scope: PluginScope;
  readonly runtime: PluginRuntime;
  /** Rejects when the run is to end while it starts. */
  readonly interrupted: Deferred<never>;
  /** Monotonic time at which it was ready. */
  readySince: number | undefined;
  /** What the plugin said about its health while it was starting. */
  why: Text | undefined;
  /** It was given up: nothing that still comes from it changes anything. */
  over: boolean;
}

/** Starts and stops one plugin, and decides what becomes of it when it fails. */
export class PluginSupervisor {
  readonly id: PluginId;
  readonly status: PluginStatus;
  readonly #options: SupervisorOptions;
  readonly #log: Log;
  #run: Run | undefined;
  #retry: Disposable | undefined;
  /** Failed starts and crashes in a row. */
  #failures = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.id = options.source.manifest.id as PluginId;
    this.#log = options.services.log.source(`plugin:${this.id}`);
    this.status = new PluginStatus(this.id, options.services, this.#log);
  }

  get memoryBytes(): number | undefined {
    return this.#run?.runtime.memoryBytes;
  }

  /** Settles when the plugin has dealt with all that it was sent. */
  async settled(): Promise<void> {
    await this.#run?.runtime.settled();
  }

  /** The state in which a person, or a crash, left the plugin. Called once, before anything else. */
  restore(): void {
    const { state, reason, crashes } = this.#options.memory;
    if (state === "disabled") this.#disable();
    if (state === "quarantined") this.status.move("quarantine", reason, crashes.all().at(-1)?.at);
  }

  /** Checks whether the plugin fits, before any plugin starts. What a person disabled, or a crash set aside, is left alone. */
  admit(): void {
    if (this.#mayStart(false)) this.#fits();
  }

  /** Starts the plugin, if it may. Settles when it runs or failed; never rejects. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start(false));
  }

  /** Stops the plugin, whatever it is doing. Never rejects. */
  stop(): Promise<void> {
    this.#interrupt();
    return this.#inTurn(() => this.#stop());
  }

  /** A person wants the plugin not to run: its messages are dropped from now on. */
  disable(): Promise<void> {
    this.#interrupt();
    // In one turn with the stop: nobody may start it in between.
    return this.#inTurn(async () => {
      await this.#stop();
      this.#disable();
      await this.#remember("disabled");
    });
  }

  /** A person wants the plugin to run, out of quarantine as well: it is restarted with a new chance. */
  release(): Promise<void> {
    const { memory, services } = this.#options;
    this.#interrupt();
    return this.#inTurn(async () => {
      await this.#stop();
      if (this.status.state === "disabled") services.mqtt.delivery.setPlugin(this.id, "away");
      memory.crashes.forgive(services.clock.now());
      this.#failures = 0;
      await this.#remember("enabled");
      await this.#start(true);
    });
  }

  /** What runs now need not be waited for. */
  #interrupt(): void {
    this.#run?.interrupted.reject(stopped(this.id));
  }

  /** One thing after the other: a restart during a crash must not end in two runs. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      this.#log.error(`The supervisor of ${this.id} failed`, { error: VatioError.from(error).message });
    });
    return this.#tail;
  }

  /** @param asked a person asked for it: that ends quarantine */
  async #start(asked: boolean): Promise<void> {
    this.#endRetry();
    if (this.#run || !this.#mayStart(asked) || !this.#fits()) return;
    this.status.move("start");
    const run = this.#newRun();
    this.#run = run;
    try {
      await this.#boot(run);
      this.#ready(run);
    } catch (error) {
      await this.#startFailed(run, error);
    }
  }

  async #boot(run: Run): Promise<void> {
    const { source, services, memory } = this.#options;
    const work = async (): Promise<void> => {
      const { migrate } = await run.runtime.load();
      const settings = await settingsForRun(source.manifest, memory, migrate);
      // It may have been stopped meanwhile: what is closed already must not be opened again.
      if (!run.over) await run.runtime.setup(settings);
    };
    const first = Promise.race([work(), run.interrupted.promise]);
    await withDeadline(services.clock, first, { after: SETUP_DEADLINE, error: () => setupTooLong(this.id) });
  }

  #ready(run: Run): void {
    const { clock, mqtt } = this.#options.services;
    run.readySince = clock.monotonic();
    this.status.move("ready");
    if (run.why) this.status.health(run.why);
    mqtt.delivery.setPlugin(this.id, "running");
  }

  async #startFailed(run: Run, error: unknown): Promise<void> {
    if (VatioError.is(error) && error.code === "E_PLUGIN_STOPPED") return this.#end(run);
    const kind = kindOfFailure(error);
    this.#giveUp(run, error, kind);
    await this.#afterFailure(run, kind);
  }

  async #stop(): Promise<void> {
    this.#endRetry();
    if (this.#run) await this.#end(this.#run);
    else this.status.move("stop");
    await this.#save();
  }

  async #end(run: Run): Promise<void> {
    run.over = true;
    this.#options.services.mqtt.delivery.setPlugin(this.id, "away");
    this.status.move("stop");
    await this.#close(run);
    this.status.move("stopped");
  }

  #newRun(): Run {
    const { source, services, memory, remote, makeRuntime } = this.#options;
    const scope = new PluginScope({
      manifest: source.manifest,
      services,
      remote,
      log: this.#log,
      events: {
        crashed: (error) => this.#crashed(run, error),
        faulted: (error, where) => this.#faulted(run, error, where),
        health: (why) => this.#said(run, why),
        used: (permission, at) => {
          memory.permissionsUsed[permission] = at;
        },
      },
    });
    const run: Run = {
      scope,
      runtime: makeRuntime(scope),
      interrupted: deferred<never>(),
      readySince: undefined,
      why: undefined,
      over: false,
    };
    return run;
  }

  #said(run: Run, why: Text | undefined): void {
    run.why = why;
    if (run.readySince !== undefined && !run.over) this.status.health(why);
  }

  /** Something escaped from the plugin. What must not wait for its turn is done at once. */
  #crashed(run: Run, error: unknown): void {
    if (run.over) this.#late(error);
    else if (run.readySince === undefined) run.interrupted.reject(error);
    else {
      this.#giveUp(run, error, "crash");
      void this.#inTurn(() => this.#afterFailure(run, "crash"));
    }
  }

  /** A handler threw: the plugin goes on until its budget is spent. An error that was thrown on purpose costs nothing. */
  #faulted(run: Run, error: unknown, where: string): void {
    const { memory, services } = this.#options;
    const known = VatioError.from(error);
    services.counters.add(`plugin:${this.id}`, "handler-failed", `${where} ${known.code}`);
    this.#log.error(`${where} failed: ${known.message}`, { code: known.code, stack: stackOf(error) });
    if (run.over || VatioError.is(error)) return;
    const now = services.clock.now();
    if (memory.crashes.nearlySpent(now)) this.#crashed(run, error);
    else {
      memory.crashes.add(now, error);
      void this.#save();
    }
  }

  /** What still comes from a run that was given up. */
  #late(error: unknown): void {
    const { code, message } = VatioError.from(error);
    this.#options.services.counters.add(`plugin:${this.id}`, "late-error", code);
    if (code !== "E_ABORTED" && code !== "E_DISPOSED")
      this.#log.warn(`After its end: ${message}`, { stack: stackOf(error) });
  }

  /** From now on the run is over; what it holds is closed in turn. */
  #giveUp(run: Run, error: unknown, kind: FailureKind): void {
    const { memory, services } = this.#options;
    const now = services.clock.now();
    const { code, message } = VatioError.from(error);
    run.over = true;
    services.mqtt.delivery.crashed(this.id).catch((failure: unknown) => this.#late(failure));
    const up = run.readySince === undefined ? 0 : services.clock.monotonic() - run.readySince;
    this.#failures = up >= CRASH_WINDOW ? 1 : this.#failures + 1;
    services.counters.add(`plugin:${this.id}`, "ended", code);
    this.#log.error(`${this.id} ended: ${message}`, { kind, stack: stackOf(error) });
    if (kind === "crash") memory.crashes.add(now, error);
    if (kind === "crash" && memory.crashes.spent(now)) this.#quarantine(error);
    else this.status.move("fail", reasonOf(error, kind));
  }

  #quarantine(error: unknown): void {
    const { memory, services } = this.#options;
    const count = memory.crashes.recent(services.clock.now());
    memory.state = "quarantined";
    memory.reason =
      asideReason(error, count) ?? text("plugin.quarantined", { count, why: VatioError.from(error).message });
    this.status.move("quarantine", memory.reason);
  }

  async #afterFailure(run: Run, kind: FailureKind): Promise<void> {
    void this.#save();
    await this.#close(run);
    if (this.status.state !== "failed" || kind === "final" || this.#run) return;
    const { clock, random } = this.#options.services;
    this.#retry = clock.timer(backOff(this.#failures, random.float()), () => void this.start());
  }

  /** Frees everything that the run holds, and reports what it did not give back in time. */
  async #close(run: Run): Promise<void> {
    if (this.#run !== run) return;
    const { errors, leaks } = await run.runtime.stop();
    this.#run = undefined;
    for (const error of errors) {
      this.#log.warn(`A cleanup of ${this.id} failed: ${VatioError.from(error).message}`, { stack: stackOf(error) });
    }
    if (Object.keys(leaks).length === 0) return;
    for (const [kind, count] of Object.entries(leaks)) {
      this.#options.services.counters.add(`plugin:${this.id}`, "leaked", kind, count);
    }
    this.#log.warn(`${this.id} did not give everything back when it stopped`, { leaks });
  }

  /** @param asked a person asked for it: that ends quarantine, and switches a disabled plugin on */
  #mayStart(asked: boolean): boolean {
    const { state } = this.status;
    return this.status.can("start") && (asked || (state !== "disabled" && state !== "quarantined"));
  }

  #fits(): boolean {
    try {
      this.#options.admit();
      return true;
    } catch (error) {
      const why = VatioError.from(error).message;
      this.#log.error(`${this.id} cannot run: ${why}`);
      this.status.move("refuse", ownReason(error) ?? text("plugin.incompatible", { why }));
      return false;
    }
  }

  #disable(): void {
    this.status.move("disable", text("plugin.disabled"));
    this.#options.services.mqtt.delivery.setPlugin(this.id, "disabled");
  }

  async #remember(state: "enabled" | "disabled"): Promise<void> {
    const { memory } = this.#options;
    memory.state = state;
    memory.reason = undefined;
    await this.#save();
  }

  /** A hub that cannot write goes on supervising. */
  async #save(): Promise<void> {
    try {
      await this.#options.memory.save();
    } catch (error) {
      this.#log.error(`The state of ${this.id} could not be stored`, { error: VatioError.from(error).message });
    }
  }

  #endRetry(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
  }
}

const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined);

const stopped = (id: PluginId): VatioError => new VatioError("E_PLUGIN_STOPPED", `${id} is to stop.`);

function setupTooLong(id: PluginId): VatioError {
  const message = `${id} was not ready after ${SETUP_DEADLINE / 1000} s. setup() must not wait for hardware: connect in the background.`;
  return explained("E_PLUGIN_TIMEOUT", {
    key: "plugin.why.timeout",
    params: { seconds: SETUP_DEADLINE / 1000 },
    message,
  });
}

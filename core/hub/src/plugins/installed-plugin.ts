import { type Manifest, type PluginId, VatioError } from "@vatio/plugin-api";
import type { BadPath } from "../bad-paths.js";
import type { SharedTables } from "./context/context.js";
import type { HubServices } from "./hub-services.js";
import { InlineRuntime } from "./inline-runtime.js";
import { checkCompatible } from "./loader.js";
import { checkManifest, registerMetrics } from "./manifest.js";
import { PluginMemory } from "./plugin-memory.js";
import type { PluginRuntime } from "./runtime.js";
import type { PluginScope } from "./scope.js";
import { checkEntered, settingsProblems } from "./settings-of.js";
import { PluginSupervisor } from "./supervisor.js";
import type { PluginHostConfig, PluginRecord, PluginSource } from "./types.js";
import { WorkerRuntime } from "./worker/worker-runtime.js";

/** What an installed plugin is made from. */
export interface InstalledPluginOptions {
  readonly source: PluginSource;
  readonly services: HubServices;
  readonly config: PluginHostConfig;
  readonly shared: SharedTables;
}

/** A plugin that this hub has, running or not. */
export class InstalledPlugin {
  readonly id: PluginId;
  readonly supervisor: PluginSupervisor;
  readonly #options: InstalledPluginOptions;
  readonly #memory: PluginMemory;
  readonly #isolation: "inline" | "worker";
  #declared: readonly Disposable[] | undefined;

  constructor(options: InstalledPluginOptions) {
    const { source, services } = options;
    const { manifest, firstParty } = source;
    this.id = manifest.id as PluginId;
    this.#options = options;
    this.#isolation = isolationOf(source, options.config);
    this.#memory = new PluginMemory(services, this.id, {
      // Code that somebody else wrote runs when a person says so.
      state: firstParty ? "enabled" : "disabled",
      configVersion: manifest.configVersion,
    });
    this.supervisor = new PluginSupervisor({
      source,
      services,
      memory: this.#memory,
      remote: this.#isolation === "worker",
      admit: () => this.#admit(),
      makeRuntime: (scope) => this.#makeRuntime(scope),
    });
  }

  async load(): Promise<void> {
    await this.#memory.load();
    this.supervisor.restore();
  }

  /** The hub needs it, and it does not run. */
  get isMissing(): boolean {
    const { state } = this.supervisor.status;
    return this.#isRequired && state !== "running" && state !== "degraded";
  }

  record(): PluginRecord {
    const { source, services } = this.#options;
    const { state, reason, since } = this.supervisor.status;
    const { memoryBytes } = this.supervisor;
    return {
      id: this.id,
      manifest: source.manifest,
      state,
      since,
      isolation: this.#isolation,
      firstParty: source.firstParty,
      crashes: this.#memory.crashes.all(),
      permissionsUsed: { ...this.#memory.permissionsUsed },
      config: this.#memory.config ?? {},
      secretsSet: this.#memory.secretsSet,
      inbox: services.telemetry.inbox.size(this.id),
      ...(reason && { reason }),
      ...(memoryBytes !== undefined && { memoryBytes }),
    };
  }

  /** What is wrong with settings, before they are stored. */
  problems(config: unknown): readonly BadPath[] {
    return settingsProblems(this.#manifest, config).map(({ path, message }) => ({ path, problem: message }));
  }

  /** Stores what a person entered and restarts the plugin with it. @throws E_CONFIG_INVALID */
  async configure(config: unknown, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    const entered = checkEntered(this.#manifest, config, secrets);
    const owner = `plugin:${this.id}`;
    for (const [name, value] of Object.entries(entered.secrets)) {
      if (value === null) await this.#options.services.secrets.delete(owner, name);
      else await this.#options.services.secrets.set(owner, name, value);
    }
    this.#memory.config = entered.config;
    this.#memory.configVersion = this.#manifest.configVersion;
    await this.#memory.save();
    await this.#memory.loadSecretNames();
    if (this.supervisor.status.state !== "disabled") await this.supervisor.release();
  }

  /** @throws E_PLUGIN_REQUIRED for one that the hub cannot do without */
  async disable(): Promise<void> {
    if (this.#isRequired) {
      throw new VatioError("E_PLUGIN_REQUIRED", `The hub cannot do without ${this.id}: it cannot be switched off.`);
    }
    await this.supervisor.disable();
  }

  /** Only what ships with the hub may keep it from starting. */
  get #isRequired(): boolean {
    return this.#manifest.required === true && this.#options.source.firstParty;
  }

  get #manifest(): Manifest {
    return this.#options.source.manifest;
  }

  /** Checks the plugin and declares what it adds to the hub, once. What fits stays declared while the plugin restarts. */
  #admit(): void {
    if (this.#declared) return;
    const { source, services, shared } = this.#options;
    const manifest = checkManifest(source.manifest);
    checkCompatible(manifest);
    if (this.#isolation === "worker" && source.entry === undefined) throw noEntry(this.id);
    const declared: Disposable[] = [];
    try {
      declared.push(services.events.declare(this.id, manifest.events ?? {}));
      declared.push(services.commands.declare(this.id, manifest.commands ?? {}));
      shared.mounts.reserve(this.id, manifest.http?.aliases ?? []);
      registerMetrics(manifest, services.metrics);
    } catch (error) {
      for (const entry of declared) entry[Symbol.dispose]();
      throw error;
    }
    if (manifest.messages) services.messages.set(this.id, manifest.messages);
    this.#declared = declared;
  }

  #makeRuntime(scope: PluginScope): PluginRuntime {
    const { source, shared, config } = this.#options;
    if (this.#isolation === "inline") return new InlineRuntime(scope, source, shared);
    return new WorkerRuntime({ scope, source, shared, memoryMb: config.workerMemoryMb });
  }
}

/** First-party plugins run inline unless they ask for a worker, third-party ones in a worker unless the operator trusts them; an operator may force a worker. */
function isolationOf({ manifest, firstParty }: PluginSource, config: PluginHostConfig): "inline" | "worker" {
  if (config.forceWorker.includes(manifest.id) || manifest.isolation === "worker") return "worker";
  return firstParty || config.allowInline?.includes(manifest.id) ? "inline" : "worker";
}

function noEntry(id: PluginId): VatioError {
  const message = `${id} is to run in a worker, but there is no module that a worker could load.`;
  return new VatioError("E_PLUGIN_INVALID", message, { details: { plugin: id } });
}

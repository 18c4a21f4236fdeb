import type { Instant, Json, PluginId, Text } from "@vatio/plugin-api";
import { CrashLog } from "./crash-log.js";
import type { HubServices } from "./hub-services.js";
import type { StoredPlugin } from "./plugin-states.js";

/** What the hub knows of a plugin from one run, and from one start of the hub, to the next. */
export class PluginMemory {
  readonly crashes = new CrashLog();
  readonly permissionsUsed: Record<string, Instant> = {};
  readonly #services: HubServices;
  readonly #id: PluginId;
  state: StoredPlugin["state"];
  reason: Text | undefined;
  config: Json | undefined;
  configVersion: number;
  secretsSet: readonly string[] = [];
  #saving: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(services: HubServices, id: PluginId, fresh: Pick<StoredPlugin, "state" | "configVersion">) {
    this.#services = services;
    this.#id = id;
    this.state = fresh.state;
    this.configVersion = fresh.configVersion;
  }

  async load(): Promise<void> {
    const stored = await this.#services.states.load(this.#id);
    await this.loadSecretNames();
    if (!stored) return;
    this.state = stored.state;
    this.reason = stored.reason;
    this.config = stored.config;
    if (stored.config !== undefined) this.configVersion = stored.configVersion;
    this.crashes.load(stored.crashes);
    Object.assign(this.permissionsUsed, stored.permissionsUsed);
  }

  async loadSecretNames(): Promise<void> {
    this.secretsSet = await this.#services.secrets.names(`plugin:${this.#id}`);
  }

  /** Settles after the durable write of what is known when it begins; writes that wait for each other become one. */
  save(): Promise<void> {
    this.#waiting ??= this.#saving.then(() => {
      this.#waiting = undefined;
      return this.#services.states.save(this.#id, this.#stored());
    });
    this.#saving = this.#waiting.catch(() => undefined);
    return this.#waiting;
  }

  #stored(): StoredPlugin {
    return {
      state: this.state,
      configVersion: this.configVersion,
      crashes: this.crashes.all(),
      permissionsUsed: this.permissionsUsed,
      ...(this.reason && { reason: this.reason }),
      ...(this.config !== undefined && { config: this.config }),
    };
  }
}

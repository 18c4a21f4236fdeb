import {
  type Actor,
  type Batch,
  type ChannelId,
  type Json,
  type PluginId,
  type Range,
  VatioError,
} from "@vatio/plugin-api";
import type { BadPath } from "../bad-paths.js";
import { catchStrayErrors, type UnattributedHandler } from "./attribution.js";
import { appAt } from "./context/http.js";
import { HistoryTable } from "./history-table.js";
import type { HubServices } from "./hub-services.js";
import { InstalledPlugin } from "./installed-plugin.js";
import { MountTable } from "./mount-table.js";
import { inEnglish } from "./own-reason.js";
import { type RefusedPlugin, refuseChange, refusedRecords } from "./refused-plugins.js";
import type {
  HubPluginHost,
  MountedAt,
  PluginHostConfig,
  PluginMount,
  PluginRecord,
  PluginSocketMount,
  PluginSource,
} from "./types.js";

/** What a plugin host is built from. */
export interface PluginHostOptions {
  readonly services: HubServices;
  /** Each id once: see `distinctPlugins`. */
  readonly sources: readonly PluginSource[];
  /** Installed ones that cannot be used: they are only shown, with the reason. */
  readonly refused?: readonly RefusedPlugin[];
  readonly config: PluginHostConfig;
  /** An error escaped that is nobody's: the app logs it and exits. Without it stray errors are not watched for. */
  readonly onUnattributed?: UnattributedHandler;
}

/** Makes the plugin host. */
export const createPluginHost = (options: PluginHostOptions): HubPluginHost => new SupervisingHost(options);

class SupervisingHost implements HubPluginHost {
  readonly #services: HubServices;
  readonly #mounts = new MountTable();
  readonly #histories = new HistoryTable();
  readonly #plugins = new Map<PluginId, InstalledPlugin>();
  readonly #refused: ReadonlyMap<PluginId, PluginRecord>;
  readonly #onUnattributed: UnattributedHandler | undefined;
  #watching: Disposable | undefined;

  constructor({ services, sources, refused = [], config, onUnattributed }: PluginHostOptions) {
    this.#services = services;
    this.#onUnattributed = onUnattributed;
    const shared = { mounts: this.#mounts, histories: this.#histories };
    for (const source of sources) {
      const plugin = new InstalledPlugin({ source, services, config, shared });
      this.#plugins.set(plugin.id, plugin);
    }
    const records = refusedRecords(refused, this.#plugins.keys(), services.clock.now());
    this.#refused = new Map(records.map((record) => [record.id, record]));
  }

  async start(): Promise<void> {
    if (this.#onUnattributed) this.#watching ??= catchStrayErrors(this.#onUnattributed);
    this.#reportRefused();
    const all = [...this.#plugins.values()];
    await Promise.all(all.map((plugin) => plugin.load()));
    // First what all of them declare, so that no order of starting matters.
    for (const { supervisor } of all) supervisor.admit();
    await Promise.all(all.map(({ supervisor }) => supervisor.start()));
    const missing = all.filter((plugin) => plugin.isMissing);
    if (missing.length === 0) return;
    await this.stop();
    throw requiredMissing(missing);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#plugins.values()].map(({ supervisor }) => supervisor.stop()));
    this.#watching?.[Symbol.dispose]();
    this.#watching = undefined;
  }

  list(): readonly PluginRecord[] {
    return [...[...this.#plugins.values()].map((plugin) => plugin.record()), ...this.#refused.values()];
  }

  get(id: PluginId): PluginRecord | undefined {
    return this.#plugins.get(id)?.record() ?? this.#refused.get(id);
  }

  problems(id: PluginId, config: Json): readonly BadPath[] {
    return this.#require(id).problems(config);
  }

  async configure(
    actor: Actor,
    id: PluginId,
    config: Json,
    secrets: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    await this.#change(actor, id, "configure", (plugin) => plugin.configure(config, secrets));
  }

  async enable(actor: Actor, id: PluginId): Promise<void> {
    await this.#change(actor, id, "enable", ({ supervisor }) => supervisor.release());
  }

  async disable(actor: Actor, id: PluginId): Promise<void> {
    await this.#change(actor, id, "disable", (plugin) => plugin.disable());
  }

  async restart(actor: Actor, id: PluginId): Promise<void> {
    await this.#change(actor, id, "restart", ({ supervisor }) => supervisor.release());
  }

  mountAt(path: string): { readonly plugin: PluginId; readonly mount: PluginMount; readonly rest: string } | undefined {
    const located = this.#mounts.locate(path);
    const mount = located && this.#mounts.app(located.plugin);
    if (!located || !mount) return undefined;
    const { plugin, prefix, rest } = located;
    return { plugin, mount: { app: appAt(mount.app, prefix), options: mount.options }, rest };
  }

  socketAt(path: string): { readonly plugin: PluginId; readonly mount: PluginSocketMount } | undefined {
    const located = this.#mounts.locate(path);
    const mount = located && this.#mounts.socket(located.plugin, located.rest);
    return located && mount && { plugin: located.plugin, mount };
  }

  mounts(): readonly MountedAt[] {
    return this.#mounts.list();
  }

  history(channel: ChannelId, range: Range, signal: AbortSignal): AsyncIterable<Batch> | undefined {
    return this.#histories.read(channel, range, signal);
  }

  offersHistory(driver: PluginId): boolean {
    return this.#histories.has(driver);
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#plugins.values()].map(({ supervisor }) => supervisor.settled()));
  }

  /** What a person does to a plugin: authorised and audited, however it ends. */
  async #change(
    actor: Actor,
    id: PluginId,
    what: string,
    work: (plugin: InstalledPlugin) => Promise<void>,
  ): Promise<void> {
    const entry = { actor, what: `plugin.${what}`, resource: `plugin:${id}` };
    try {
      this.#services.authorizer.require(actor, "administer", { kind: "plugin", id });
      await work(this.#require(id));
    } catch (caught) {
      const error = VatioError.from(caught);
      const outcome = error.code === "E_PERMISSION" ? "refused" : "failed";
      await this.#services.audit.record({ ...entry, outcome, details: { code: error.code } });
      throw error;
    }
    await this.#services.audit.record({ ...entry, outcome: "ok" });
  }

  #reportRefused(): void {
    const { health, log } = this.#services;
    for (const { id, manifest, reason } of this.#refused.values()) {
      health.set(`plugins/${id}`, "failed", reason);
      log.source("plugins").error(`${manifest.name} cannot be used: ${reason ? inEnglish(reason) : "?"}`);
    }
  }

  #require(id: PluginId): InstalledPlugin {
    const plugin = this.#plugins.get(id);
    if (plugin) return plugin;
    const refused = this.#refused.get(id);
    if (refused) refuseChange(refused);
    throw new VatioError("E_PLUGIN_UNKNOWN", `No plugin is called ${id}.`, { details: { plugin: id } });
  }
}

function requiredMissing(missing: readonly InstalledPlugin[]): VatioError {
  const names = missing.map(({ id }) => id).join(", ");
  const message = `The hub cannot do without ${names}, which did not start. The log says why.`;
  return new VatioError("E_PLUGIN_REQUIRED", message, { details: { plugins: missing.map(({ id }) => id) } });
}

import type { AnyPlugin } from "@vatio/plugin-api";
import { closeScope } from "./close-scope.js";
import { createPluginContext, type SharedTables } from "./context/context.js";
import { checkPlugin, loadFailed } from "./loader.js";
import type { MigrateStep, PluginRuntime, StopReport } from "./runtime.js";
import type { PluginScope } from "./scope.js";
import type { PluginSource } from "./types.js";

/** Runs a plugin in the hub's own thread. */
export class InlineRuntime implements PluginRuntime {
  readonly memoryBytes = undefined;
  readonly #scope: PluginScope;
  readonly #source: PluginSource;
  readonly #shared: SharedTables;
  #plugin: AnyPlugin | undefined;

  constructor(scope: PluginScope, source: PluginSource, shared: SharedTables) {
    this.#scope = scope;
    this.#source = source;
    this.#shared = shared;
  }

  async load(): Promise<{ readonly migrate: MigrateStep }> {
    const exported = await this.#import();
    const plugin = checkPlugin(exported, this.#source.manifest);
    this.#plugin = plugin;
    const { migrateConfig } = plugin;
    return { migrate: migrateConfig && ((config, from) => migrateConfig.call(plugin, config, from)) };
  }

  async #import(): Promise<unknown> {
    try {
      return await this.#scope.enter(() => this.#source.load(), "load");
    } catch (cause) {
      throw loadFailed(this.#source.manifest.id, cause);
    }
  }

  async setup(config: unknown): Promise<void> {
    const context = createPluginContext(this.#scope, config, this.#shared);
    await this.#scope.enter(() => this.#plugin?.setup(context as never), "setup");
  }

  stop(): Promise<StopReport> {
    return closeScope(this.#scope);
  }

  async settled(): Promise<void> {}
}

import type { SharedTables } from "../context/context.js";
import type { MigrateStep, PluginRuntime, StopReport } from "../runtime.js";
import type { PluginScope } from "../scope.js";
import type { PluginSource } from "../types.js";
export class WorkerRuntime implements PluginRuntime {
  readonly memoryBytes = undefined;
  constructor(_options: { scope: PluginScope; source: PluginSource; shared: SharedTables; memoryMb: number }) {}
  async load(): Promise<{ readonly migrate: MigrateStep }> {
    throw new Error("later");
  }
  async setup(_config: unknown): Promise<void> {}
  async stop(): Promise<StopReport> {
    return { errors: [], leaks: {} };
  }
  async settled(): Promise<void> {}
}

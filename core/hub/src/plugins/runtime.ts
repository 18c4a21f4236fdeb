import type { DurationMs } from "@vatio/plugin-api";

/** How a stop went. */
export interface StopReport {
  /** What cleanups threw. */
  readonly errors: readonly unknown[];
  /** What was still open after the deadline, by kind. */
  readonly leaks: Readonly<Record<string, number>>;
}

/** Step of a plugin's settings from one version to the next; undefined when the plugin has none. */
export type MigrateStep = ((config: unknown, fromVersion: number) => unknown) | undefined;

/** One run of a plugin, inline or in a worker. */
export interface PluginRuntime {
  /** Loads the plugin's code. @throws E_PLUGIN_INVALID, or what its module throws */
  load(): Promise<{ readonly migrate: MigrateStep }>;
  /** Runs `setup`. Whatever it throws, and however long it takes, `stop` must be called. */
  setup(config: unknown): Promise<void>;
  /** Ends the run: signal, cleanups, revoked handles. Never rejects. */
  stop(): Promise<StopReport>;
  /** Memory of a worker in bytes. */
  readonly memoryBytes: number | undefined;
  /** Settles when the plugin has dealt with all that it was sent. */
  settled(): Promise<void>;
}

/** How long `load` and `setup` may take together. */
export const SETUP_DEADLINE = 30_000 as DurationMs;

/** How long cleanups may take. */
export const STOP_DEADLINE = 5_000 as DurationMs;

import type { MetricRegistry } from "@vatio/model";
import type { ChannelId, Log, PluginId } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { BootConfig } from "../config/types.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";
import type { SealStep } from "./sealed/segment-options.js";
import type { Retention } from "./segment-types.js";
import type { AssignmentSource, ChannelNumbers } from "./types.js";

type BootStoreConfig = BootConfig["store"];

/** How the telemetry store works. What is left out has the default that suits a small machine. */
export interface TelemetryStoreConfig extends BootStoreConfig {
  /** Commits as soon as no commit is under way, whatever the clock says: for tests in virtual time. */
  readonly commitWhenIdle?: boolean;
  /** Days that are over are sealed by themselves, hourly; true for a database on the disk. */
  readonly autoSeal?: boolean;
  /** Rows that start a commit at once; 8,192. */
  readonly maxRows?: number;
  /** Rows that may wait; then writers wait. 65,536. */
  readonly hardCap?: number;
  /** Readings of one device that may wait for it to know the time; 500,000. */
  readonly heldRows?: number;
  /** Messages that one plugin's inbox takes; 100,000. */
  readonly inboxMessages?: number;
  /** Bytes that one plugin's inbox takes; 64 MiB. */
  readonly inboxBytes?: number;
}

/** What the telemetry store needs. */
export interface TelemetryStoreOptions {
  /** File of `telemetry.duckdb`, or `:memory:`. */
  readonly path: string;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly health?: HealthTree;
  readonly log: Log;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly assignments: AssignmentSource;
  /** Whether a driver may write a channel; when left out, whether the channel's id begins with the driver. */
  readonly owns?: (driver: PluginId, channel: ChannelId) => boolean;
  readonly config: TelemetryStoreConfig;
  /** Free bytes of the disk; asks the system when left out. */
  readonly freeSpace?: () => Promise<number>;
  /** Folder of sealed files; `readings` beside the database when left out. */
  readonly readings?: string;
  /** How long readings are kept; for ever when left out. */
  readonly retention?: Retention;
  /** Called at each step of sealing: tests stop it there. */
  readonly onSealStep?: (step: SealStep) => Promise<void> | void;
}

import type { MetricRegistry } from "@vatio/model";
import type { Log } from "@vatio/plugin-api";
import type { HubClock } from "../../clock.js";
import type { CounterTable } from "../../counters.js";
import type { HealthTree } from "../../health.js";
import type { SerialQueue } from "../serial-queue.js";
import type { Sources } from "../sources.js";
import type { SqlConnection } from "../sql-connection.js";
import type { ChannelNumbers } from "../types.js";
import type { Manifest } from "./manifest.js";

/** Where sealing is; tests stop it there. */
export type SealStep =
  | "begin"
  | "part"
  | "copied"
  | "synced"
  | "renamed"
  | "folder-synced"
  | "verified"
  | "swapping"
  | "swapped"
  | "unlinking"
  | "unlinked"
  | "checkpointed";

/** What everything around sealed files shares. */
export interface SegmentContext {
  readonly clock: HubClock;
  readonly log: Log;
  readonly counters: CounterTable;
  readonly health?: HealthTree;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly manifest: Manifest;
  readonly sources: Sources;
  /** Connection for heavy reading, and the queue of who uses it. */
  readonly sql: SqlConnection;
  readonly heavy: SerialQueue;
  /** Name of the database that files are sealed from. */
  readonly database: string;
  /** Free bytes of the disk. */
  readonly freeSpace: () => Promise<number>;
  /** Bytes that must stay free. */
  readonly minFreeBytes: number;
  /** Called at each step. */
  readonly onStep: (step: SealStep) => Promise<void> | void;
}

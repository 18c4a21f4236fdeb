import type {
  Batch,
  ChannelId,
  DeviceId,
  Frame,
  Instant,
  LastValues,
  MetricName,
  MqttMessage,
  PluginId,
  PointId,
  Range,
  Series,
  Text,
  Written,
} from "@vatio/plugin-api";
import type { DerivedStore } from "./derived-store.js";
import type { QueryDoor } from "./query-door.js";
import type { KeptOut } from "./rejections.js";
import type { SegmentStore } from "./segment-types.js";

export type * from "./segment-types.js";

/** A value that SQL takes as a parameter. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

/** Statements with `?` parameters. Timestamps are stored as BIGINT milliseconds and read back as numbers. */
export interface Sql {
  /** Rows as objects; BIGINT comes back as number, BLOB as Uint8Array. */
  all<T extends object>(statement: string, parameters?: readonly SqlValue[]): Promise<T[]>;
  run(statement: string, parameters?: readonly SqlValue[]): Promise<void>;
}

/** A database that can be copied while it is written to. */
export interface SnapshotSource {
  /**
   * Copies the database into a new file. Commits go on meanwhile.
   * @param measure asks the original; what it sees is exactly what the copy holds
   * @throws E_SNAPSHOT_FAILED when the copy could not be written or was given up; the original is not touched by that
   */
  snapshot<T>(target: string, measure: (sql: Sql) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** `state.duckdb`: people, settings, documents, devices, points, audit. One serial writer. */
export interface StateDatabase extends Sql {
  /** All or nothing; durable when it settles. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Small integer of a channel inside the store: allocated durably before its first row, never reused, never shown. */
export interface ChannelNumbers {
  numberOf(channel: ChannelId): number | undefined;
  channelOf(number: number): ChannelId | undefined;
  /** Settles after the durable commit of new numbers. */
  allocate(channels: readonly ChannelId[]): Promise<void>;
}

/** Which channel measured a point, and when: the store resolves points with it. */
export interface AssignmentSource {
  assignmentsOf(
    point: PointId,
  ): readonly { readonly channel: ChannelId; readonly from: Instant; readonly to?: Instant }[];
}

/** What a series query asks for. */
export interface SeriesQuery {
  readonly target: PointId | ChannelId;
  readonly metrics: readonly MetricName[];
  readonly range: Range;
  /** At most 2,000. */
  readonly maxBuckets: number;
}

/** What an export asks for. */
export interface ExportQuery {
  readonly targets: readonly (PointId | ChannelId)[];
  readonly metrics?: readonly MetricName[];
  readonly range: Range;
}

/** Rows of one channel, ascending in time, as an export streams them. */
export interface ExportBlock {
  readonly channel: ChannelId;
  readonly at: Float64Array;
  /** Codes of the origins: 0 live, 1 replay, 2 import. */
  readonly origins: Uint8Array;
  readonly columns: Readonly<Record<MetricName, Float64Array>>;
}

/** How the store is. */
export interface StoreStatus {
  readonly rows: number;
  readonly bytesOnDisk: number;
  readonly freeBytes: number;
  /** Rows that wait for the next group commit. */
  readonly pendingRows: number;
  /** Days until the disk is full at the present rate; undefined while unknown. */
  readonly daysLeft?: number;
  /** Why nothing is stored, when that is so. */
  readonly blocked?: Text;
  /** Anything that start-up had to repair. */
  readonly repairs: readonly string[];
}

/** A message that waits for a plugin that is away. */
export interface InboxMessage extends MqttMessage {
  readonly id: number;
  readonly plugin: PluginId;
  /** Crashes of the plugin while this message was in hand. */
  readonly crashes: number;
}

/** Durable inboxes of plugins, in `telemetry.duckdb`. */
export interface InboxStore {
  /** Settles after the durable commit. @throws E_INBOX_FULL (retryable) */
  put(plugin: PluginId, message: MqttMessage): Promise<void>;
  /** Oldest first. */
  read(plugin: PluginId, limit: number): Promise<readonly InboxMessage[]>;
  remove(plugin: PluginId, ids: readonly number[]): Promise<void>;
  /** Counts a crash with this message in hand; at three it is set aside. @returns true when it was set aside. */
  crashed(plugin: PluginId, id: number): Promise<boolean>;
  size(plugin: PluginId): { readonly messages: number; readonly bytes: number };
  aside(plugin: PluginId): Promise<readonly InboxMessage[]>;
  dropAside(plugin: PluginId, id: number): Promise<void>;
}

/** Who writes: decides whose channels may be written. Undefined: the hub itself. */
export interface WriteOptions {
  readonly driver?: PluginId;
  readonly frame?: Frame;
}

/** Figures of the store for whoever watches it. */
export interface StoreFigures {
  readonly commits: number;
  readonly commitFailures: number;
  /** Milliseconds that the last group commit took. */
  readonly lastCommitMs: number;
  readonly longestCommitMs: number;
  /** Readings that were committed since the start. */
  readonly rowsCommitted: number;
  /** Readings and messages that are not durable yet. */
  readonly pendingRows: number;
  /** Writes that wait for a look-up or for room. */
  readonly waitingWrites: number;
  /** Pieces of work that wait for the one connection that writes. */
  readonly queue: number;
  /** Queries that run or wait. */
  readonly queries: number;
  /** Readings whose instant is not known yet. */
  readonly heldRows: number;
}

/** The telemetry store: everything about readings goes through here. */
export interface TelemetryStore extends SnapshotSource {
  /**
   * Validates, fans out live, stores; settles after the durable commit. Atomic. Takes ownership of the arrays.
   *
   * A row counts as accepted when any value of it is stored, as duplicate when all of them were held already, and once for each reason
   * for which values of it were refused: a row with one good and one bad value is accepted and rejected.
   * @throws E_STORE_* (retryable) when nothing was committed; E_BATCH_INVALID, E_FRAME_INVALID
   */
  write(batches: readonly Batch[], options?: WriteOptions): Promise<Written>;
  /**
   * Gives rows of a boot their instants. A more exact time replaces one that is known, for rows that come from then on.
   * @throws E_BOOT_INVALID; E_STORE_* (retryable)
   */
  bootedAt(device: DeviceId, boot: string, at: Instant, errorMs: number): Promise<void>;
  /** From memory. */
  last(target: PointId | ChannelId): LastValues;
  /** @throws E_RANGE_INVALID, E_METRIC_UNKNOWN, E_STORE_BUSY (retryable) */
  series(query: SeriesQuery): Promise<readonly Series[]>;
  exportRows(query: ExportQuery): AsyncIterable<ExportBlock>;
  /** Calls back with each accepted batch at once, before its commit. */
  onBatch(listener: (batch: Batch) => void): Disposable;
  /** Calls back after each group commit with the channels that have new rows. */
  onCommit(listener: (channels: readonly ChannelId[]) => void): Disposable;
  readonly inbox: InboxStore;
  /** Sealed history: days that are over, months, imports. */
  readonly segments: SegmentStore;
  /** Calls back with the rows of a write that were refused, or held already. */
  onKeptOut(listener: (rows: readonly KeptOut[]) => void): Disposable;
  /** The door to tables of what is derived from readings. */
  readonly derived: DerivedStore;
  /** The door for read-only statements of administrators. */
  readonly queries: QueryDoor;
  /** Commits what waits, now. */
  flush(): Promise<void>;
  /** Nothing waits and no commit is under way. */
  readonly idle: boolean;
  status(): Promise<StoreStatus>;
  /** From memory. */
  figures(): StoreFigures;
  close(): Promise<void>;
}

import type { Batch, ChannelId, Instant, MetricName, Range } from "@vatio/plugin-api";

/** What a sealed file holds: a UTC day, a UTC month, or one import. */
export type SegmentKind = "day" | "month" | "import";

/** A sealed Parquet file, as the manifest knows it. */
export interface SegmentInfo {
  /** Relative to the folder of the readings, with `/`. */
  readonly path: string;
  readonly kind: SegmentKind;
  /** Instants that it is for. */
  readonly range: Range;
  /** Instants of its rows; absent when it has none. */
  readonly filled?: Range;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
  /** Rises each time that the same day or month is written again. */
  readonly generation: number;
  readonly importId?: string;
  readonly metrics: readonly MetricName[];
}

/** What a round of sealing did. */
export interface SealReport {
  readonly sealedDays: number;
  readonly mergedMonths: number;
  /** Bytes of files that went for good. */
  readonly freedBytes: number;
  readonly failures: readonly string[];
}

/** How long readings are kept, in days; absent: for ever. Takes effect when a month is merged. */
export interface Retention {
  /** Days that all readings of a channel are kept. */
  daysOf(channel: ChannelId, metric: MetricName): number | undefined;
}

/** Sealed history. */
export interface SegmentStore {
  /** In order of time. */
  list(): readonly SegmentInfo[];
  /** Seals what is due now: days that are over, days with late rows, months that are old enough. One round at a time. */
  seal(): Promise<SealReport>;
  /**
   * Stores an import as a file of its own: nothing of it can be seen before it settles. Channels without a number get one. What a device
   * told itself wins over it, whenever that came; it does not show among the newest values.
   * @throws E_IMPORT_KNOWN, E_IMPORT_INVALID, E_IMPORT_EMPTY, E_BATCH_INVALID, E_STORE_* (retryable)
   */
  addImport(importId: string, rows: AsyncIterable<Batch>): Promise<SegmentInfo>;
  /** Takes an import away. @returns false when there is none of that id */
  removeImport(importId: string): Promise<boolean>;
  /** Reads every file again and compares it with the manifest. A file that is missing or damaged is reported, never dropped. */
  verify(): Promise<readonly { readonly path: string; readonly problem: string }[]>;
  /** Until it is disposed, no file that counts now is taken off the disk: for copies. Files that come later are not held. */
  hold(): Disposable;
  /** Before this instant everything is sealed. */
  readonly sealedUntil: Instant | undefined;
}

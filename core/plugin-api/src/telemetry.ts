import type { ChannelId, DeviceId, Instant, MetricName, PointId, Range } from "@vatio/model";

/** Where readings come from: the device now, the device's own memory later, or a file. */
export type Origin = "live" | "replay" | "import";

/** Readings of one channel as columns. */
export interface Batch {
  readonly channel: ChannelId;
  readonly origin: Origin;
  /** Ascending; instants, or milliseconds since boot while the device does not know the time. */
  readonly at: Float64Array;
  /** Meaning of `at`; `utc` when left out. */
  readonly timebase?: "utc" | "since-boot";
  /** One column for each metric, in its stored unit, as long as `at`; NaN means absent. */
  readonly columns: Readonly<Record<MetricName, Float64Array>>;
}

/** Metrics over a range in buckets, as columns of one length. */
export interface Series {
  readonly metric: MetricName;
  readonly unit: string;
  /** Length of a bucket in milliseconds. */
  readonly bucketMs: number;
  /** First instant of each bucket. Every bucket of the range is present. */
  readonly from: Float64Array;
  /** NaN where the bucket holds no value. For a counter: the register's own value. */
  readonly min: Float64Array;
  readonly avg: Float64Array;
  readonly max: Float64Array;
  /** Share of the bucket that readings cover, 0 to 1. */
  readonly coverage: Float64Array;
  /** Bit set of {@link Quality}. */
  readonly quality: Uint8Array;
}

/** Bits of a bucket's quality. No bit: no data. */
export const Quality = { measured: 1, estimated: 2, corrected: 4, replayed: 8, imported: 16 } as const;

/** The device's own numbering: row i of every batch in the frame is sample `from + i` of that boot. Decides duplicates. */
export interface Frame {
  readonly device: DeviceId;
  readonly boot: string;
  readonly from: number;
}

/** What became of written rows. */
export interface Written {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: readonly RejectedRows[];
}

/** Rows that were kept out, with the key of a text that says why. */
export interface RejectedRows {
  readonly reason: string;
  readonly rows: number;
}

/** The newest value of a metric. */
export interface LastValue {
  readonly at: Instant;
  readonly value: number;
}

/** Newest value by metric. */
export type LastValues = Readonly<Record<MetricName, LastValue>>;

/** Plane 1: telemetry. Columnar batches at a high rate. */
export interface Telemetry {
  /**
   * Stores readings; the promise settles after the durable commit. Atomic; takes ownership of the arrays (a worker transfers them).
   * @throws E_STORE_* (retryable) when nothing was committed; E_PERMISSION without `telemetry.write`.
   */
  write(batches: Batch | readonly Batch[], frame?: Frame): Promise<Written>;
  /** When a boot began: gives rows written as `since-boot` their instants, also those that came before. `errorMs` bounds the doubt. */
  bootedAt(device: DeviceId, boot: string, at: Instant, errorMs: number): Promise<void>;
  /** Newest values of a point or a channel. */
  last(target: PointId | ChannelId): Promise<LastValues>;
  /** Metrics over a range, at most `maxBuckets` (and never more than 2,000) of them. */
  series(
    target: PointId | ChannelId,
    metrics: readonly MetricName[],
    range: Range,
    maxBuckets: number,
  ): Promise<readonly Series[]>;
  /** Calls back with every batch as it arrives, before it is committed. */
  watch(targets: readonly (PointId | ChannelId)[], handler: (batch: Batch) => void): Disposable;
}

/** One reading as a batch: `row(channel, at, { power_w: 3 })`. */
export function row(
  channel: ChannelId,
  at: Instant,
  values: Readonly<Record<MetricName, number>>,
  origin: Origin = "live",
): Batch {
  const columns = Object.fromEntries(Object.entries(values).map(([metric, value]) => [metric, Float64Array.of(value)]));
  return { channel, origin, at: Float64Array.of(at), columns };
}

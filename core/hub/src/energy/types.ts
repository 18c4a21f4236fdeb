import type { CounterEvent } from "@vatio/model";
import type { ChannelId, Instant, LocalDate, PointId, PointRole, Range, SiteId, Text } from "@vatio/plugin-api";

/** Lengths of the buckets in which energy is told. All but slot and hour follow the calendar of the site. */
export type EnergyBucket = "slot" | "hour" | "day" | "week" | "month" | "year";

/** What a usage query asks for. */
export interface UsageQuery {
  readonly site: SiteId;
  readonly range: Range;
  readonly bucket: EnergyBucket;
  /** Every point of the site when left out. */
  readonly points?: readonly PointId[];
}

/** Energy of a point in the buckets of a query, as columns of one length. NaN where nothing is known. */
export interface PointUsage {
  readonly point: PointId;
  readonly role: PointRole;
  /** Nearest point above it that the query has as well. */
  readonly parent?: PointId;
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  /** Share of the bucket that was measured, 0 to 1. The part of a bucket that is still to come does not count. */
  readonly coverage: Float64Array;
  /** Bit set of `Quality`. */
  readonly quality: Uint8Array;
  /** Import of the points right below it, together; absent without any. */
  readonly childrenWh?: Float64Array;
  /**
   * Its own import less that of its children; negative is a finding. Absent without children. Behind a grid meter, what was made or taken
   * from storage there counts as well, and what left does not.
   */
  readonly remainderWh?: Float64Array;
  /** Bits of `Quality` of the remainder: estimated where a child was not measured all the time. Absent without children. */
  readonly remainderQuality?: Uint8Array;
}

/** Where the energy of a site came from and went to, by bucket. NaN where nothing is known. */
export interface SiteBalance {
  /** All that was used within the site. */
  readonly usedWh: Float64Array;
  readonly gridImportWh: Float64Array;
  readonly gridExportWh: Float64Array;
  readonly generationWh: Float64Array;
  /** Of the generation, what was used on the spot. */
  readonly solarDirectWh: Float64Array;
  readonly storageChargeWh: Float64Array;
  readonly storageDischargeWh: Float64Array;
}

/** Points below another one used more than it did. */
export interface TreeFinding {
  readonly point: PointId;
  readonly range: Range;
  /** By how much, in Wh. */
  readonly excessWh: number;
  readonly children: readonly PointId[];
}

/** Energy of a site. */
export interface Usage {
  readonly site: SiteId;
  readonly zone: string;
  readonly bucket: EnergyBucket;
  /** Begins of the buckets and the end of the last one: one more than there are buckets. */
  readonly edges: Float64Array;
  readonly points: readonly PointUsage[];
  readonly balance: SiteBalance;
  readonly findings: readonly TreeFinding[];
  /** Energy until here is final; later slots may still change. */
  readonly settledUntil: Instant;
}

/** A counter event as it is kept. */
export interface StoredCounterEvent extends CounterEvent {
  readonly id: string;
  readonly channel: ChannelId;
  readonly point?: PointId;
}

/** Quality of the data of one channel. */
export interface ChannelQuality {
  readonly channel: ChannelId;
  readonly point?: PointId;
  readonly lastAt?: Instant;
  /** Share of each day, of the range asked for, that was measured; the last day counts until now. */
  readonly days: readonly { readonly day: LocalDate; readonly coverage: number }[];
  readonly coverage7: number;
  readonly coverage30: number;
  /** The value has not moved since, although readings come. */
  readonly stuckSince?: Instant;
  /** Clock of the device less that of the hub, in ms; positive when it runs ahead. */
  readonly skewMs?: number;
  /** Of the last 30 days, like resets and what was rejected. */
  readonly duplicates: number;
  readonly resets: number;
  readonly rejected: readonly { readonly reason: string; readonly rows: number }[];
  /** Most that the circuit carried as far as readings tell, with a margin, in W: for a person to confirm while nobody said it. */
  readonly learntCeilingW?: number;
}

/** Energy of a day of a point. */
export interface DayEnergy {
  readonly day: LocalDate;
  readonly importWh: number;
  readonly exportWh: number;
  readonly coverage: number;
  readonly quality: number;
}

/** Energy: slots, roll-ups and what is asked of them. Slots are kept per channel; points resolve through their dated assignments. */
export interface EnergyService {
  /** @throws E_RANGE_INVALID, E_SITE_UNKNOWN, E_POINT_UNKNOWN, E_STORE_BUSY (retryable) */
  usage(query: UsageQuery): Promise<Usage>;
  slots(
    point: PointId,
    range: Range,
  ): Promise<
    readonly {
      readonly slot: number;
      readonly importWh: number;
      readonly exportWh: number;
      readonly coverage: number;
      readonly quality: number;
    }[]
  >;
  daily(point: PointId, from: LocalDate, to: LocalDate): Promise<readonly DayEnergy[]>;
  /** Newest first. */
  events(query: {
    readonly range: Range;
    readonly points?: readonly PointId[];
    readonly limit: number;
  }): Promise<readonly StoredCounterEvent[]>;
  /** Of every channel that measures a point of the site now. @throws E_SITE_UNKNOWN, E_STORE_BUSY (retryable) */
  quality(site: SiteId): Promise<readonly ChannelQuality[]>;
  /** Works out again everything that a range of a channel has a part in. Settles when it is stored. */
  recompute(channel: ChannelId, range: Range): Promise<void>;
  /** Everything that was committed is in the slots. */
  readonly idle: boolean;
  /** Works until everything that was committed is in the slots. For tests, and before a backup. */
  settle(): Promise<void>;
  /** Why energy is behind, when it is. */
  readonly behind?: Text | undefined;
  start(): void;
  stop(): Promise<void>;
}

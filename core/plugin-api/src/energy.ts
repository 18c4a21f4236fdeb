import type { LocalDate, PointId, Range, SlotIndex } from "@vatio/model";

/** 15 minutes of one point. */
export interface EnergySlot {
  readonly point: PointId;
  readonly slot: SlotIndex;
  /** In Wh, like `exportWh`; NaN when nothing is known of the direction. */
  readonly importWh: number;
  readonly exportWh: number;
  /** Share of the slot that was measured, 0 to 1. */
  readonly coverage: number;
  /** Bit set of `Quality`. */
  readonly quality: number;
}

/** Energy of points. Needs `telemetry.read`. */
export interface Slots {
  /**
   * Slots of a range that anything is known of, in order. The last ones may still change.
   * @throws E_PERMISSION, E_POINT_UNKNOWN, E_RANGE_INVALID, E_STORE_BUSY (retryable)
   */
  read(point: PointId, range: Range): Promise<readonly EnergySlot[]>;
  /**
   * Days of the site's zone, the last one included; NaN where nothing is known.
   * @throws E_PERMISSION, E_POINT_UNKNOWN, E_RANGE_INVALID, E_STORE_BUSY (retryable)
   */
  daily(
    point: PointId,
    from: LocalDate,
    to: LocalDate,
  ): Promise<
    readonly {
      readonly day: LocalDate;
      readonly importWh: number;
      readonly exportWh: number;
      readonly coverage: number;
    }[]
  >;
}

import { SLOT_MS } from "@vatio/model";
import type { DerivedStore } from "../../store/index.js";

/** A value must not move for so many slots to count as stuck: 6 hours. */
const STUCK_SLOTS = 24;
/** As far as is looked back for the last movement: 7 days. */
const LOOK_BACK_SLOTS = 672;

interface StuckRow {
  readonly channel: number;
  readonly moved: number | null;
  readonly first: number;
  readonly last: number;
  readonly most: number;
}

/**
 * Since when the values of channels have not moved although readings come: every gauge stands still and one of them is not zero. What is
 * switched off shows zeros, and its voltage still moves.
 */
export async function stuckSince(
  derived: DerivedStore,
  channels: readonly number[],
  now: number,
): Promise<ReadonlyMap<number, number>> {
  if (channels.length === 0) return new Map();
  const slot = Math.floor(now / SLOT_MS);
  const rows = await derived.all<StuckRow>(
    `WITH recent AS (
       SELECT *, lag(last) OVER (PARTITION BY channel, metric ORDER BY slot) AS before FROM rollups
       WHERE slot >= ${slot - LOOK_BACK_SLOTS} AND row_count > 0 AND channel IN (${channels.join(", ")})
         AND metric IN ('power_w', 'voltage_v', 'current_a', 'frequency_hz', 'apparent_va', 'reactive_var', 'energy_import_wh', 'energy_export_wh'))
     SELECT channel, max(CASE WHEN lowest <> highest OR first <> coalesce(before, first) THEN slot END) AS moved,
       min(slot) AS first, max(slot) AS last, max(CASE WHEN metric NOT LIKE 'energy%' THEN abs(last) END) AS most
     FROM recent GROUP BY channel`,
  );
  const stuck = rows.flatMap(({ channel, moved, first, last, most }) => {
    const since = moved === null ? first : moved + 1;
    const isStuck = last - since >= STUCK_SLOTS && last >= slot - 2 && most > 0;
    return isStuck ? [[channel, since * SLOT_MS] as const] : [];
  });
  return new Map(stuck);
}

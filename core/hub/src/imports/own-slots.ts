import { SLOT_MS } from "@vatio/model";
import type { Instant, PointId } from "@vatio/plugin-api";
import type { EnergyService } from "../energy/types.js";
import { unionRuns } from "./slot-runs.js";
import type { SlotRun } from "./types.js";

/** A slot in which a point has data. */
export interface OwnSlot {
  readonly slot: number;
  readonly importWh: number;
  readonly exportWh: number;
}

/** Slots that are asked for at once: sixty days. */
const PIECE = 5_760;

/** The slots of a range in which a point has data of its own, or of an import. */
export async function ownSlots(
  energy: Pick<EnergyService, "slots">,
  point: PointId,
  { from, to }: SlotRun,
): Promise<readonly OwnSlot[]> {
  const found: OwnSlot[] = [];
  for (let begin = from; begin < to; begin += PIECE) {
    const end = Math.min(to, begin + PIECE);
    const range = { from: (begin * SLOT_MS) as Instant, to: (end * SLOT_MS) as Instant };
    for (const { slot, importWh, exportWh, coverage } of await energy.slots(point, range)) {
      if (coverage > 0 || importWh > 0 || exportWh > 0)
        found.push({ slot, importWh: orZero(importWh), exportWh: orZero(exportWh) });
    }
  }
  return found;
}

const orZero = (value: number): number => (Number.isNaN(value) ? 0 : value);

/** Slots as runs. */
export const runsOf = (slots: readonly OwnSlot[]): readonly SlotRun[] =>
  unionRuns(slots.map(({ slot }) => ({ from: slot, to: slot + 1 })));

import type { PointId } from "@vatio/plugin-api";
import type { EnergyService } from "../energy/types.js";
import { ownSlots } from "./own-slots.js";
import type { SeriesSums } from "./series-sums.js";
import { hullOf } from "./slot-runs.js";
import type { Conflict, SlotRun } from "./types.js";

/** What points have already where circuits of a file lie. Circuits without a target, or without a conflict, are left out. */
export async function conflictsOf(
  energy: Pick<EnergyService, "slots">,
  series: readonly SeriesSums[],
  targets: Readonly<Record<string, PointId>>,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const one of series) {
    const point = Object.hasOwn(targets, one.key) ? targets[one.key] : undefined;
    const runs = one.slots();
    const hull = hullOf(runs);
    if (point === undefined || !hull) continue;
    const both = within(await ownSlots(energy, point, hull), runs);
    if (both.length === 0) continue;
    const [importWh, exportWh] = [sum(both, "importWh"), sum(both, "exportWh")];
    conflicts.push({ key: one.key, point, slots: both.length, importWh, exportWh });
  }
  return conflicts;
}

const sum = <K extends string>(slots: readonly Readonly<Record<K, number>>[], name: K): number =>
  slots.reduce((total, slot) => total + slot[name], 0);

/** Those that lie in runs. Both are in order. */
function within<T extends { readonly slot: number }>(slots: readonly T[], runs: readonly SlotRun[]): readonly T[] {
  let next = 0;
  return slots.filter(({ slot }) => {
    while (next < runs.length && (runs[next]?.to ?? 0) <= slot) next += 1;
    return next < runs.length && slot >= (runs[next]?.from ?? Number.POSITIVE_INFINITY);
  });
}

import type { Column } from "../../data/api.js";

/** Neighbouring slots: `first` is in, `end` is not. */
export interface SlotRange {
  readonly first: number;
  readonly end: number;
}

/** So many slots around one of them, within the day. */
export function windowAround(middle: number, width: number, count: number): SlotRange {
  const size = Math.min(width, count);
  const first = Math.max(0, Math.min(count - size, Math.round(middle - size / 2)));
  return { first, end: first + size };
}

/** The same window further on, within the day. */
export const movedWindow = ({ first, end }: SlotRange, by: number, count: number): SlotRange =>
  windowAround(first + by + (end - first) / 2, end - first, count);

/** The slots from one to another, whichever comes first. */
export const between = (one: number, other: number): SlotRange => ({
  first: Math.min(one, other),
  end: Math.max(one, other) + 1,
});

/** The slot that begins at a time of the clock (`14:15`), or with `ending` the one after that which ends there. */
export function slotAt(times: readonly string[], time: string, ending = false): number | undefined {
  const index = times.indexOf(time);
  if (index >= 0 && !(ending && index === 0)) return index;
  // Midnight at the end of the day.
  return ending && (time === "00:00" || time === "24:00") ? times.length : undefined;
}

/** What a part of the day holds. */
export interface PickedEnergy {
  readonly slots: number;
  readonly wh: number;
  /** Slots of which nothing is known. */
  readonly missing: number;
}

/** Sum of some slots. */
export function pickedEnergy(values: Column, { first, end }: SlotRange): PickedEnergy {
  const picked = values.slice(first, end);
  return {
    slots: picked.length,
    wh: picked.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    missing: picked.filter((value) => value === null).length,
  };
}

/** The slot that holds most: where to look first. */
export function peakOf(values: Column): number | undefined {
  let peak: number | undefined;
  for (const [index, value] of values.entries())
    if (value !== null && value > 0 && (peak === undefined || value > (values[peak] ?? 0))) peak = index;
  return peak;
}

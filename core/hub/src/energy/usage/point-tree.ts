import { type Point, type PointId, Quality } from "@vatio/plugin-api";
import type { PointUsage } from "../types.js";

/** A point of a query before its children are known. */
export type OwnUsage = Omit<PointUsage, "parent" | "childrenWh" | "remainderWh" | "remainderQuality">;

/** Points above each other; a circle ends there. */
const DEEPEST = 32;

/** The nearest point above one that is asked for as well. */
export function nearestAbove(
  point: Point,
  get: (id: PointId) => Point | undefined,
  isWanted: (id: PointId) => boolean,
): PointId | undefined {
  let above = point.parent;
  for (let depth = 0; above !== undefined && above !== point.id && depth < DEEPEST; depth++) {
    if (isWanted(above)) return above;
    above = get(above)?.parent;
  }
  return undefined;
}

/** A child that was measured by so much less than its parent leaves the rest in doubt. */
const COVERAGE_NOISE = 0.01;

/** What lies right below a point, together, and the rest. `remainderQuality`: estimated where a child was not measured all the time. */
export function childrenOf(
  own: OwnUsage,
  children: readonly OwnUsage[],
  supply: Float64Array,
): Pick<PointUsage, "childrenWh" | "remainderWh" | "remainderQuality"> {
  const buckets = own.importWh.length;
  const childrenWh = new Float64Array(buckets).fill(Number.NaN);
  const remainderWh = new Float64Array(buckets).fill(Number.NaN);
  const remainderQuality = new Uint8Array(buckets);
  for (let i = 0; i < buckets; i++) {
    const known = children.filter(({ importWh }) => !Number.isNaN(importWh[i]));
    if (known.length === 0) continue;
    childrenWh[i] = known.reduce((sum, { importWh }) => sum + (importWh[i] as number), 0);
    remainderWh[i] = (supply[i] as number) - (childrenWh[i] as number);
    if (Number.isNaN(remainderWh[i])) continue;
    const quality = known.reduce((bits, child) => bits | (child.quality[i] as number), own.quality[i] as number);
    remainderQuality[i] = quality | (hasGap(own, children, i) ? Quality.estimated : 0);
  }
  return { childrenWh, remainderWh, remainderQuality };
}

const hasGap = (own: OwnUsage, children: readonly OwnUsage[], i: number): boolean =>
  children.some(({ coverage }) => (coverage[i] as number) < (own.coverage[i] as number) - COVERAGE_NOISE);

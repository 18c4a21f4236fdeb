import type { PointRole } from "@vatio/plugin-api";
import type { PointUsage, SiteBalance } from "../types.js";

/** A point as the balance sees it. */
export type BalancePoint = Pick<PointUsage, "point" | "role" | "parent" | "importWh" | "exportWh"> & {
  /** Whether a channel measured the point in a bucket: before and after, it is no part. */
  readonly isPart: (bucket: number) => boolean;
};

type Column = Float64Array;

const CONSUMERS: ReadonlySet<PointRole> = new Set(["circuit", "load", "motor"]);

const nothing = (buckets: number): Column => new Float64Array(buckets).fill(Number.NaN);

/** Points of a role that no point of the same role lies above: phases below a main meter are in its figures. */
function topOf(points: readonly BalancePoint[], isRole: (role: PointRole) => boolean): readonly BalancePoint[] {
  const byId = new Map(points.map((point) => [point.point, point]));
  const isTop = ({ parent }: BalancePoint): boolean => {
    for (let above = parent, depth = 0; above !== undefined && depth < 32; depth++) {
      const point = byId.get(above);
      if (!point) return true;
      if (isRole(point.role)) return false;
      above = point.parent;
    }
    return true;
  };
  return points.filter((point) => isRole(point.role) && isTop(point));
}

/** A direction that a point never told of does not flow there; one that it tells of now and then is unknown in between. */
function direction(point: BalancePoint, column: Column, other: Column): (i: number) => number {
  const isTold = column.some((wh) => !Number.isNaN(wh));
  return (i) => {
    if (!point.isPart(i)) return 0;
    if (isTold) return column[i] as number;
    return Number.isNaN(other[i]) ? Number.NaN : 0;
  };
}

/** Sum of parts; unknown where one of them is, or where there is none. */
function total(
  parts: readonly { readonly point: BalancePoint; readonly at: (i: number) => number }[],
  buckets: number,
): Column {
  const sum = nothing(buckets);
  for (let i = 0; i < buckets; i++) {
    const here = parts.filter(({ point }) => point.isPart(i));
    if (here.length > 0) sum[i] = here.reduce((wh, { at }) => wh + at(i), 0);
  }
  return sum;
}

const importOf = (point: BalancePoint) => ({ point, at: direction(point, point.importWh, point.exportWh) });
const exportOf = (point: BalancePoint) => ({ point, at: direction(point, point.exportWh, point.importWh) });

/** Meters of generation are built in either way round: what they tell as export is what was made, else what they tell as import. */
function madeBy(point: BalancePoint) {
  return point.exportWh.some((wh) => wh > 0) ? exportOf(point) : importOf(point);
}

const orNone = (column: Column, i: number, exists: boolean): number => (exists ? (column[i] as number) : 0);

/**
 * Where the energy of a site came from and went to. Used = grid import - grid export + generation + discharge - charge; without any grid
 * meter, what the consumers at the top of the tree took. A role that the site has no point of counts as none, and its column stays unknown.
 */
export function siteBalance(points: readonly BalancePoint[], buckets: number): SiteBalance {
  const grid = topOf(points, (role) => role === "grid");
  const generation = topOf(points, (role) => role === "generation");
  const storage = topOf(points, (role) => role === "storage");
  const columns = {
    gridImportWh: total(grid.map(importOf), buckets),
    gridExportWh: total(grid.map(exportOf), buckets),
    generationWh: total(generation.map(madeBy), buckets),
    storageChargeWh: total(storage.map(importOf), buckets),
    storageDischargeWh: total(storage.map(exportOf), buckets),
  };
  const has = { generation: generation.length > 0, storage: storage.length > 0 };
  const usedWh = grid.length > 0 ? usedOf(columns, has) : consumed(points, buckets);
  return {
    ...columns,
    usedWh,
    solarDirectWh: has.generation ? directOf(columns, { ...has, grid: grid.length > 0 }) : nothing(buckets),
  };
}

type Flows = Omit<SiteBalance, "usedWh" | "solarDirectWh">;

const usedOf = (flows: Flows, has: { readonly generation: boolean; readonly storage: boolean }): Column =>
  flows.gridImportWh.map(
    (gridImport, i) =>
      gridImport -
      (flows.gridExportWh[i] as number) +
      orNone(flows.generationWh, i, has.generation) +
      orNone(flows.storageDischargeWh, i, has.storage) -
      orNone(flows.storageChargeWh, i, has.storage),
  );

const directOf = (flows: Flows, has: { readonly grid: boolean; readonly storage: boolean }): Column =>
  flows.generationWh.map((made, i) =>
    Math.max(0, made - orNone(flows.gridExportWh, i, has.grid) - orNone(flows.storageChargeWh, i, has.storage)),
  );

const consumed = (points: readonly BalancePoint[], buckets: number): Column =>
  total(topOf(points, (role) => CONSUMERS.has(role)).map(importOf), buckets);

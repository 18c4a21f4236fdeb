import { markGaps } from "../../charts/chart-model.js";
import type { Column, Point, Series } from "../../data/api.js";
import type { SeriesQuery } from "../../data/client.js";
import { type BalancePoints, balancePoints, generated } from "./balance.js";

/** Power of a site over time, in watts; columns of one length. */
export interface PowerHistory {
  readonly at: readonly number[];
  readonly bucketMs: number;
  readonly consumption: Column;
  /** Between the averages; only where one meter alone tells. */
  readonly consumptionMin?: Column;
  readonly consumptionMax?: Column;
  readonly grid?: Column;
  readonly generation?: Column;
  /** Positive charges. */
  readonly storage?: Column;
}

/** What is asked of the hub to draw the power of a site. */
export interface HistoryRange {
  readonly from: number;
  readonly to: number;
  readonly buckets: number;
}

export type LoadSeries = (query: SeriesQuery, signal: AbortSignal) => Promise<Series>;

const MOST_LOADS = 40;

/** Loads and combines the power of the connection, solar and battery, or of the circuits where no meter is at the connection. */
export async function loadPowerHistory(
  points: readonly Point[],
  range: HistoryRange,
  { load, signal }: { readonly load: LoadSeries; readonly signal: AbortSignal },
): Promise<PowerHistory> {
  const parts = balancePoints(points);
  const wanted =
    parts.grid.length > 0
      ? [...parts.grid, ...parts.generation, ...parts.storage]
      : [...parts.generation, ...parts.storage, ...parts.consumers.slice(0, MOST_LOADS)];
  const answers = await Promise.all(
    wanted.map(({ id: target }) => load({ target, metrics: ["power_w"], ...range }, signal)),
  );
  return combinePower(parts, new Map(answers.map((series) => [series.target, series])));
}

/** How many instants of a history are known. */
export const knownOf = ({ consumption }: PowerHistory): number => consumption.filter((value) => value !== null).length;

/** The power of a site from the series of its points: all of one range and bucket. */
export function combinePower(parts: BalancePoints, series: ReadonlyMap<string, Series>): PowerHistory {
  const [any] = series.values();
  const at = any?.at ?? [];
  const bucketMs = any?.bucketMs ?? 0;
  const columns = (points: readonly Point[]): Column[] => points.map(({ id }) => powerOf(series.get(id)));
  const grid = addUp(columns(parts.grid), at.length);
  const generation = addUp(
    columns(parts.generation).map((column) => changed(column, generated)),
    at.length,
  );
  const storage = addUp(columns(parts.storage), at.length);
  const common = {
    at,
    bucketMs,
    ...(grid ? { grid } : {}),
    ...(generation ? { generation } : {}),
    ...(storage ? { storage } : {}),
  };
  if (parts.grid.length === 0) return { ...common, consumption: sumOfKnown(columns(parts.consumers), at.length) };
  const single =
    !generation && !storage && parts.grid.length === 1 ? series.get(parts.grid[0]?.id ?? "")?.metrics[0] : undefined;
  const band = single ? { consumptionMin: single.min, consumptionMax: single.max } : {};
  const incoming = [grid, generation, storage && changed(storage, (watts) => -watts)].filter((column) => !!column);
  return { ...common, consumption: addUp(incoming, at.length) ?? [], ...band };
}

const changed = (column: Column, change: (watts: number) => number): Column =>
  column.map((value) => (value === null ? null : change(value)));

/** Averages, with values held between two readings of a slow meter, so that columns of different meters can be added. */
function powerOf(series: Series | undefined): Column {
  const metric = series?.metrics[0];
  return series && metric ? holdBetween(series.at, metric.avg, series.bucketMs) : [];
}

/** Holds a value until the next reading, as long as the distance is usual for this meter. */
export function holdBetween(at: readonly number[], values: Column, bucketMs: number): Column {
  let last: number | null = null;
  return markGaps(at, values, bucketMs).map((value) => {
    if (value !== undefined) last = value;
    return last;
  });
}

/** Unknown where one of the parts is unknown. */
function addUp(columns: readonly Column[], length: number): Column | undefined {
  if (columns.length === 0) return undefined;
  return Array.from({ length }, (_, index) => {
    const values = columns.map((column) => column[index] ?? null);
    return values.includes(null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  });
}

/** What is known of several circuits: a plug that came later or fell silent does not hide the others. */
function sumOfKnown(columns: readonly Column[], length: number): Column {
  return Array.from({ length }, (_, index) => {
    const values = columns.map((column) => column[index]).filter((value): value is number => typeof value === "number");
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  });
}

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
  /** Circuits that the consumption lacks because there are too many to ask for. */
  readonly leftOut?: number;
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
  const metered = [...parts.grid, ...parts.generation, ...parts.storage];
  const loads = parts.grid.length > 0 ? [] : parts.consumers;
  const wanted = [...metered, ...loads.slice(0, MOST_LOADS)];
  const answers = await Promise.all(
    wanted.map(({ id: target }) => load({ target, metrics: ["power_w"], ...range }, signal)),
  );
  const series = new Map(answers.map((each) => [each.target, each]));
  const columns = metered.map((point) => ({ point, column: powerOf(series.get(point.id)) }));
  // Rare enough to be loaded when it happens.
  const begins = columns.some(({ column }) => column[0] == null)
    ? await (await import("../../data/part-begins.js")).partBegins(columns, {
        from: range.from,
        ask: (query) => load(query, signal),
      })
    : undefined;
  const leftOut = loads.slice(MOST_LOADS).length;
  return { ...combinePower(parts, series, begins), ...(leftOut && { leftOut }) };
}

/** How many instants of a history are known. */
export const knownOf = ({ consumption }: PowerHistory): number => consumption.filter((value) => value !== null).length;

/** A column, and the index from which on it counts. */
type Part = readonly [column: Column, begin: number];

/**
 * The power of a site from the series of its points: all of one range and bucket. `begins` names the points that came
 * later, with the index of their first value: before it they are no part of the sum, and after it silence makes it
 * unknown.
 */
export function combinePower(
  parts: BalancePoints,
  series: ReadonlyMap<string, Series>,
  begins?: ReadonlyMap<string, number>,
): PowerHistory {
  const [any] = series.values();
  const at = any?.at ?? [];
  const bucketMs = any?.bucketMs ?? 0;
  const partsOf = (points: readonly Point[], change = (watts: number): number => watts): Part[] =>
    points.map(({ id }) => [changed(powerOf(series.get(id)), change), begins?.get(id) ?? 0]);
  const incoming = [
    partsOf(parts.grid),
    partsOf(parts.generation, generated),
    partsOf(parts.storage, (watts) => -watts),
  ];
  const [grid, generation, given] = incoming.map((each) => addUp(each, at.length));
  const storage = given && changed(given, (watts) => -watts);
  const common = {
    at,
    bucketMs,
    ...(grid && { grid }),
    ...(generation && { generation }),
    ...(storage && { storage }),
  };
  if (!grid)
    return {
      ...common,
      consumption: sumOfKnown(
        partsOf(parts.consumers).map(([column]) => column),
        at.length,
      ),
    };
  const single =
    !generation && !storage && parts.grid.length === 1 ? series.get(parts.grid[0]?.id ?? "")?.metrics[0] : undefined;
  const band = single ? { consumptionMin: single.min, consumptionMax: single.max } : {};
  // Without the connection nobody knows what is consumed, whatever else was measured already.
  const consumption = (addUp(incoming.flat(), at.length) ?? []).map((value, index) =>
    grid[index] === null ? null : value,
  );
  return { ...common, consumption, ...band };
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

/** Unknown where one of the parts that there are is unknown, and where there is none yet. */
function addUp(parts: readonly Part[], length: number): Column | undefined {
  if (parts.length === 0) return undefined;
  return Array.from({ length }, (_, index) => {
    const values = parts.flatMap(([column, begin]) => (index < begin ? [] : [column[index] ?? null]));
    return values.length === 0 || values.includes(null)
      ? null
      : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  });
}

/** What is known of several circuits: a plug that came later or fell silent does not hide the others. */
function sumOfKnown(columns: readonly Column[], length: number): Column {
  return Array.from({ length }, (_, index) => {
    const values = columns.map((column) => column[index]).filter((value): value is number => typeof value === "number");
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  });
}

import { expectedInterval } from "../../charts/chart-model.js";
import type { Balance } from "./balance.js";
import type { PowerHistory } from "./power-history.js";

/** A value with its instant. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** How much of the past the small line tells. */
export const SPARK_MS = 30 * 60_000;
const SPARK_POINTS = 90;
const LEAST_GAP_MS = 60_000;
const GAP_INTERVALS = 3;

/**
 * The small line beside the power: what is stored, then what arrived since the page is open. It spans what is known, up
 * to half an hour, so that a hub that has just begun shows its first minute and not an empty half hour.
 */
export function sparkValues(past: PowerHistory | undefined, trail: readonly Sample[], now: number): (number | null)[] {
  const fresh = trail[0]?.at ?? now;
  const stored = (past?.at ?? []).flatMap((start, index): Sample[] => {
    const [value, at] = [past?.consumption[index], start + (past?.bucketMs ?? 0) / 2];
    return typeof value === "number" && at >= now - SPARK_MS && at < fresh ? [{ at, value }] : [];
  });
  const samples = [...stored, ...trail.filter(({ at }) => at >= now - SPARK_MS)];
  const [first] = samples;
  if (!first || samples.length < 2) return [];
  const interval = past ? expectedInterval(past.at, past.consumption, past.bucketMs) : 0;
  const gap = Math.max(LEAST_GAP_MS, GAP_INTERVALS * interval);
  const points = Math.min(SPARK_POINTS, samples.length);
  const step = (now - first.at) / (points - 1);
  return Array.from({ length: points }, (_, index) => valueAt(samples, first.at + index * step, gap));
}

/** Between two samples on their line; null where they are too far from each other. */
function valueAt(samples: readonly Sample[], at: number, gap: number): number | null {
  const after = samples.findIndex((sample) => sample.at >= at);
  const [left, right] = [samples[after < 0 ? samples.length - 1 : after - 1], samples[after]];
  if (!left || !right) {
    const only = left ?? right;
    return only && Math.abs(at - only.at) <= gap ? only.value : null;
  }
  if (right.at - left.at > gap) return right.at === at ? right.value : null;
  return left.value + ((right.value - left.value) * (at - left.at)) / (right.at - left.at || 1);
}

/** What was measured at an instant since the page is open. */
export interface LiveRow {
  readonly at: number;
  readonly balance: Balance;
}

const FINE_BUCKET_MS = 20_000;

/**
 * Adds what arrived after the newest stored value, so that lines reach the present between two questions to the hub.
 * Where buckets are long, the newest reading stands in for the bucket that is not over yet: half an average beside what
 * is true now would be a cliff.
 */
export function withRows(history: PowerHistory, rows: readonly LiveRow[]): PowerHistory {
  if (history.bucketMs > FINE_BUCKET_MS) return rows.slice(-1).reduce(withRow, history);
  const columns = [history.consumption, history.grid, history.generation, history.storage];
  const newest = Math.max(...columns.map((column) => column?.findLastIndex((value) => value !== null) ?? -1));
  const known = history.at[newest] ?? 0;
  const later = rows.filter(({ at }) => at >= known + history.bucketMs);
  return (later.length > 0 ? later : rows.slice(-1)).reduce(withRow, history);
}

/** What is not known now ends its line; the others go on. */
function withRow(history: PowerHistory, { at: now, balance }: LiveRow): PowerHistory {
  const { consumption, grid, generation, storage } = balance;
  if ((consumption ?? grid ?? generation ?? storage) === undefined) return history;
  const next = history.at.findIndex((at) => at > now);
  const end = next < 0 ? history.at.length : next;
  const isOpen =
    consumption !== undefined &&
    history.bucketMs > FINE_BUCKET_MS &&
    (history.at[end - 1] ?? 0) + history.bucketMs > now;
  const put = <T>(column: readonly T[], value: T): T[] =>
    column.toSpliced(end - (isOpen ? 1 : 0), isOpen ? 1 : 0, value);
  const add = (
    key: "consumptionMin" | "consumptionMax" | "grid" | "generation" | "storage",
    value: number | undefined,
  ): object => (history[key] ? { [key]: put(history[key], value ?? null) } : {});
  return {
    ...history,
    at: put(history.at, now),
    consumption: put(history.consumption, consumption ?? null),
    ...add("consumptionMin", consumption),
    ...add("consumptionMax", consumption),
    ...add("grid", grid),
    ...add("generation", generation),
    ...add("storage", storage),
  };
}

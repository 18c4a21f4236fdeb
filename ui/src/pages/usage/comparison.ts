import { type Instant, localDateOf, localTime } from "@vatio/model";
import { totalOf } from "../../charts/bars/bar-model.js";
import type { Column, EnergyBucket, Usage } from "../../data/api.js";

/** Buckets with their values. */
export interface Bucketed {
  readonly edges: readonly number[];
  readonly values: Column;
}

/**
 * Values of another time, bucket by bucket of this one: hours by the hour of the clock, so that a day of 23 or 25 hours stays in
 * step, days, weeks and months by their number. What has no partner is null.
 */
export function alignedTo(
  edges: readonly number[],
  other: Bucketed,
  by: { readonly bucket: EnergyBucket; readonly zone: string },
): (number | null)[] {
  if (by.bucket !== "hour" && by.bucket !== "slot")
    return edges.slice(0, -1).map((_, index) => other.values[index] ?? null);
  const values = new Map(clockKeys(other.edges, by.zone).map((key, index) => [key, other.values[index] ?? null]));
  return clockKeys(edges, by.zone).map((key) => values.get(key) ?? values.get(key.replace(/ 2$/, "")) ?? null);
}

/** `<day> <hour>:<minute>`, the day counted from the first one; the second time of an hour that comes twice ends with 2. */
function clockKeys(edges: readonly number[], zone: string): string[] {
  const days: string[] = [];
  const seen = new Set<string>();
  return edges.slice(0, -1).map((at) => {
    const date = localDateOf(at as Instant, zone);
    if (days.at(-1) !== date) days.push(date);
    const { hour, minute } = localTime(at as Instant, zone);
    const key = `${days.length} ${hour}:${minute}`;
    if (seen.has(key)) return `${key} 2`;
    seen.add(key);
    return key;
  });
}

/** What was used until now, and in the same part of the range that it is compared with. */
export interface Change {
  readonly before: number;
  /** Of what was before: 0.04 is 4% more. Undefined when too much is missing to compare. */
  readonly share: number | undefined;
}

/** With less of it known, a total is not compared. */
const LEAST_KNOWN = 0.8;

/**
 * The change against another time. A range that is not over is compared with the same part of the other one: whole buckets by their
 * number, and of the bucket that runs now as much as had passed of its partner, of which `finer` buckets tell.
 */
export function changeOf(
  { edges, values, now }: Bucketed & { readonly now: number },
  before: Bucketed,
  finer: Bucketed | undefined,
): Change | undefined {
  const used = totalOf(values);
  const running = edges.findLastIndex((edge) => edge <= now);
  const isOver = (edges.at(-1) ?? 0) <= now;
  const whole = isOver ? before.values.length : Math.min(running, before.values.length);
  const first = totalOf(before.values, whole);
  const part = isOver ? undefined : partOf({ edges, now, running }, before, finer);
  const total = first === undefined ? part : first + (part ?? 0);
  if (used === undefined || total === undefined) return undefined;
  const known = Math.min(knownShare(values, isOver ? values.length : running + 1), knownShare(before.values, whole));
  return { before: total, share: total > 0 && known >= LEAST_KNOWN ? used / total - 1 : undefined };
}

const knownShare = (values: Column, count: number): number =>
  count === 0
    ? 1
    : values.slice(0, count).filter((value) => value !== null).length / Math.min(count, values.length || count);

/** As much of the partner of the running bucket as has passed of that one. */
function partOf(
  { edges, now, running }: { readonly edges: readonly number[]; readonly now: number; readonly running: number },
  before: Bucketed,
  finer: Bucketed | undefined,
): number | undefined {
  const begin = before.edges[running];
  const passed = now - (edges[running] ?? now);
  if (begin === undefined || !finer) return undefined;
  let sum: number | undefined;
  for (const [index, value] of finer.values.entries()) {
    const [from, to] = [finer.edges[index] ?? 0, finer.edges[index + 1] ?? 0];
    const share = Math.max(0, Math.min(to, begin + passed) - Math.max(from, begin)) / Math.max(1, to - from);
    if (value !== null && share > 0) sum = (sum ?? 0) + value * share;
  }
  return sum;
}

/** The buckets that part one of another length finely enough. */
export const finerBucket = (bucket: EnergyBucket): EnergyBucket => FINER[bucket];

const FINER: Readonly<Record<EnergyBucket, EnergyBucket>> = {
  slot: "slot",
  hour: "slot",
  day: "slot",
  week: "hour",
  month: "day",
  year: "day",
};

/** What was used, as buckets. */
export const usedOf = ({ edges, balance }: Usage): Bucketed => ({ edges, values: balance.usedWh });

import type { Instant, Range } from "@vatio/plugin-api";

const MINUTE = 60_000;

// Sets of instants as ranges that are ascending, disjoint and not adjacent.

const range = (from: number, to: number): Range => ({ from: from as Instant, to: to as Instant });

/** Any ranges as a set. */
export function toSet(ranges: readonly Range[]): readonly Range[] {
  const set: Range[] = [];
  for (const next of [...ranges].sort((a, b) => a.from - b.from)) {
    if (!(next.from < next.to)) continue;
    const last = set.at(-1);
    if (last && next.from <= last.to) set[set.length - 1] = range(last.from, Math.max(last.to, next.to));
    else set.push(range(next.from, next.to));
  }
  return set;
}

/** What is in either set. */
export const union = (a: readonly Range[], b: readonly Range[]): readonly Range[] => toSet([...a, ...b]);

/** What is in the first set and not in the second. */
export function subtract(a: readonly Range[], b: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let first = 0;
  for (const { from, to } of a) {
    let at: number = from;
    while (first < b.length && (b[first]?.to ?? 0) <= from) first++;
    for (let i = first; i < b.length; i++) {
      const hole = b[i] as Range;
      if (hole.from >= to) break;
      if (hole.from > at) left.push(range(at, hole.from));
      at = Math.max(at, hole.to);
    }
    if (at < to) left.push(range(at, to));
  }
  return left;
}

/** What of a set lies within a range. */
export const clip = (set: readonly Range[], { from, to }: Range): readonly Range[] =>
  set.flatMap((each) => {
    const clipped = range(Math.max(each.from, from), Math.min(each.to, to));
    return clipped.from < clipped.to ? [clipped] : [];
  });

/** Whether an instant lies in a set. */
export function contains(set: readonly Range[], at: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] as Range).to <= at) low = middle + 1;
    else high = middle;
  }
  const found = set[low];
  return found !== undefined && found.from <= at;
}

/** Length of a set in whole minutes. */
export const minutesOf = (set: readonly Range[]): number =>
  Math.round(set.reduce((sum, { from, to }) => sum + (to - from), 0) / MINUTE);

/** From the begin of the first to the end of the last; undefined for an empty set. */
export function hull(set: readonly Range[]): Range | undefined {
  const [first, last] = [set[0], set.at(-1)];
  return first && last && range(first.from, last.to);
}

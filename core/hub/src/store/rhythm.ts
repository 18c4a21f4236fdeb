import { minutes } from "@vatio/plugin-api";
import type { Parts } from "./series-sql.js";

/*
 * What a bucket says about the time between readings.
 *
 * The rhythm of a metric is learnt from the readings of the query, and outages must not teach it: they are the very thing to be found.
 * A spacing counts only when it is part of a rhythm, which means that one of its neighbours is at least a quarter as long, or that
 * spacings of its size are common. An outage stands alone between short spacings, however long it is. Of the spacings that count, half of
 * the time lies in those up to T, and nine tenths in those up to Q; those above 15 minutes are left out, unless more than half of all are
 * that long (then they are normal, and T and Q are their median). A meter that reports each ten seconds has a T and Q of ten seconds. A
 * plug that reports changes at once and each minute when nothing changes has a T of some seconds and a Q of sixty.
 *
 * A reading stands for the time until the next one when that comes within 3 T or 1.5 Q, whichever is longer, but never beyond half an hour
 * (or 1.5 T, for what is slower than that). Else it stands for T: then a gap begins. So does the newest reading. From this follow the
 * coverage of a bucket (share of its time for which a reading stands) and its average (each reading weighs as long as it stands).
 *
 * Reading by reading this would sort every row. So rows first fall into parts, some dozens in a bucket, and spacing and weight are worked
 * out between the parts: exact while a part holds one reading, and as good as exact while readings inside a part are dense.
 */

/** T when there are too few readings for a rhythm. */
const SPACING_UNKNOWN = minutes(1);
/** Longer spacings are outages, unless they are the rule. */
const LONGEST_SPACING = minutes(15);
/** No reading bridges more, unless readings always come that slowly. */
const LONGEST_BRIDGE = minutes(30);
/** A rhythm holds a spacing when a neighbour is at least this part of it, */
const NEIGHBOUR = 0.25;
/** or when so many are of its size, and so large a share of all. */
const COMMON = { least: 5, share: 0.1 } as const;
/** Spacings of the histogram grow by a twelfth part of an octave or so. */
const CLASSES_PER_OCTAVE = 8;
/** Spacings up to the age of the epoch in milliseconds. */
const OCTAVES = 54;

/** How often readings come. */
export interface Rhythm {
  /** Half of the time lies in spacings up to this. */
  readonly t: number;
  /** Nine tenths of the time lie in spacings up to this. */
  readonly q: number;
  /** The longest spacing that a reading bridges. */
  readonly bridge: number;
}

/** Time from the last reading of a part to the first of the next one; NaN behind the last part. */
export function gapsOf({ count, firstAt, lastAt }: Parts): Float64Array {
  const gaps = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i + 1 < count; i++) gaps[i] = (firstAt[i + 1] as number) - (lastAt[i] as number);
  return gaps;
}

/** Mean spacing of the readings inside each part; NaN where it has one reading. */
function innerSpacings({ count, n, firstAt, lastAt }: Parts): Float64Array {
  const inner = new Float64Array(count).fill(Number.NaN);
  for (let i = 0; i < count; i++) {
    const readings = n[i] as number;
    if (readings > 1) inner[i] = ((lastAt[i] as number) - (firstAt[i] as number)) / (readings - 1);
  }
  return inner;
}

/** The largest of some values, of which some may be absent; -1 when all are. */
function largest(...values: readonly (number | undefined)[]): number {
  let found = -1;
  for (const value of values) if (value !== undefined && value > found) found = value;
  return found;
}

/** Spacings with how many there are of each, and the largest of their neighbours. */
class Spacings {
  readonly spacing: Float64Array;
  readonly times: Float64Array;
  readonly neighbour: Float64Array;
  count = 0;

  constructor(capacity: number) {
    this.spacing = new Float64Array(capacity);
    this.times = new Float64Array(capacity);
    this.neighbour = new Float64Array(capacity);
  }

  add(spacing: number, times: number, neighbour: number): void {
    this.spacing[this.count] = spacing;
    this.times[this.count] = times;
    this.neighbour[this.count] = neighbour;
    this.count++;
  }
}

function spacingsOf({ count, n }: Parts, gaps: Float64Array, inner: Float64Array): Spacings {
  const found = new Spacings(2 * count);
  for (let i = 0; i < count; i++) {
    const [gap, own] = [gaps[i] as number, inner[i] as number];
    if (!Number.isNaN(gap))
      found.add(gap, 1, largest(own, inner[i + 1], gaps[i - 2], gaps[i - 1], gaps[i + 1], gaps[i + 2]));
    if (Number.isNaN(own)) continue;
    const readings = n[i] as number;
    const neighbour = largest(gap, gaps[i - 1], inner[i - 1], inner[i + 1]);
    found.add(own, readings - 1, readings > 3 ? Math.max(own, neighbour) : neighbour);
  }
  return found;
}

const octaveOf = (spacing: number): number => Math.floor(Math.log2(Math.max(spacing, 1)));
const classOf = (spacing: number): number => Math.floor(CLASSES_PER_OCTAVE * Math.log2(Math.max(spacing, 1)));

/** Spacings that are part of a rhythm, by size. */
interface Histogram {
  readonly n: Float64Array;
  readonly total: Float64Array;
}

function rhythmicOf({ count, spacing, times, neighbour }: Spacings): Histogram {
  const alike = new Float64Array(OCTAVES);
  let everything = 0;
  for (let i = 0; i < count; i++) {
    const octave = octaveOf(spacing[i] as number);
    alike[octave] = (alike[octave] as number) + (times[i] as number);
    everything += times[i] as number;
  }
  const common = Math.max(COMMON.least, COMMON.share * everything);
  const n = new Float64Array(OCTAVES * CLASSES_PER_OCTAVE);
  const total = new Float64Array(OCTAVES * CLASSES_PER_OCTAVE);
  for (let i = 0; i < count; i++) {
    const [size, k] = [spacing[i] as number, times[i] as number];
    const isRhythmic = (neighbour[i] as number) >= NEIGHBOUR * size || (alike[octaveOf(size)] as number) >= common;
    if (!isRhythmic) continue;
    const at = classOf(size);
    n[at] = (n[at] as number) + k;
    total[at] = (total[at] as number) + k * size;
  }
  return { n, total };
}

/** The least class below which a share of a sum lies, as its mean spacing; classes of more than `longest` do not count. */
function quantile(share: number, what: Float64Array, { n, total }: Histogram, longest: number): number | undefined {
  const counts = (at: number): boolean => (n[at] as number) > 0 && (total[at] as number) <= longest * (n[at] as number);
  let everything = 0;
  for (let at = 0; at < what.length; at++) if (counts(at)) everything += what[at] as number;
  let upTo = 0;
  for (let at = 0; at < what.length; at++) {
    if (!counts(at)) continue;
    upTo += what[at] as number;
    if (upTo >= share * everything) return (total[at] as number) / (n[at] as number);
  }
  return undefined;
}

/** Learns from readings how often they come. */
export function rhythmOf(parts: Parts, gaps: Float64Array): Rhythm {
  const histogram = rhythmicOf(spacingsOf(parts, gaps, innerSpacings(parts)));
  const { n, total } = histogram;
  const plain = quantile(0.5, n, histogram, Number.POSITIVE_INFINITY);
  const isSlow = plain !== undefined && plain > LONGEST_SPACING;
  const usual = (share: number): number =>
    Math.max(1, (isSlow ? plain : quantile(share, total, histogram, LONGEST_SPACING)) ?? SPACING_UNKNOWN);
  const [t, q] = [usual(0.5), usual(0.9)];
  return { t, q, bridge: Math.min(Math.max(3 * t, 1.5 * q), Math.max(1.5 * t, LONGEST_BRIDGE)) };
}

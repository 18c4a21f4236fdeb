import { SLOT_MS } from "@vatio/model";
import type { DerivedStore } from "../../store/index.js";
import { dayOfSlot, firstSlotOf } from "../days.js";
import type { SlotRow } from "../fold/slot-ledger.js";
import { BucketSums } from "./bucket-sums.js";

/** Slots of a channel that count for a target; `to` is not in. */
export interface ChannelSlots {
  /** Position of the target among those that are read. */
  readonly target: number;
  readonly number: number;
  readonly from: number;
  readonly to: number;
  /** Slots from here on are in memory. */
  readonly openFrom: number;
  readonly openRows: readonly SlotRow[];
}

/** What is to be read. */
export interface BucketQuery {
  readonly targets: number;
  readonly channels: readonly ChannelSlots[];
  /** Begins of the buckets and the end of the last, in ms, on slots. */
  readonly edges: readonly number[];
  /** Zone whose days may be used: they are complete, and the edges are begins of its days. */
  readonly zone: string | undefined;
}

/** A part of a channel's history in days or in slots; `to` is not in. */
interface Piece {
  readonly target: number;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/** Reads slots and days into buckets. */
export class BucketReader {
  readonly #derived: DerivedStore;

  constructor(derived: DerivedStore) {
    this.#derived = derived;
  }

  async read(query: BucketQuery): Promise<readonly BucketSums[]> {
    const slots = query.edges.map((edge) => Math.round(edge / SLOT_MS));
    const sums = Array.from({ length: query.targets }, () => new BucketSums(slots.length - 1));
    const { days, rest } = split(query, slots);
    const statements = [
      ...(query.zone !== undefined && days.length > 0 ? [daysSql(days, query.zone, slots)] : []),
      ...(rest.length > 0 ? [slotsSql(rest, slots)] : []),
    ];
    for (const columns of await Promise.all(statements.map((statement) => this.#derived.columns(statement))))
      addColumns(columns, sums);
    for (const channel of query.channels) addOpen(channel, slots, sums);
    return sums;
  }
}

/** What whole days answer, and what is left for slots. */
function split({ channels, zone }: BucketQuery, slots: readonly number[]): { days: Piece[]; rest: Piece[] } {
  const [first, last] = [slots[0] as number, slots.at(-1) as number];
  const days: Piece[] = [];
  const rest: Piece[] = [];
  for (const { target, number, from, to, openFrom } of channels) {
    const piece = { target, number, from: Math.max(from, first), to: Math.min(to, last, openFrom) };
    if (piece.from >= piece.to) continue;
    const whole = zone === undefined ? undefined : wholeDays(piece, openFrom, zone);
    if (!whole || zone === undefined) {
      rest.push(piece);
      continue;
    }
    days.push({ ...piece, ...whole });
    const [a, b] = [firstSlotOf(whole.from, zone), firstSlotOf(whole.to, zone)];
    if (piece.from < a) rest.push({ ...piece, to: a });
    if (b < piece.to) rest.push({ ...piece, from: b });
  }
  return { days, rest };
}

/** Days that lie in a piece as a whole and are written. */
function wholeDays({ from, to }: Piece, openFrom: number, zone: string): { from: number; to: number } | undefined {
  const begin = dayOfSlot(from, zone);
  const first = begin + (firstSlotOf(begin, zone) < from ? 1 : 0);
  // The day of the first slot that is open is not written; that of the first slot after the piece does not lie in it.
  const last = dayOfSlot(Math.min(to, openFrom), zone);
  return first < last ? { from: first, to: last } : undefined;
}

const valuesOf = (pieces: readonly Piece[]): string =>
  pieces.map(({ target, number, from, to }) => `(${target}, ${number}, ${from}, ${to})`).join(", ");

const span = (pieces: readonly Piece[]): { from: number; to: number } => ({
  from: pieces.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
  to: pieces.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
});

const channelsOf = (pieces: readonly Piece[]): string => [...new Set(pieces.map(({ number }) => number))].join(", ");

/** The first day that begins at or after each edge. */
const dayEdges = (slots: readonly number[], zone: string): number[] =>
  slots.map((slot) => {
    const day = dayOfSlot(slot, zone);
    return firstSlotOf(day, zone) < slot ? day + 1 : day;
  });

/** Slots of a usual day. */
const USUAL_DAY = 96;

/** How many slots a day has: those on which a clock is moved have more or fewer. */
function lengthOf(edges: readonly number[], zone: string): string {
  const unusual: string[] = [];
  for (let i = 0; i < edges.length - 1; i++) {
    const [from, to] = [edges[i] as number, edges[i + 1] as number];
    if (firstSlotOf(to, zone) - firstSlotOf(from, zone) === (to - from) * USUAL_DAY) continue;
    for (let day = from; day < to; day++) {
      const length = firstSlotOf(day + 1, zone) - firstSlotOf(day, zone);
      if (length !== USUAL_DAY) unusual.push(`WHEN ${day} THEN ${length}`);
    }
  }
  return unusual.length === 0 ? String(USUAL_DAY) : `CASE d.day ${unusual.join(" ")} ELSE ${USUAL_DAY} END`;
}

function daysSql(pieces: readonly Piece[], zone: string, slots: readonly number[]): string {
  const { from, to } = span(pieces);
  const edges = dayEdges(slots, zone);
  return `
    SELECT p.target, ${bucketOf("d.day", edges)} AS bucket, fsum(d.import_wh), fsum(d.export_wh),
      sum(d.coverage * ${lengthOf(edges, zone)}), bit_or(d.quality)
    FROM days AS d JOIN (VALUES ${valuesOf(pieces)}) AS p(target, number, a, b) ON d.channel = p.number AND d.day >= p.a AND d.day < p.b
    WHERE d.zone = '${zone.replaceAll("'", "''")}' AND d.day >= ${from} AND d.day < ${to} AND d.channel IN (${channelsOf(pieces)})
    GROUP BY p.target, bucket`;
}

/** Buckets of one length that follow each other. */
interface EvenRun {
  readonly from: number;
  readonly bucket: number;
  readonly step: number;
  to: number;
}

function evenRuns(slots: readonly number[]): EvenRun[] {
  const runs: EvenRun[] = [];
  for (let i = 0; i < slots.length - 1; i++) {
    const [from, to] = [slots[i] as number, slots[i + 1] as number];
    const last = runs.at(-1);
    if (from === to) continue;
    if (last && last.step === to - from && last.to === from && last.bucket + (from - last.from) / last.step === i)
      last.to = to;
    else runs.push({ from, to, bucket: i, step: to - from });
  }
  return runs;
}

/** Which bucket a slot or a day is in: a few sums and no calendar for each row. */
function bucketOf(column: string, edges: readonly number[]): string {
  const runs = evenRuns(edges).map(
    ({ from, to, bucket, step }) => `WHEN ${column} < ${to} THEN (${column} - ${from}) // ${step} + ${bucket}`,
  );
  return `CASE ${runs.join(" ")} END`;
}

/** Ranges that are looked through one by one; more of them are looked through together. */
const MOST_RANGES = 12;

/** Pieces by the slots that are to be looked through: the first and the last day of years must not cost all that lies between. */
function byRange(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const key = `${piece.from} ${piece.to}`;
    groups.set(key, [...(groups.get(key) ?? []), piece]);
  }
  return groups.size <= MOST_RANGES ? [...groups.values()] : [pieces];
}

function slotsSql(pieces: readonly Piece[], slots: readonly number[]): string {
  const found = byRange(pieces).map((group) => {
    const { from, to } = span(group);
    return `
      SELECT p.target, s.* FROM slots AS s
      JOIN (VALUES ${valuesOf(group)}) AS p(target, number, a, b) ON s.channel = p.number AND s.slot >= p.a AND s.slot < p.b
      WHERE s.slot >= ${from} AND s.slot < ${to} AND s.channel IN (${channelsOf(group)})`;
  });
  return `
    SELECT s.target, ${bucketOf("s.slot", slots)} AS bucket, fsum(s.import_wh), fsum(s.export_wh), sum(s.coverage), bit_or(s.quality)
    FROM (${found.join(" UNION ALL ")}) AS s GROUP BY s.target, bucket`;
}

function addColumns(columns: readonly Float64Array[], sums: readonly BucketSums[]): void {
  const [targets, buckets, imports, exports, covered, quality] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < targets.length; i++) {
    sums[targets[i] as number]?.add(buckets[i] as number, {
      importWh: imports[i] as number,
      exportWh: exports[i] as number,
      covered: covered[i] as number,
      quality: quality[i] as number,
    });
  }
}

function addOpen(
  { target, from, to, openRows }: ChannelSlots,
  slots: readonly number[],
  sums: readonly BucketSums[],
): void {
  for (const row of openRows) {
    if (row.slot < from || row.slot >= to || row.slot < (slots[0] as number) || row.slot >= (slots.at(-1) as number))
      continue;
    let bucket = 0;
    while ((slots[bucket + 1] as number) <= row.slot) bucket++;
    sums[target]?.add(bucket, { ...row, covered: row.coverage });
  }
}

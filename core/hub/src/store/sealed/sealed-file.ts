import path from "node:path";
import type { Instant, MetricName, Range } from "@vatio/plugin-api";
import type { SegmentInfo, SegmentKind } from "../segment-types.js";
import type { Source } from "../source.js";
import type { SqlValue } from "../types.js";

/** What a sealed file holds of one channel. */
export interface ChannelPart {
  readonly range: Range;
  readonly rows: number;
  readonly metrics: readonly MetricName[];
}

/** A sealed file as the store knows it: the manifest's entry, and what reading it takes. */
export interface SealedFile extends SegmentInfo, Source {
  readonly file: string;
  readonly arrival: number;
  readonly channels: ReadonlyMap<number, Range>;
  readonly parts: ReadonlyMap<number, ChannelPart>;
  /** Number of the newest row in it when it arrived. */
  readonly newestArrival: number;
  /** Tables of late rows that are in it although they still exist. */
  readonly folded: readonly string[];
  /** Was found on the disk and taken in at this start. */
  readonly isAdopted?: boolean;
}

/** What a new file is known by. */
export interface SealedFileSpec {
  readonly path: string;
  readonly kind: SegmentKind;
  /** Instants that it is for: the day, the month; of an import those of its rows. */
  readonly period: Range;
  readonly bytes: number;
  readonly hash: string;
  readonly generation: number;
  readonly importId?: string;
  readonly parts: ReadonlyMap<number, ChannelPart>;
  readonly arrival: number;
  readonly newestArrival: number;
  readonly folded: readonly string[];
  readonly overlaps: boolean;
  readonly isAdopted?: boolean;
}

/** Tells the rows of a sealed file for what they are. */
export function sealedFile(root: string, spec: SealedFileSpec): SealedFile {
  const parts = [...spec.parts.values()];
  const { period, ...rest } = spec;
  const filled = parts.length === 0 ? {} : { filled: hullOf(parts.map(({ range }) => range)) };
  return {
    ...rest,
    ...filled,
    name: spec.path,
    file: path.join(root, ...spec.path.split("/")),
    range: period,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    metrics: [...new Set(parts.flatMap(({ metrics }) => metrics))].sort(),
    channels: new Map([...spec.parts].map(([channel, { range }]) => [channel, range])),
  };
}

/** The shortest range that holds all of them. */
export const hullOf = (ranges: readonly Range[]): Range => ({
  from: ranges.reduce((from, range) => Math.min(from, range.from), Number.POSITIVE_INFINITY) as Instant,
  to: ranges.reduce((to, range) => Math.max(to, range.to), Number.NEGATIVE_INFINITY) as Instant,
});

type StoredPart = readonly [from: number, to: number, rows: number, metrics: readonly MetricName[]];

/** What the manifest keeps of a file beside its columns. */
interface Details {
  readonly channels: Readonly<Record<string, StoredPart>>;
  readonly arrival: number;
  readonly newestArrival: number;
  readonly folded?: readonly string[];
  readonly overlaps?: boolean;
}

/** A row of table `segments`. */
export interface SegmentRow {
  readonly path: string;
  readonly kind: SegmentKind;
  readonly from_at: number;
  readonly to_at: number;
  readonly bytes: number;
  readonly hash: string;
  readonly generation: number;
  readonly import_id: string | null;
  readonly details: string;
}

/** The entry that a row of the manifest tells of. */
export function fromRow(root: string, row: SegmentRow): SealedFile {
  const { channels, arrival, newestArrival, folded = [], overlaps = false } = JSON.parse(row.details) as Details;
  const parts = Object.entries(channels).map(
    ([channel, [from, to, rows, metrics]]) =>
      [Number(channel), { range: { from: from as Instant, to: to as Instant }, rows, metrics }] as const,
  );
  return sealedFile(root, {
    path: row.path,
    kind: row.kind,
    period: { from: row.from_at as Instant, to: row.to_at as Instant },
    bytes: row.bytes,
    hash: row.hash,
    generation: row.generation,
    ...(row.import_id === null ? {} : { importId: row.import_id }),
    parts: new Map(parts),
    arrival,
    newestArrival,
    folded,
    overlaps,
  });
}

/** Values of the columns of table `segments`, in their order. */
export function toRow(file: SealedFile): SqlValue[] {
  const details: Details = {
    channels: Object.fromEntries(
      [...file.parts].map(([channel, { range, rows, metrics }]) => [channel, [range.from, range.to, rows, metrics]]),
    ),
    arrival: file.arrival,
    newestArrival: file.newestArrival,
    ...(file.folded.length > 0 ? { folded: file.folded } : {}),
    ...(file.overlaps ? { overlaps: true } : {}),
  };
  const { from, to } = file.range;
  const filled = file.filled ? [file.filled.from, file.filled.to - 1] : [null, null];
  const { bytes, hash, generation, importId } = file;
  return [
    ...[file.path, file.kind, from, to, ...filled, file.rows],
    ...[bytes, hash, generation, importId ?? null, JSON.stringify(details)],
  ];
}

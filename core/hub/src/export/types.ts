import type { ChannelId, Instant, MetricName, PointId, Range, SiteId } from "@vatio/plugin-api";

/** How an export is written. */
export type ExportFormat = "csv" | "parquet";

/** Lengths of the rows of an energy export. */
export type EnergyExportBucket = "slot" | "hour" | "day" | "month";

/** How a CSV file is written. */
export interface CsvStyle {
  readonly decimal: "point" | "comma";
  readonly separator: "," | ";" | "\t";
  /** Begin with a byte order mark: spreadsheets then read the text as UTF-8. */
  readonly bom: boolean;
}

/** A column of numbers. */
export interface NumberColumn {
  readonly name: string;
  /** Symbol as shown to a person; empty for a pure number. */
  readonly unit: string;
}

/** What an export consists of, before it is written as a file: instants, then texts, then numbers. */
export interface ExportTable {
  /** Names of the columns of instants; each is written in UTC and in the site's zone. */
  readonly times: readonly string[];
  readonly texts: readonly string[];
  readonly numbers: readonly NumberColumn[];
  readonly rows: AsyncIterable<ExportRows>;
}

/** Rows of one subject (a channel, a point), as columns of one length. */
export interface ExportRows {
  readonly count: number;
  /** IANA zone of the site. */
  readonly zone: string;
  /** A column of `ExportTable.times` each, in milliseconds since the epoch, UTC. */
  readonly times: readonly Float64Array[];
  /** A value for each of `ExportTable.texts`: the same in all rows. */
  readonly texts: readonly string[];
  /** A column of `ExportTable.numbers` each; NaN, or no column at all: nothing is known. */
  readonly numbers: readonly (ArrayLike<number> | undefined)[];
}

/** What an export of readings asks for. Targets and metrics are known to exist. */
export interface ReadingsRequest {
  readonly targets: readonly (PointId | ChannelId)[];
  /** All that the targets have when left out. */
  readonly metrics?: readonly MetricName[];
  readonly range: Range;
}

/** What an export of energy asks for: all points of a site, or some of any sites. */
export interface EnergyRequest {
  readonly subject: { readonly site: SiteId } | { readonly points: readonly PointId[] };
  readonly range: Range;
  readonly bucket: EnergyExportBucket;
}

/** How the file is written. */
export interface FileRequest {
  readonly format: ExportFormat;
  readonly csv: CsvStyle;
}

/** A file that is being made while it is read. Whoever stops reading cancels the stream. */
export interface ExportedFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly stream: ReadableStream<Uint8Array>;
}

/** A point or channel and what stands in the text columns of its rows. */
export interface Subject {
  readonly target: PointId | ChannelId;
  readonly point: string;
  readonly zone: string;
}

/** First instant that an export can hold. */
export const EARLIEST = 0 as Instant;

import type { MetricName, Range } from "@vatio/plugin-api";

/** Rows that a query can read: a table of the database or a sealed file. */
export interface Source {
  /** Name of the table, or path of the file relative to the folder of the readings. */
  readonly name: string;
  /** Its metrics. */
  readonly metrics: readonly MetricName[];
  readonly rows: number;
  /** Instants of its rows lie in here. */
  readonly range: Range;
  /** It may hold a value twice, or one that another source holds as well. */
  readonly overlaps: boolean;
  /** Full path of a sealed file; absent for a table. */
  readonly file?: string;
  /** Arrival number of every row of a sealed file. What was sealed came before what is not; what is live wins over an import. */
  readonly arrival?: number;
  /** Where the rows of each channel lie; absent: anywhere in the range. */
  readonly channels?: ReadonlyMap<number, Range>;
}

/** Something that stands behind FROM. */
export interface Relation {
  readonly sql: string;
  /** SQL of the arrival number of a row. */
  readonly arrival: string;
  readonly metrics: ReadonlySet<MetricName>;
}

/** SQL that names files to read. */
export const parquetSql = (files: readonly string[]): string =>
  `read_parquet([${files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ")}], union_by_name = true)`;

/** Where the rows of a channel lie in a source; undefined: nowhere. */
export const rangeOf = (source: Source, channel: number): Range | undefined =>
  source.channels ? source.channels.get(channel) : source.range;

/** Whether two ranges share an instant. */
export const intersects = (a: Range, b: Range): boolean => a.from < b.to && a.to > b.from;

/** What to read for some sources: files that arrived alike are read together. */
export function relationsOf(sources: readonly Source[]): Relation[] {
  const byArrival = new Map<number, Source[]>();
  const relations: Relation[] = [];
  for (const source of sources) {
    if (source.file === undefined)
      relations.push({ sql: source.name, arrival: "arrival", metrics: new Set(source.metrics) });
    else byArrival.set(source.arrival ?? 0, [...(byArrival.get(source.arrival ?? 0) ?? []), source]);
  }
  for (const [arrival, files] of byArrival)
    relations.push({
      sql: parquetSql(files.map(({ file }) => file ?? "")),
      arrival: `${arrival}::BIGINT`,
      metrics: new Set(files.flatMap(({ metrics }) => metrics)),
    });
  return relations;
}

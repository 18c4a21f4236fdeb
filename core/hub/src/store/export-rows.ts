import type { MetricRegistry } from "@vatio/model";
import type { ChannelId, Instant, MetricName, Range } from "@vatio/plugin-api";
import type { HotTable, HotTables } from "./hot-tables.js";
import type { ReaderPool } from "./reader-pool.js";
import { clip, segmentsOf } from "./segments.js";
import { assertMetrics, assertRange, retryWhenTableGone } from "./series-query.js";
import type { AssignmentSource, ChannelNumbers, ExportBlock, ExportQuery } from "./types.js";

/** What exports are read with. */
export interface ExporterOptions {
  readonly readers: ReaderPool;
  readonly tables: HotTables;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly assignments: AssignmentSource;
}

/** Rows of one block, and of one query: between two of them others have their turn. */
const BLOCK_ROWS = 20_000;

type ExportRow = { readonly at: number } & Readonly<Record<MetricName, number | null>>;

interface Page {
  readonly channel: ChannelId;
  readonly number: number;
  readonly metrics: readonly MetricName[];
  readonly range: Range;
}

const NO_COLUMN = "NULL::DOUBLE";

/** Rows of all tables in order of time and, of one instant, of their arrival. */
function pageSql({ number, metrics, range }: Page, tables: readonly HotTable[]): string {
  const parts = tables.map((table) => {
    const columns = metrics.map(
      (metric) => `${table.metrics.includes(metric) ? `"${metric}"` : NO_COLUMN} AS "${metric}"`,
    );
    return `SELECT "at", arrival, ${columns.join(", ")} FROM ${table.name} WHERE channel = ${number} AND "at" >= ${range.from} AND "at" < ${range.to}`;
  });
  return `SELECT * EXCLUDE (arrival) FROM (${parts.join(" UNION ALL BY NAME ")}) ORDER BY "at", arrival LIMIT ${BLOCK_ROWS}`;
}

/** Merges rows of one instant: of each metric the first to arrive. */
function toBlock({ channel, metrics }: Page, rows: readonly ExportRow[]): ExportBlock {
  const merged: Record<MetricName, number | null>[] = [];
  for (const row of rows) {
    const last = merged.at(-1);
    if (last?.at !== row.at) merged.push({ ...row });
    else for (const metric of metrics) last[metric] ??= row[metric] ?? null;
  }
  const column = (metric: MetricName): Float64Array => Float64Array.from(merged, (row) => row[metric] ?? Number.NaN);
  const kept = metrics.filter((metric) => merged.some((row) => row[metric] !== null));
  return {
    channel,
    at: Float64Array.from(merged, (row) => row.at ?? Number.NaN),
    columns: Object.fromEntries(kept.map((metric) => [metric, column(metric)])),
  };
}

/** Streams rows as they are stored. */
export class Exporter {
  readonly #options: ExporterOptions;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  /** Blocks of one channel each, ascending in time within a target. @throws E_RANGE_INVALID, E_METRIC_UNKNOWN, E_STORE_BUSY (retryable) */
  async *read({ targets, metrics, range }: ExportQuery): AsyncIterable<ExportBlock> {
    const { assignments, channels } = this.#options;
    assertRange(range);
    assertMetrics(metrics ?? [], this.#options.metrics);
    for (const target of targets) {
      for (const segment of clip(segmentsOf(target, assignments, channels), range)) {
        for (const table of this.#days(segment.range))
          yield* this.#pages({ ...segment, metrics: metrics ?? this.#metricsIn(table), range: table });
      }
    }
  }

  /** Spans that one query reads: those of the tables, so that each reads a few tables only. */
  #days(range: Range): Range[] {
    const edges = new Set<number>([range.from, range.to]);
    for (const table of this.#options.tables.within(range)) {
      for (const edge of [table.range.from, table.range.to]) if (edge > range.from && edge < range.to) edges.add(edge);
    }
    const sorted = [...edges].sort((a, b) => a - b);
    return sorted.slice(1).map((to, i) => ({ from: sorted[i] as Instant, to: to as Instant }));
  }

  #metricsIn(range: Range): MetricName[] {
    return [...new Set(this.#options.tables.within(range).flatMap((table) => table.metrics))];
  }

  async *#pages(page: Page): AsyncIterable<ExportBlock> {
    let from: Instant | undefined = page.range.from;
    while (from !== undefined) {
      const rows = await this.#rows({ ...page, range: { from, to: page.range.to } });
      const isWhole = rows.length < BLOCK_ROWS;
      // The last instant of a full page may go on: it begins the next one.
      const next = isWhole ? undefined : (rows.at(-1)?.at as Instant);
      const kept = isWhole ? rows : rows.filter((row) => row.at !== next);
      if (kept.length > 0) yield toBlock(page, kept);
      from = next;
    }
  }

  #rows(page: Page): Promise<ExportRow[]> {
    return retryWhenTableGone(async () => {
      const tables = this.#options.tables.within(page.range);
      if (tables.length === 0 || page.metrics.length === 0) return [];
      return this.#options.readers.read((connection) => connection.all<ExportRow>(pageSql(page, tables)));
    });
  }
}

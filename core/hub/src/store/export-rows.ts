import type { MetricRegistry } from "@vatio/model";
import { type ChannelId, days, type Instant, type MetricName, minutes, type Range } from "@vatio/plugin-api";
import type { ReaderPool } from "./reader-pool.js";
import { resultColumns } from "./result-columns.js";
import { clip, segmentsOf } from "./segments.js";
import { assertMetrics, assertRange } from "./series-query.js";
import { intersects, rangeOf, relationsOf, type Source } from "./source.js";
import type { Sources } from "./sources.js";
import type { AssignmentSource, ChannelNumbers, ExportBlock, ExportQuery } from "./types.js";

/** What exports are read with. */
export interface ExporterOptions {
  readonly readers: ReaderPool;
  readonly sources: Sources;
  readonly metrics: MetricRegistry;
  readonly channels: ChannelNumbers;
  readonly assignments: AssignmentSource;
}

/** Rows of one block, and of one query: between two of them others have their turn. */
const BLOCK_ROWS = 20_000;

/** Time that a query reads at first, and at least and at most. */
const [FIRST_SPAN, SHORTEST_SPAN, LONGEST_SPAN] = [days(1), minutes(1), days(365)];

/** Rows of a page as columns: instants, origins, and a column for each metric. */
interface PageRows {
  readonly at: Float64Array;
  readonly origins: Float64Array;
  readonly values: readonly Float64Array[];
}

interface Page {
  readonly channel: ChannelId;
  readonly number: number;
  readonly metrics: readonly MetricName[];
  readonly range: Range;
}

const NO_COLUMN = "NULL::DOUBLE";

/** Rows of all sources in order of time and, of one instant, of their arrival. */
function pageSql({ number, metrics, range }: Page, sources: readonly Source[]): string {
  const parts = relationsOf(sources).map(({ sql, arrival, metrics: held }) => {
    const columns = metrics.map((metric) => `${held.has(metric) ? `"${metric}"` : NO_COLUMN} AS "${metric}"`);
    return `SELECT "at", ${arrival} AS arrival, origin, ${columns.join(", ")} FROM ${sql} WHERE channel = ${number} AND "at" >= ${range.from} AND "at" < ${range.to}`;
  });
  return `SELECT * EXCLUDE (arrival) FROM (${parts.join(" UNION ALL BY NAME ")}) ORDER BY "at", arrival LIMIT ${BLOCK_ROWS}`;
}

const EMPTY = new Float64Array();
const NO_ROWS: PageRows = { at: EMPTY, origins: EMPTY, values: [] };

/** Positions of the first rows of each instant among the first `count` rows. */
function firstRows(at: Float64Array, count: number): Uint32Array {
  const first = new Uint32Array(count);
  let found = 0;
  for (let i = 0; i < count; i++) if (i === 0 || at[i] !== at[i - 1]) first[found++] = i;
  return first.subarray(0, found);
}

/** The first value of an instant in a column: rows are in the order of their arrival. */
function firstValue({ at }: PageRows, column: Float64Array, row: number): number {
  let value = column[row] as number;
  for (let i = row + 1; Number.isNaN(value) && i < at.length && at[i] === at[row]; i++) value = column[i] as number;
  return value;
}

/** The first rows of a page as a block. Rows of one instant are merged: of each metric the first to arrive. */
function toBlock({ channel, metrics }: Page, rows: PageRows, count: number): ExportBlock {
  const first = firstRows(rows.at, count);
  const pick = (column: Float64Array): Float64Array =>
    first.length === rows.at.length ? column : Float64Array.from(first, (row) => column[row] as number);
  const merged = rows.values.map((column) =>
    first.length === count ? pick(column) : Float64Array.from(first, (row) => firstValue(rows, column, row)),
  );
  const kept = metrics.flatMap((metric, m) => {
    const column = merged[m] as Float64Array;
    return column.some((value) => !Number.isNaN(value)) ? [[metric, column] as const] : [];
  });
  return {
    channel,
    at: pick(rows.at),
    origins: Uint8Array.from(pick(rows.origins)),
    columns: Object.fromEntries(kept),
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
      for (const { channel, number, range: clipped } of clip(segmentsOf(target, assignments, channels), range)) {
        const whole = this.#filled(number, clipped);
        if (whole)
          yield* this.#pages({ channel, number, metrics: metrics ?? this.#metricsIn(number, whole), range: whole });
      }
    }
  }

  #sourcesOf(number: number, range: Range): Source[] {
    return this.#options.sources.within(range).filter((source) => {
      const held = rangeOf(source, number);
      return held !== undefined && intersects(held, range);
    });
  }

  /** The part of a range from the first to the last instant that a channel can have rows of. */
  #filled(number: number, range: Range): Range | undefined {
    const held = this.#sourcesOf(number, range).map((source) => rangeOf(source, number) ?? source.range);
    if (held.length === 0) return undefined;
    const from = Math.max(range.from, Math.min(...held.map((part) => part.from))) as Instant;
    const to = Math.min(range.to, Math.max(...held.map((part) => part.to))) as Instant;
    return { from, to };
  }

  #metricsIn(number: number, range: Range): MetricName[] {
    return [...new Set(this.#sourcesOf(number, range).flatMap((source) => source.metrics))];
  }

  /** Each query reads a span of time that holds about one block: a page must not sort a month. */
  async *#pages(page: Page): AsyncIterable<ExportBlock> {
    let { from } = page.range;
    let span: number = FIRST_SPAN;
    while (from < page.range.to) {
      const to = Math.min(from + span, page.range.to) as Instant;
      const rows = await this.#rows({ ...page, range: { from, to } });
      const isWhole = rows.at.length < BLOCK_ROWS;
      // The last instant of a full page may go on: it begins the next one.
      const next = isWhole ? to : (rows.at.at(-1) as Instant);
      const count = isWhole ? rows.at.length : rows.at.indexOf(next);
      if (count > 0) yield toBlock(page, rows, count);
      from = next;
      if (rows.at.length < BLOCK_ROWS / 4) span = Math.min(2 * span, LONGEST_SPAN);
      else if (!isWhole) span = Math.max(span / 2, SHORTEST_SPAN);
    }
  }

  #rows(page: Page): Promise<PageRows> {
    return this.#options.sources.read(async () => {
      const sources = this.#sourcesOf(page.number, page.range);
      if (sources.length === 0 || page.metrics.length === 0) return NO_ROWS;
      const result = await this.#options.readers.read((connection) => connection.execute(pageSql(page, sources)));
      const [at = EMPTY, origins = EMPTY, ...values] = resultColumns(result);
      return { at, origins, values };
    }, page.range);
  }
}

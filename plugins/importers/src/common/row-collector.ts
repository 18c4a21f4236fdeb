import type { ImportedRows, ImportedSeries, MetricName } from "@vatio/plugin-api";
import { CHUNK_ROWS, MAX_ROWS, MAX_SERIES } from "./limits.js";
import { unreadable } from "./unreadable.js";

type Values = Readonly<Record<MetricName, number>>;

interface Pending {
  readonly series: ImportedSeries;
  readonly at: number[];
  readonly columns: Map<MetricName, number[]>;
}

/** Makes chunks of rows that come one by one, of several series. */
export class RowCollector {
  readonly #pending = new Map<string, Pending>();
  readonly #known = new Set<string>();
  #waiting = 0;
  #rows = 0;

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether it is time to `drain`. */
  get full(): boolean {
    return this.#waiting >= CHUNK_ROWS;
  }

  /** @throws E_IMPORT_UNREADABLE when there are more series or rows than a file can have */
  add(series: ImportedSeries, at: number, values: Values): void {
    const pending = this.#pending.get(series.key) ?? this.#begin(series);
    const index = pending.at.push(at) - 1;
    for (const metric in values) put(pending.columns, metric, index, values[metric] ?? Number.NaN);
    this.#waiting += 1;
    this.#rows += 1;
    if (this.#rows > MAX_ROWS)
      throw unreadable(`The file has more than ${MAX_ROWS} rows. Split it and import the parts.`);
  }

  #begin(series: ImportedSeries): Pending {
    this.#known.add(series.key);
    if (this.#known.size > MAX_SERIES) throw unreadable(`The file has more than ${MAX_SERIES} circuits.`);
    const pending: Pending = { series, at: [], columns: new Map() };
    this.#pending.set(series.key, pending);
    return pending;
  }

  /** All rows that wait, by series. */
  *drain(): Generator<ImportedRows> {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#waiting = 0;
    for (const { series, at, columns } of pending) {
      const filled = [...columns].map(([metric, values]) => [metric, toColumn(values, at.length)] as const);
      yield { series, at: Float64Array.from(at), columns: Object.fromEntries(filled) };
    }
  }
}

function put(columns: Map<MetricName, number[]>, metric: MetricName, index: number, value: number): void {
  let column = columns.get(metric);
  if (!column) {
    column = [];
    columns.set(metric, column);
  }
  while (column.length < index) column.push(Number.NaN);
  column.push(value);
}

function toColumn(values: readonly number[], length: number): Float64Array {
  const column = new Float64Array(length).fill(Number.NaN);
  column.set(values);
  return column;
}

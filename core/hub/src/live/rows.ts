import type { Batch } from "@vatio/plugin-api";

type Column = (number | null)[];

/** Readings as a frame carries them: instants, and one column for each metric with null where it has no value. */
export interface Rows {
  readonly at: readonly number[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

const value = (entry: number | undefined): number | null =>
  entry !== undefined && Number.isFinite(entry) ? entry : null;

/** Copies a batch: the writer owns its arrays and may hand them on. */
export function rowsOf({ at, columns }: Batch): Rows {
  return {
    at: [...at],
    columns: Object.fromEntries(Object.entries(columns).map(([metric, column]) => [metric, Array.from(column, value)])),
  };
}

/** Rows one after the other; a metric that some of them lack is null there. */
export function joinRows(parts: readonly Rows[]): Rows {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const metrics = new Set(parts.flatMap(({ columns }) => Object.keys(columns)));
  const columns: Record<string, Column> = {};
  for (const metric of metrics)
    columns[metric] = parts.flatMap((part) => part.columns[metric] ?? part.at.map(() => null));
  return { at: parts.flatMap(({ at }) => at), columns };
}

/** Rows in parts of at most so many. */
export function splitRows(rows: Rows, most: number): readonly Rows[] {
  if (rows.at.length <= most) return [rows];
  const starts = Array.from({ length: Math.ceil(rows.at.length / most) }, (_unused, index) => index * most);
  return starts.map((start) => sliceRows(rows, start, start + most));
}

function sliceRows({ at, columns }: Rows, from: number, to: number): Rows {
  return {
    at: at.slice(from, to),
    columns: Object.fromEntries(Object.entries(columns).map(([metric, column]) => [metric, column.slice(from, to)])),
  };
}

/** The newest value of each metric, and nothing else: what a client that reads too slowly gets. */
export class LatestValues {
  readonly #values = new Map<string, { readonly at: number; readonly value: number }>();

  add({ at, columns }: Rows): void {
    for (const [metric, column] of Object.entries(columns)) {
      for (const [index, entry] of column.entries()) this.#keep(metric, at[index] ?? 0, entry);
    }
  }

  rows(): Rows {
    const at = [...new Set([...this.#values.values()].map((entry) => entry.at))].sort((a, b) => a - b);
    const columns = Object.fromEntries(
      [...this.#values].map(([metric, entry]) => [
        metric,
        at.map((instant) => (instant === entry.at ? entry.value : null)),
      ]),
    );
    return { at, columns };
  }

  #keep(metric: string, at: number, entry: number | null): void {
    const known = this.#values.get(metric);
    if (entry !== null && (known === undefined || at >= known.at)) this.#values.set(metric, { at, value: entry });
  }
}

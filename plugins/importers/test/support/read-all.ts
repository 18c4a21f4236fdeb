import type { ImportFile, ImportFormat, ImportPart } from "@vatio/plugin-api";
import { Value } from "typebox/value";

/** A row of a series. */
export interface ReadRow {
  readonly at: number;
  readonly [metric: string]: number;
}

/** All that a file yields. */
export interface ReadResult {
  readonly series: ReadonlyMap<string, readonly ReadRow[]>;
  /** How often, by the last part of the key. */
  readonly notes: Readonly<Record<string, number>>;
  readonly lines: Readonly<Record<string, number | undefined>>;
  readonly largest: number;
}

/** Reads a whole file with a format, its defaults filled in. */
export async function readAll<O>(
  format: ImportFormat<O>,
  file: ImportFile,
  options: Partial<O> = {},
  signal = new AbortController().signal,
): Promise<ReadResult> {
  const series = new Map<string, ReadRow[]>();
  const notes: Record<string, number> = {};
  const lines: Record<string, number | undefined> = {};
  let largest = 0;
  const filled = Value.Default(format.options, { ...options }) as O;
  Value.Assert(format.options, filled);
  for await (const part of format.read(file, filled, signal) as AsyncIterable<ImportPart>) {
    if ("note" in part) {
      const key = part.note.key.replace("importers.note.", "");
      notes[key] = (notes[key] ?? 0) + part.count;
      lines[key] ??= part.line;
      continue;
    }
    largest = Math.max(largest, part.at.length);
    const rows = series.get(part.series.key) ?? [];
    series.set(part.series.key, rows);
    for (const [index, at] of part.at.entries()) {
      const values = Object.entries(part.columns).flatMap(([metric, column]) => {
        const value = column[index];
        if (column.length !== part.at.length) throw new Error("A column of another length.");
        return value === undefined || Number.isNaN(value) ? [] : [[metric, value] as const];
      });
      rows.push({ at, ...Object.fromEntries(values) });
    }
  }
  return { series, notes, lines, largest };
}

/** Sum of a metric over every series, in kWh. */
export function kwh({ series }: ReadResult, metric = "interval_import_wh"): number {
  let sum = 0;
  for (const rows of series.values()) for (const row of rows) sum += row[metric] ?? 0;
  return sum / 1_000;
}

/** Rows of all series. */
export const rowsOf = ({ series }: ReadResult): readonly ReadRow[] => [...series.values()].flat();

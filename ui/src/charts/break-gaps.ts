import type { Column } from "../data/api.js";
import { expectedInterval, GAP_INTERVALS } from "./chart-model.js";

/**
 * Adds a row without values into every long gap of time, so that a line breaks there: readings that are not in buckets
 * leave no empty bucket behind.
 */
export function breakGaps(
  at: readonly number[],
  columns: readonly Column[],
  least: number,
): { readonly at: number[]; readonly columns: Column[] } {
  const known = at.map(() => 1);
  const most = GAP_INTERVALS * expectedInterval(at, known, least);
  const breaks = at.flatMap((instant, index) => ((at[index + 1] ?? instant) - instant > most ? [index] : []));
  if (breaks.length === 0) return { at: [...at], columns: [...columns] };
  const spread = <T>(values: readonly T[], filler: (index: number) => T): T[] => {
    let next = 0;
    return values.flatMap((value, index) => {
      if (breaks[next] !== index) return [value];
      next++;
      return [value, filler(index)];
    });
  };
  return {
    at: spread(at, (index) => (at[index] ?? 0) + 1),
    columns: columns.map((column) => spread(column, () => null)),
  };
}

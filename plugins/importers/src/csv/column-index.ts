import { unreadable } from "../common/unreadable.js";

const normal = (name: string): string => name.trim().toLowerCase();

/**
 * Position of a column that is given by its name or its number from 1.
 * @throws VatioError E_IMPORT_UNREADABLE when there is none
 */
export function columnIndex(column: string, names: readonly string[], headerLine: number): number {
  const named = names.findIndex((name) => normal(name) === normal(column));
  if (named >= 0) return named;
  const number = /^#?(\d{1,4})$/.exec(column.trim());
  const index = number ? Number(number[1]) - 1 : -1;
  if (index >= 0 && (names.length === 0 || index < names.length)) return index;
  throw unreadable(`The table has no column "${column}". Choose one of: ${names.join(", ").slice(0, 500)}.`, {
    line: headerLine,
  });
}

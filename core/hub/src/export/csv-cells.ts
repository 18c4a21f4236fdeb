import type { CsvStyle } from "./types.js";

/** Spreadsheets take a cell that begins so for a formula and run it. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text cell: quoted where RFC 4180 asks for it, and never a formula (OWASP, "CSV injection": a leading apostrophe). */
export function textCell(text: string, separator: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  const needsQuotes = safe.includes(separator) || /["\r\n]/.test(safe) || safe !== safe.trim();
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Writes numbers as cells: empty for what is not known, never rounded. */
export function numberCells({ decimal, separator }: CsvStyle): (value: number | undefined) => string {
  const point = (value: number | undefined): string =>
    value === undefined || !Number.isFinite(value) ? "" : String(value);
  if (decimal === "point") return point;
  const comma = (value: number | undefined): string => point(value).replace(".", ",");
  return separator === "," ? (value) => quotedWithComma(comma(value)) : comma;
}

const quotedWithComma = (cell: string): string => (cell.includes(",") ? `"${cell}"` : cell);

import { numberCells, textCell } from "../export/csv-cells.js";
import type { SqlAnswer, SqlCell } from "./types.js";

const STYLE = { decimal: "point", separator: ",", bom: false } as const;
const number = numberCells(STYLE);

function cell(value: SqlCell): string {
  if (value === null) return "";
  return typeof value === "number" ? number(value) : textCell(String(value), STYLE.separator);
}

/** An answer as CSV (RFC 4180). */
export function answerCsv({ columns, rows }: Pick<SqlAnswer, "columns" | "rows">): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

import type { ChartModel } from "./chart-model.js";

/** A cell of a file for spreadsheets; null stays empty. */
export type Cell = string | number | null | undefined;

/** The decimal sign of a region decides what its spreadsheets take: where it is a comma, semicolons part the cells. */
function signsOf(region: string): { readonly decimal: string; readonly separator: string } {
  const decimal = new Intl.NumberFormat(region).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".";
  return decimal === "," ? { decimal, separator: ";" } : { decimal: ".", separator: "," };
}

/** Rows as text that spreadsheets of a region open as they are (RFC 4180 but for the separator): raw numbers, texts quoted where they must be. */
export function spreadsheet(rows: readonly (readonly Cell[])[], region: string): string {
  const { decimal, separator } = signsOf(region);
  const quoted = (text: string): string => (/["\n\r,;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // A cell that begins like a formula would be run by the program that opens the file.
  const written = (cell: Cell): string => {
    if (cell === null || cell === undefined) return "";
    if (typeof cell === "number") return plainNumber(cell).replace(".", decimal);
    return quoted(/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
  };
  return rows.map((row) => row.map(written).join(separator)).join("\r\n");
}

/** Without the noise of binary fractions, and never with an exponent. */
const plainNumber = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/\.?0+$/, "");

/** The data of a chart: ISO 8601 instants in UTC, values in the stored unit, empty where there is none. */
export function chartCsv({ at, lines, unit }: ChartModel, region = "en-US"): string {
  const head = [
    "time",
    ...lines.flatMap(({ label, min }) => [
      name(label, unit),
      ...(min ? [`${name(label, unit)} min`, `${name(label, unit)} max`] : []),
    ]),
  ];
  const rows = at.map((instant, index): Cell[] => [
    new Date(instant).toISOString(),
    ...lines.flatMap(({ values, min, max }) => [values[index], ...(min && max ? [min[index], max[index]] : [])]),
  ]);
  return spreadsheet([head, ...rows], region);
}

const name = (label: string, unit: string): string => (unit ? `${label} (${unit})` : label);

/** Tells programs for spreadsheets that the text is UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

/** Hands text to the person as a file. */
export function saveText(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}

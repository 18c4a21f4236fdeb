import { numberCells, textCell } from "./csv-cells.js";
import { LocalTimes } from "./local-times.js";
import type { CsvStyle, ExportRows, ExportTable } from "./types.js";

/** Rows that are written at once: a piece of some ten kilobytes. */
const PIECE_ROWS = 500;
const EOL = "\r\n";

/** A table as CSV (RFC 4180), piece by piece: nothing is made before somebody takes it. */
export async function* csvPieces(table: ExportTable, style: CsvStyle): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${style.bom ? "\uFEFF" : ""}${headerLine(table, style)}${EOL}`);
  for await (const rows of table.rows) {
    const line = lineWriter(rows, style);
    for (let from = 0; from < rows.count; from += PIECE_ROWS)
      yield encoder.encode(linesOf(line, from, Math.min(rows.count, from + PIECE_ROWS)));
  }
}

/** Names with units: `time_utc,time_local,point,channel,power_w (W)`. */
function headerLine({ times, texts, numbers }: ExportTable, { separator }: CsvStyle): string {
  return [
    ...times.flatMap((name) => [`${name}_utc`, `${name}_local`]),
    ...texts,
    ...numbers.map(({ name, unit }) => (unit === "" ? name : `${name} (${unit})`)),
  ]
    .map((name) => textCell(name, separator))
    .join(separator);
}

type LineWriter = (row: number) => string;

function linesOf(line: LineWriter, from: number, to: number): string {
  let text = "";
  for (let row = from; row < to; row++) text += line(row);
  return text;
}

function lineWriter({ zone, times, texts, numbers }: ExportRows, style: CsvStyle): LineWriter {
  const { separator } = style;
  const local = new LocalTimes(zone);
  const number = numberCells(style);
  const fixed = texts.map((text) => textCell(text, separator) + separator).join("");
  return (row) => {
    let text = "";
    for (const column of times) {
      const at = column[row] as number;
      text += new Date(at).toISOString() + separator + local.iso(at) + separator;
    }
    return text + fixed + numbers.map((column) => number(column?.[row])).join(separator) + EOL;
  };
}

import { RecordCollector, type Records, type Wanted } from "./record.js";

const MINUTE_S = 60;
const MOST_COLUMNS = 128;

/** Cells of a line: the files hold numbers and plain words, never quotes. */
const cellsOf = (line: string): readonly string[] => line.split(",", MOST_COLUMNS + 1).map((cell) => cell.trim());

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const numberOf = (cell: string | undefined): number | undefined => {
  const value = cell !== undefined && NUMBER.test(cell) ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};

/** Lines of a text, one at a time: a file of a year is not cut into a million pieces at once. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end);
    if (line.trim() !== "") yield line;
    from = end < 0 ? text.length : end + 1;
  }
}

/**
 * `/emdata/<id>/data.csv` and `/em1data/<id>/data.csv`: a line of names that begins with `timestamp`, then a line for each minute. Never
 * throws.
 * @param standardKeys names where the file has no line of names
 */
export function parseDataCsv(text: string, standardKeys: readonly string[], wanted: Wanted): Records {
  const collector = new RecordCollector(wanted);
  let keys: readonly string[] = ["timestamp", ...standardKeys];
  let first = true;
  for (const line of linesOf(text)) {
    const cells = cellsOf(line);
    if (first && cells[0]?.replace(/^\uFEFF/, "").toLowerCase() === "timestamp") keys = cells;
    else if (cells.length !== keys.length || cells.length > MOST_COLUMNS) collector.drop("bad-row");
    else collector.add(numberOf(cells[0]), MINUTE_S, valuesOf(cells, keys));
    first = false;
  }
  return collector.done();
}

function valuesOf(cells: readonly string[], keys: readonly string[]): Readonly<Record<string, number>> {
  const values: Record<string, number> = Object.create(null);
  for (let i = 1; i < cells.length; i++) {
    const value = numberOf(cells[i]);
    if (value !== undefined) values[keys[i] as string] = value;
  }
  return values;
}

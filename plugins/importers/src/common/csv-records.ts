import { CsvError, type Options, parse } from "csv-parse";
import { MAX_RECORD_CHARS } from "./limits.js";
import { unreadable } from "./unreadable.js";

/** A record and the line on which it ends, counted from 1. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** How records are written. */
export interface CsvShape {
  readonly delimiter: string;
  /** Whether fields may be in double quotes. */
  readonly quotes: boolean;
}

/** The records of a separated text, some at a time. @throws VatioError E_IMPORT_UNREADABLE with the line */
export async function* csvRecords(
  pieces: AsyncIterable<string>,
  { delimiter, quotes }: CsvShape,
): AsyncGenerator<readonly CsvRecord[]> {
  const parser = parse({
    delimiter,
    quote: quotes ? '"' : null,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARS,
    info: true,
  } as Options);
  // A failure is kept by the stream and looked for after each piece; without a listener it would end the process.
  parser.on("error", () => {});
  try {
    for await (const piece of pieces) {
      if (parser.errored) throw parser.errored;
      parser.write(piece);
      const records = taken(parser);
      if (records.length > 0) yield records;
    }
    if (parser.errored) throw parser.errored;
    parser.end();
    for await (const found of parser) yield [toRecord(found)];
  } catch (error) {
    throw error instanceof CsvError ? asUnreadable(error) : error;
  } finally {
    parser.destroy();
  }
}

const toRecord = (found: unknown): CsvRecord => {
  const { record, info } = found as { record: string[]; info: { lines: number } };
  return { fields: record, line: info.lines };
};

/** A write is parsed at once, so its records can be read right after it. */
function taken(parser: ReturnType<typeof parse>): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  for (let found = parser.read() as unknown; found !== null; found = parser.read() as unknown)
    records.push(toRecord(found));
  return records;
}

function asUnreadable(error: CsvError): Error {
  const { lines } = error as { lines?: unknown };
  const message = "The table cannot be read: a line is too long, or its quotes do not match.";
  return unreadable(message, { cause: error, ...(typeof lines === "number" ? { line: lines } : {}) });
}

import { type ImportFile, type ImportFormat, type ImportPart, text } from "@vatio/plugin-api";
import { decodeText, headText } from "../common/decode-text.js";
import { NoOptions } from "../common/no-options.js";
import { NoteBook } from "../common/note-book.js";
import { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import { EspiDirectory } from "./espi-directory.js";
import { EspiParser } from "./espi-parser.js";
import { type EspiRow, EspiRows } from "./espi-rows.js";
import type { EspiHandler } from "./espi-types.js";
import { SameStarts } from "./same-starts.js";

async function parse(file: ImportFile, handler: EspiHandler, signal: AbortSignal): Promise<void> {
  for await (const _piece of parsed(file, handler, signal)) {
    // Everything happens in the handler.
  }
}

/** Turns of the parser, one for each piece of the file. */
async function* parsed(file: ImportFile, handler: EspiHandler, signal: AbortSignal): AsyncGenerator<void> {
  const parser = new EspiParser(handler);
  for await (const piece of decodeText(file.read(), signal)) {
    parser.write(piece);
    yield;
  }
  parser.end();
}

/**
 * Reads the file twice: reading types may follow the readings that need them, and a second reading of the same start, as some utilities
 * write at clock changes, must be known before the first one is handed over.
 */
async function* read(file: ImportFile, _options: NoOptions, signal: AbortSignal): AsyncGenerator<ImportPart> {
  const directory = new EspiDirectory();
  await parse(file, directory, signal);
  const starts = new SameStarts();
  const quiet = new EspiRows(new NoteBook());
  await parse(
    file,
    onRows(directory, quiet, (row) => starts.see(row)),
    signal,
  );
  const notes = new NoteBook();
  const collector = new RowCollector();
  const keep = (row: EspiRow): void => {
    if (!starts.holds(row, notes)) collector.add(row.series, row.at, row.values);
  };
  for await (const _piece of parsed(file, onRows(directory, new EspiRows(notes), keep), signal)) {
    if (collector.full) yield* collector.drain();
  }
  for (const row of starts.sums(notes)) collector.add(row.series, row.at, row.values);
  yield* collector.drain();
  yield* notes.notes();
  if (collector.rows === 0) throw unreadable("The file has no intervals of electric energy.");
}

const onRows = (directory: EspiDirectory, rows: EspiRows, take: (row: EspiRow) => void): EspiHandler => ({
  reading: (links, reading) => {
    const row = rows.rowOf(directory.streamOf(links), reading);
    if (row) take(row);
  },
});

/** Green Button files: intervals of energy as utilities of North America give them (ESPI, NAESB REQ.21). */
export const greenButtonFormat: ImportFormat<NoOptions> = {
  id: "green-button",
  title: text("importers.format.green-button"),
  extensions: [".xml"],
  options: NoOptions,
  recognise: ({ head }) => {
    const start = headText(head) ?? "";
    if (!/^\ufeff?\s*</.test(start)) return 0;
    return /naesb\.org\/espi|<(?:\w+:)?IntervalBlock[\s>]/.test(start) ? 0.98 : 0;
  },
  read,
};

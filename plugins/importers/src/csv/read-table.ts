import type { ImportFile, ImportPart } from "@vatio/plugin-api";
import { type CsvRecord, csvRecords } from "../common/csv-records.js";
import { decodeText } from "../common/decode-text.js";
import { NoteBook } from "../common/note-book.js";
import { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import { usualStep } from "./interval-sizer.js";
import type { TableMapping } from "./table-mapping.js";
import { TableReader } from "./table-reader.js";

/** Rows that tell the usual length of an interval. */
const SAMPLE_ROWS = 5_000;

const needsLength = ({ values, intervalS, endColumn }: TableMapping): boolean =>
  intervalS === 0 &&
  endColumn === undefined &&
  values.some(({ meaning }) => meaning === "energy" || meaning === "mean-power");

/**
 * Rows of a separated text by a mapping.
 * @throws VatioError E_IMPORT_UNREADABLE with the line
 */
export async function* readTable(
  file: ImportFile,
  mapping: TableMapping,
  signal: AbortSignal,
): AsyncGenerator<ImportPart> {
  const usualMs = needsLength(mapping) ? await findUsualStep(file, mapping, signal) : mapping.intervalS * 1_000;
  const notes = new NoteBook();
  const collector = new RowCollector();
  const reader = new TableReader({ mapping, usualMs, notes, collector });
  for await (const records of recordsOf(file, mapping, signal)) {
    for (const record of records) reader.take(record);
    if (collector.full) yield* collector.drain();
  }
  reader.end();
  yield* collector.drain();
  yield* notes.notes();
  if (collector.rows === 0)
    throw unreadable("No row of the table could be used. Check its columns and the form of its times.");
}

const recordsOf = (
  file: ImportFile,
  { shape }: TableMapping,
  signal: AbortSignal,
): AsyncGenerator<readonly CsvRecord[]> => csvRecords(decodeText(file.read(), signal), shape);

/** @throws VatioError E_IMPORT_UNREADABLE when nothing tells how long an interval is */
async function findUsualStep(file: ImportFile, mapping: TableMapping, signal: AbortSignal): Promise<number> {
  const instants: number[] = [];
  const reader = new TableReader({ mapping, usualMs: 0, notes: new NoteBook(), collector: new RowCollector() });
  for await (const records of recordsOf(file, mapping, signal)) {
    for (const record of records) {
      const at = reader.instantOf(record);
      if (at !== undefined) instants.push(at);
    }
    if (instants.length >= SAMPLE_ROWS) break;
  }
  const step = usualStep(instants);
  if (step !== undefined) return step;
  throw unreadable(
    "The table does not tell how long its intervals are. Give the length, or check the form of its times.",
  );
}

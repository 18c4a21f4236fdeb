import { type ImportedRows, type ImportPart, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import type { OfferedFormat } from "./format-table.js";
import { storedFile } from "./stored-file.js";
import type { NoteCount } from "./types.js";

/** Circuits of one file. */
const MAX_SERIES = 2_000;
const MAX_KEY = 512;
const MAX_NOTES = 1_000;

/** What is read, and how. */
export interface ReadOrder {
  readonly path: string;
  readonly name: string;
  readonly format: OfferedFormat;
  readonly options: unknown;
  readonly signal: AbortSignal;
  /** Told the share of the file that was read, 0 to 1; it begins again when a format reads the file twice. */
  readonly onProgress?: (share: number) => void;
}

/** What reading tells beside rows. */
export interface ReadFindings {
  readonly notes: NoteCount[];
}

/**
 * The rows of a file. Parts that are not what the contract says end the reading: the format is at fault, not the file. Between two parts the
 * hub does other work.
 */
export async function* readParts(
  order: ReadOrder,
  findings: ReadFindings,
  clock: HubClock,
): AsyncGenerator<ImportedRows> {
  const { path, name, format, options, signal, onProgress } = order;
  const series = new Set<string>();
  let begun = clock.monotonic();
  for await (const part of format.read(await storedFile(path, name, onProgress), options, signal)) {
    if ("note" in part) {
      if (findings.notes.length < MAX_NOTES) findings.notes.push(noteOf(part));
    } else if (part.at.length > 0) {
      series.add(checked(part, format.id).series.key);
      if (series.size > MAX_SERIES) throw unreadable(format.id, `has more than ${MAX_SERIES} circuits`);
      yield part;
    }
    if (clock.monotonic() - begun < PATIENCE_MS) continue;
    await storedFile(path, name);
    begun = clock.monotonic();
  }
}

/** How long a format that never waits may go on before others have their turn; asking the disk about the file gives it to them. */
const PATIENCE_MS = 10;

const noteOf = ({ note, count, line }: Extract<ImportPart, { note: unknown }>): NoteCount => ({
  note,
  count,
  ...(line === undefined ? {} : { line }),
});

function checked(part: ImportedRows, format: string): ImportedRows {
  const { series, at, columns } = part;
  const whole =
    at instanceof Float64Array &&
    Object.values(columns).every((column) => column instanceof Float64Array && column.length === at.length);
  const named = typeof series.key === "string" && series.key !== "" && series.key.length <= MAX_KEY;
  if (!whole || !named) throw unreadable(format, "was read into rows that are not well formed");
  if (at.every(Number.isFinite)) return part;
  throw unreadable(format, "was read into rows without a time");
}

const unreadable = (format: string, what: string): VatioError =>
  new VatioError("E_IMPORT_UNREADABLE", `The file ${what}. The format ${format} may be the wrong one.`, {
    details: { format },
  });

import type { MetricName, Text } from "@vatio/model";
import type { TSchema } from "typebox";

/** A file that a person gave to be imported, unpacked when it was a gzip file. */
export interface ImportFile {
  /** As the person's machine calls it, without `.gz`. */
  readonly name: string;
  readonly bytes: number;
  /** From its beginning, in pieces; may be called again. */
  read(): AsyncIterable<Uint8Array>;
  /** Path of the hub's own copy, for libraries that must open it themselves; gone after the import. */
  readonly path: string;
}

/** A measured circuit in a file. */
export interface ImportedSeries {
  /** Within the file. */
  readonly key: string;
  readonly name: string;
}

/** Rows of one series, at most 10,000. Rows need not be in order, but each metric of an instant is told once per series. */
export interface ImportedRows {
  readonly series: ImportedSeries;
  readonly at: Float64Array;
  /**
   * One column for each metric, in its stored unit; NaN: absent. Energy of spans is `interval_import_wh` and `interval_export_wh` with
   * `interval_s`, and `at` is the begin of the span; registers are `energy_import_wh` and `energy_export_wh`.
   */
  readonly columns: Readonly<Record<MetricName, Float64Array>>;
}

/** Something in a file that could not be used as it stands, or only with an assumption. */
export interface ImportNote {
  readonly note: Text;
  /** How often. */
  readonly count: number;
  /** The first line, record or row that it is about, counted from 1. */
  readonly line?: number;
}

/** What reading a file yields: rows, and notes at any time. */
export type ImportPart = ImportedRows | ImportNote;

/** A file format that history can be imported from. */
export interface ImportFormat<O = unknown> {
  /** Kebab-case, such as `green-button`. */
  readonly id: string;
  readonly title: Text;
  /** Of usual file names, with the dot. */
  readonly extensions: readonly string[];
  /**
   * Form of what a person may say about a file: its zone, its columns. Defaults are filled in. A text with `x-zone` is a time zone, that of
   * the site unless the file suggests another one.
   */
  readonly options: TSchema;
  /** How sure it is that the file is of this format, 0 to 1, from its name and its first 64 KiB. Never throws. */
  recognise(file: { readonly name: string; readonly head: Uint8Array }): number;
  /** What is asked first, for this file: suggested options. */
  suggest?(file: { readonly name: string; readonly head: Uint8Array }): Partial<O>;
  /**
   * Reads the file in few megabytes of memory, whatever its size, and hands over what it has at least every few thousand rows: the hub does
   * other work in between. Nothing is kept of a file whose reading throws.
   * @throws VatioError E_IMPORT_UNREADABLE with the line, when nothing of the file can be used or it cannot be read on from there
   * @throws VatioError E_INPUT_INVALID when the options contradict themselves
   */
  read(file: ImportFile, options: O, signal: AbortSignal): AsyncIterable<ImportPart>;
}

/** Imports of history. */
export interface Imports {
  /**
   * Offers a format for as long as the plugin runs. The first plugin that offers an id keeps it.
   * @throws VatioError E_IMPORT_FORMAT_INVALID when the id is not kebab-case or is taken
   * @throws VatioError E_NOT_AVAILABLE in a worker: files are read in the hub's own process
   */
  provideFormat<O>(format: ImportFormat<O>): Disposable;
}

import type { CsvShape } from "../common/csv-records.js";
import type { DecimalMark } from "../common/parse-number.js";
import type { TimeReader } from "../common/time-pattern.js";

/** What the numbers of a column mean. */
export type Meaning = "energy" | "register" | "mean-power" | "power";

/** Which way: `net` is import where it is positive and export where it is negative. */
export type Direction = "import" | "export" | "net";

/** A column with numbers. */
export interface ValueMapping {
  /** Name of the column, or its number from 1. */
  readonly column: string;
  readonly meaning: Meaning;
  readonly direction: Direction;
  /** Wh or W of one unit of the file. */
  readonly factor: number;
  /** Name of the circuit; columns with the same one belong together and are added up where they mean the same. */
  readonly series: string;
}

/** All that is needed to read a table. */
export interface TableMapping {
  readonly shape: CsvShape;
  /** Line of the column names, from 1; 0 without one. Everything before is left out. */
  readonly headerLine: number;
  /** Columns that make the time when their texts are joined by a blank. */
  readonly timeColumns: readonly string[];
  readonly readTime: TimeReader;
  /** For times without an offset: an IANA name or a fixed offset. */
  readonly zone: string;
  /** Whether the time of an interval is its end. */
  readonly atEnd: boolean;
  /** Column with the end of the interval, read like the time. */
  readonly endColumn?: string;
  /** Length of the intervals in s; 0: as the times tell. */
  readonly intervalS: number;
  readonly decimal: DecimalMark;
  readonly values: readonly ValueMapping[];
  /** Column that names the circuit of each row. */
  readonly seriesColumn?: string;
}

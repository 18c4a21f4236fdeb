import type { CsvRecord } from "../common/csv-records.js";
import { InstantMemory } from "../common/instant-memory.js";
import { isPlausible, MAX_NAME_CHARS, MAX_SERIES } from "../common/limits.js";
import type { NoteBook } from "../common/note-book.js";
import { parseNumber } from "../common/parse-number.js";
import type { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import { LocalOrder, ZoneClock } from "../common/zone-clock.js";
import { columnIndex } from "./column-index.js";
import { IntervalSizer, type SizedRow, type TableRow } from "./interval-sizer.js";
import { RowWriter } from "./row-writer.js";
import type { TableMapping } from "./table-mapping.js";

/** What a `TableReader` works with. */
export interface TableReaderOptions {
  readonly mapping: TableMapping;
  /** Usual length of an interval in ms. */
  readonly usualMs: number;
  readonly notes: NoteBook;
  readonly collector: RowCollector;
}

/** Columns of the mapping as positions in a record. */
interface Positions {
  readonly time: readonly number[];
  readonly end: number | undefined;
  readonly values: readonly number[];
  readonly series: number | undefined;
}

/** What is remembered of the rows of one circuit, or of the whole table. */
interface Group {
  readonly memory: InstantMemory;
  readonly order: LocalOrder;
  readonly sizer: IntervalSizer;
  readonly writer: RowWriter;
}

/** Turns the records of a table, one by one, into rows. */
export class TableReader {
  readonly #options: TableReaderOptions;
  readonly #clock: ZoneClock;
  readonly #groups = new Map<string, Group>();
  #positions: Positions | undefined;

  constructor(options: TableReaderOptions) {
    this.#options = options;
    this.#clock = new ZoneClock(options.mapping.zone);
    if (options.mapping.headerLine === 0) this.#positions = positionsOf(options.mapping, []);
  }

  /** @throws VatioError E_IMPORT_UNREADABLE when a column is missing or the file has too much of something */
  take(record: CsvRecord): void {
    const positions = this.#dataPositions(record);
    if (!positions) return;
    const name = positions.series === undefined ? "" : (record.fields[positions.series] ?? "").trim();
    const group = this.#group(name.slice(0, MAX_NAME_CHARS));
    const row = this.#rowOf(record, positions, group);
    if (row) this.#remembered(row, group);
  }

  /** Hands over what waits for a following row. */
  end(): void {
    for (const { sizer, writer } of this.#groups.values()) write(writer, sizer.end());
  }

  /** Only the instant of a record. */
  instantOf(record: CsvRecord): number | undefined {
    const positions = this.#dataPositions(record);
    return positions && this.#instant(record, positions.time, this.#group("").order);
  }

  /** Where the columns are; undefined for the line with their names and what is before it. */
  #dataPositions({ fields, line }: CsvRecord): Positions | undefined {
    if (this.#positions) return this.#positions;
    const { mapping } = this.#options;
    if (line >= mapping.headerLine) this.#positions = positionsOf(mapping, fields);
    return undefined;
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known) return known;
    if (this.#groups.size >= MAX_SERIES) throw unreadable(`The file has more than ${MAX_SERIES} circuits.`);
    const { mapping, usualMs, notes, collector } = this.#options;
    const group: Group = {
      memory: new InstantMemory(),
      order: new LocalOrder(),
      sizer: new IntervalSizer({ usualMs, atEnd: mapping.atEnd }),
      writer: new RowWriter({ values: mapping.values, notes, collector, group: name, atEnd: mapping.atEnd }),
    };
    this.#groups.set(name, group);
    return group;
  }

  #rowOf(record: CsvRecord, { time, end, values }: Positions, { order }: Group): TableRow | undefined {
    const at = this.#instant(record, time, order);
    if (at === undefined) return undefined;
    const numbers = values.map((index) => this.#number(record, index));
    if (numbers.every(Number.isNaN)) {
      this.#options.notes.add("importers.note.missing", { line: record.line });
      return undefined;
    }
    const row = { at, values: numbers, line: record.line };
    if (end === undefined) return row;
    const told = this.#instant(record, [end], new LocalOrder());
    return told === undefined ? undefined : { ...row, end: told };
  }

  #number({ fields, line }: CsvRecord, index: number): number {
    const value = parseNumber(fields[index] ?? "", this.#options.mapping.decimal);
    if (value === undefined) this.#options.notes.add("importers.note.not-a-number", { line });
    return value ?? Number.NaN;
  }

  #instant({ fields, line }: CsvRecord, columns: readonly number[], order: LocalOrder): number | undefined {
    const { mapping, notes } = this.#options;
    const [only = -1] = columns;
    const text = columns.length === 1 ? (fields[only] ?? "") : columns.map((index) => fields[index] ?? "").join(" ");
    const written = text.length > 100 ? undefined : mapping.readTime(text);
    if (!written) return void notes.add("importers.note.not-a-time", { line });
    const at = written.offset === undefined ? this.#local(written.local, line, order) : written.local - written.offset;
    return isPlausible(at) ? at : void notes.add("importers.note.implausible-time", { line });
  }

  #local(local: number, line: number, order: LocalOrder): number {
    const { notes } = this.#options;
    if (!isPlausible(local)) return local;
    const { instants, skipped } = this.#clock.instants(local);
    if (skipped) notes.add("importers.note.skipped-hour", { line });
    if (instants.length > 1) notes.add("importers.note.repeated-hour", { line });
    return order.choose(local, instants);
  }

  #remembered(row: TableRow, { memory, sizer, writer }: Group): void {
    const seen = memory.note(row.at, row.values);
    if (seen !== "new") {
      const key = seen === "repeat" ? "importers.note.repeated-row" : "importers.note.conflicting-row";
      this.#options.notes.add(key, { line: row.line });
      return;
    }
    const { intervalS } = this.#options.mapping;
    if (row.end !== undefined) writer.write(row, Math.abs(row.end - row.at));
    else if (intervalS > 0) writer.write(row, intervalS * 1_000);
    else write(writer, sizer.push(row));
  }
}

function write(writer: RowWriter, sized: SizedRow | undefined): void {
  if (sized) writer.write(sized.row, sized.lengthMs);
}

function positionsOf(mapping: TableMapping, names: readonly string[]): Positions {
  const at = (column: string): number => columnIndex(column, names, mapping.headerLine);
  return {
    time: mapping.timeColumns.map(at),
    end: mapping.endColumn === undefined ? undefined : at(mapping.endColumn),
    values: mapping.values.map(({ column }) => at(column)),
    series: mapping.seriesColumn === undefined ? undefined : at(mapping.seriesColumn),
  };
}

import type { ImportedSeries, MetricName } from "@vatio/plugin-api";
import { isPlausible, MAX_INTERVAL_WH, MAX_POWER_W, MAX_REGISTER_WH } from "../common/limits.js";
import type { NoteBook } from "../common/note-book.js";
import type { RowCollector } from "../common/row-collector.js";
import type { TableRow } from "./interval-sizer.js";
import type { ValueMapping } from "./table-mapping.js";

/** What a `RowWriter` works with. */
export interface RowWriterOptions {
  readonly values: readonly ValueMapping[];
  readonly notes: NoteBook;
  readonly collector: RowCollector;
  /** Circuit that the rows name; empty when the columns do. */
  readonly group: string;
  readonly atEnd: boolean;
}

type Row = Record<MetricName, number>;

interface Column extends ValueMapping {
  readonly index: number;
}

/** A circuit of the table and its columns. */
interface Circuit {
  readonly series: ImportedSeries;
  readonly columns: readonly Column[];
}

const LARGEST: Readonly<Record<ValueMapping["meaning"], number>> = {
  energy: MAX_INTERVAL_WH,
  register: MAX_REGISTER_WH,
  "mean-power": MAX_POWER_W,
  power: MAX_POWER_W,
};

/** Writes the numbers of a row as metrics of its circuits. */
export class RowWriter {
  readonly #options: RowWriterOptions;
  readonly #circuits: readonly Circuit[];

  constructor(options: RowWriterOptions) {
    this.#options = options;
    this.#circuits = circuitsOf(options);
  }

  /** @param lengthMs of the interval that the row is for */
  write(row: TableRow, lengthMs: number): void {
    for (const { series, columns } of this.#circuits) {
      this.#add(series, row, lengthMs, columns);
    }
  }

  #add(series: ImportedSeries, row: TableRow, lengthMs: number, columns: readonly Column[]): void {
    const spans: Row = {};
    const instants: Row = {};
    for (const column of columns) this.#put(column, row, { lengthMs, spans, instants });
    const begin = this.#options.atEnd ? row.at - lengthMs : row.at;
    if (Object.keys(spans).length > 0)
      this.#span(series, { ...row, at: begin }, { ...spans, interval_s: lengthMs / 1_000 });
    // Registers and power beside intervals are of the instant that is written.
    if (Object.keys(instants).length > 0) this.#options.collector.add(series, row.at, instants);
  }

  #span(series: ImportedSeries, { at, line }: TableRow, values: Row): void {
    if (isPlausible(at)) this.#options.collector.add(series, at, values);
    else this.#options.notes.add("importers.note.implausible-time", { line });
  }

  #put(column: Column, row: TableRow, to: { lengthMs: number; spans: Row; instants: Row }): void {
    const written = (row.values[column.index] ?? Number.NaN) * column.factor;
    if (Number.isNaN(written)) return;
    const value = this.#checked(column, written, row.line);
    if (value === undefined) return;
    if (column.meaning === "power") sum(to.instants, "power_w", column.direction === "export" ? -value : value);
    else if (column.meaning === "register") sum(to.instants, `energy_${side(column, value)}_wh`, Math.abs(value));
    else {
      const wh = column.meaning === "energy" ? value : (value * to.lengthMs) / 3_600_000;
      sum(to.spans, `interval_${side(column, wh)}_wh`, Math.abs(wh));
    }
  }

  #checked({ direction, meaning }: Column, value: number, line: number): number | undefined {
    const { notes } = this.#options;
    if (Math.abs(value) > LARGEST[meaning]) return void notes.add("importers.note.too-large", { line });
    if (value < 0 && direction !== "net" && meaning !== "power")
      return void notes.add("importers.note.negative", { line });
    return value;
  }
}

const side = ({ direction }: ValueMapping, value: number): "import" | "export" => {
  if (direction === "net") return value < 0 ? "export" : "import";
  return direction;
};

/** Columns that mean the same for one circuit are added: the tariffs of one meter, its phases. */
function sum(row: Row, metric: MetricName, value: number): void {
  row[metric] = (row[metric] ?? 0) + value;
}

function circuitsOf({ values, group }: RowWriterOptions): readonly Circuit[] {
  const circuits = new Map<string, Column[]>();
  for (const [index, value] of values.entries()) {
    const columns = circuits.get(value.series) ?? [];
    columns.push({ ...value, index });
    circuits.set(value.series, columns);
  }
  const nameOf = (series: string): string => {
    if (group === "") return series;
    return circuits.size > 1 ? `${group} ${series}` : group;
  };
  return [...circuits].map(([series, columns]) => ({ series: { key: nameOf(series), name: nameOf(series) }, columns }));
}

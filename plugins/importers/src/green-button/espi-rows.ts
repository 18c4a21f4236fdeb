import type { ImportedSeries, MetricName } from "@vatio/plugin-api";
import { isPlausible, MAX_INTERVAL_WH, MAX_REGISTER_WH } from "../common/limits.js";
import type { NoteBook } from "../common/note-book.js";
import type { EspiStream } from "./espi-directory.js";
import type { EspiReading, ReadingType } from "./espi-types.js";

/** A reading as a row. */
export interface EspiRow {
  readonly series: ImportedSeries;
  readonly at: number;
  readonly values: Readonly<Record<MetricName, number>>;
  readonly line: number;
}

const WH = 72;
const W = 38;
/** Received from the customer. */
const REVERSE = 19;
const ELECTRICITY = new Set([0, 1, 2]);
/** Bulk quantity, continuous cumulative, cumulative: registers. */
const REGISTERS = new Set([1, 2, 3]);
/** Estimated by a reference day, linear interpolation, questionable, projected, mixed (ESPI `QualityOfReading`). */
const ESTIMATED = new Set([8, 9, 10, 12, 13]);

/** What a stream is if nothing is told: energy in Wh, taken. */
const ASSUMED: ReadingType = {
  commodity: 1,
  flowDirection: 1,
  uom: WH,
  powerOfTen: 0,
  intervalLength: undefined,
  accumulation: 4,
};

/** Makes rows of readings, and notes those that cannot be. */
export class EspiRows {
  readonly #notes: NoteBook;

  constructor(notes: NoteBook) {
    this.#notes = notes;
  }

  /** The row of a reading; undefined when it is not one of electric energy or power. */
  rowOf(stream: EspiStream, reading: EspiReading): EspiRow | undefined {
    const { line } = reading;
    if (!stream.type) this.#notes.add("importers.note.no-reading-type", { line });
    const type = stream.type ?? ASSUMED;
    const params = { name: stream.name };
    if (!isElectric(stream, type)) return void this.#notes.add("importers.note.not-energy", { line, params });
    if (reading.start === undefined || reading.value === undefined) {
      return void this.#notes.add("importers.note.bad-record", { line });
    }
    if (reading.qualities.some((quality) => ESTIMATED.has(quality)))
      this.#notes.add("importers.note.estimated", { line });
    const seconds = Math.max(reading.duration ?? type.intervalLength ?? 0, 0);
    const amount = reading.value * 10 ** type.powerOfTen;
    const series = { key: stream.key, name: stream.name };
    return this.#checked({ series, line, ...located(type, reading.start * 1_000, { amount, seconds }) });
  }

  #checked(row: EspiRow): EspiRow | undefined {
    if (!isPlausible(row.at)) return void this.#notes.add("importers.note.implausible-time", { line: row.line });
    const limit = "interval_s" in row.values ? MAX_INTERVAL_WH : MAX_REGISTER_WH;
    const amounts = Object.values(row.values);
    if (amounts.every((value) => Number.isFinite(value) && Math.abs(value) <= limit)) return row;
    return void this.#notes.add("importers.note.too-large", { line: row.line });
  }
}

function isElectric({ serviceKind = 0 }: EspiStream, { commodity = 1, uom }: ReadingType): boolean {
  return serviceKind === 0 && ELECTRICITY.has(commodity) && (uom === WH || uom === W);
}

/** Where a reading lies and what it tells. */
function located(
  type: ReadingType,
  start: number,
  { amount, seconds }: { readonly amount: number; readonly seconds: number },
): { readonly at: number; readonly values: Record<MetricName, number> } {
  const side = sideOf(type, amount);
  if (type.uom === W && seconds === 0)
    return { at: start, values: { power_w: side === "export" ? -Math.abs(amount) : amount } };
  if (type.uom === WH && REGISTERS.has(type.accumulation ?? 4)) {
    return { at: start + seconds * 1_000, values: { [`energy_${side}_wh`]: Math.abs(amount) } };
  }
  const wh = type.uom === W ? (amount * seconds) / 3_600 : amount;
  return { at: start, values: { [`interval_${side}_wh`]: Math.abs(wh), interval_s: seconds } };
}

/** A negative amount went the other way, whatever the direction of the stream. */
const sideOf = ({ flowDirection }: ReadingType, amount: number): "import" | "export" =>
  (flowDirection === REVERSE) === amount < 0 ? "import" : "export";

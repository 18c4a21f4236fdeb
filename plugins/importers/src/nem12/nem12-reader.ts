import type { CsvRecord } from "../common/csv-records.js";
import { unitOf, WH_OF } from "../common/energy-units.js";
import { InstantMemory } from "../common/instant-memory.js";
import { isPlausible, MAX_INTERVAL_WH } from "../common/limits.js";
import type { NoteBook } from "../common/note-book.js";
import { parseNumber } from "../common/parse-number.js";
import type { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import type { ZoneClock } from "../common/zone-clock.js";
import { dayOf, type QualityFlag, qualityFlag, type StreamHeader, streamHeader } from "./nem12-records.js";

/** What a `Nem12Reader` works with. */
export interface Nem12ReaderOptions {
  readonly clock: ZoneClock;
  readonly notes: NoteBook;
  readonly collector: RowCollector;
}

/** A data stream that is read, or why it is left out. */
interface Stream extends StreamHeader {
  readonly factor: number;
  readonly metric: "interval_import_wh" | "interval_export_wh";
  readonly key: string;
}

/** A day that waits for the qualities of its intervals. */
interface Day {
  readonly stream: Stream;
  readonly begin: number;
  readonly values: readonly number[];
  readonly flags: (QualityFlag | undefined)[];
  readonly line: number;
}

/** Reads the records of a NEM12 file one by one. */
export class Nem12Reader {
  readonly #options: Nem12ReaderOptions;
  readonly #days = new Map<string, InstantMemory>();
  #stream: Stream | undefined;
  #day: Day | undefined;
  #sawStream = false;

  constructor(options: Nem12ReaderOptions) {
    this.#options = options;
  }

  /** Whether any data stream was announced. */
  get sawStream(): boolean {
    return this.#sawStream;
  }

  /** @throws VatioError E_IMPORT_UNREADABLE for a NEM13 file */
  take({ fields, line }: CsvRecord): void {
    const kind = (fields[0] ?? "").trim();
    if (kind === "400") {
      this.#qualities(fields, line);
      return;
    }
    this.end();
    if (kind === "200") this.#begin(fields, line);
    else if (kind === "300") this.#readDay(fields, line);
    else if (kind === "250")
      throw unreadable("The file is NEM13: readings of registers, not intervals. Ask for NEM12.", { line });
    else if (kind !== "100" && kind !== "500" && kind !== "900")
      this.#options.notes.add("importers.note.unknown-record", { line });
  }

  /** Hands over the day that waits. */
  end(): void {
    if (this.#day) this.#writeDay(this.#day);
    this.#day = undefined;
  }

  #begin(fields: readonly string[], line: number): void {
    const header = streamHeader(fields);
    this.#sawStream = true;
    this.#stream = header && this.#streamOf(header, line);
    if (!header) this.#options.notes.add("importers.note.bad-record", { line });
  }

  #streamOf(header: StreamHeader, line: number): Stream | undefined {
    const factor = WH_OF[unitOf(header.unit) ?? ""];
    const metric = metricOf(header.suffix);
    if (factor === undefined || metric === undefined) {
      const params = { name: `${header.suffix} ${header.unit}` };
      this.#options.notes.add("importers.note.not-energy", { line, params });
      return undefined;
    }
    // E1 and B1 are the two directions of one register pair.
    return { ...header, factor, metric, key: `${header.nmi} ${header.suffix.slice(1)}`.trim() };
  }

  #readDay(fields: readonly string[], line: number): void {
    const stream = this.#stream;
    const day = stream && dayRecord(stream, fields, line);
    // The days of a stream that is left out are left out with it.
    if (day ? !this.#isNew(day) : this.#sawStream && !stream) return;
    if (day) this.#day = day;
    else this.#options.notes.add("importers.note.bad-record", { line });
  }

  #isNew({ stream, begin, values, line }: Day): boolean {
    const id = `${stream.key} ${stream.metric}`;
    const memory = this.#days.get(id) ?? new InstantMemory();
    this.#days.set(id, memory);
    const seen = memory.note(begin, values);
    if (seen === "new") return true;
    const key = seen === "repeat" ? "importers.note.repeated-row" : "importers.note.conflicting-row";
    this.#options.notes.add(key, { line, count: values.length });
    return false;
  }

  /** Record 400: first and last interval, from 1, and their quality. */
  #qualities(fields: readonly string[], line: number): void {
    const day = this.#day;
    const [from, to] = [Number(fields[1]), Number(fields[2])];
    const flag = qualityFlag(fields[3] ?? "");
    const valid = Number.isInteger(from) && Number.isInteger(to) && from >= 1 && to >= from;
    if (day && valid && flag && to <= day.flags.length) day.flags.fill(flag, from - 1, to);
    else if (this.#stream) this.#options.notes.add("importers.note.bad-record", { line });
  }

  #writeDay({ stream, begin, values, flags, line }: Day): void {
    const { clock, notes, collector } = this.#options;
    const [midnight = begin] = clock.instants(begin).instants;
    const series = { key: stream.key, name: stream.key };
    const qualities = new Map<string, number>();
    for (const [index, value] of values.entries()) {
      const at = midnight + index * stream.minutes * 60_000;
      const note = noteOf(value * stream.factor, flags[index]);
      if (note) qualities.set(note, (qualities.get(note) ?? 0) + 1);
      if (note === undefined || note === "importers.note.estimated" || note === "importers.note.substituted") {
        collector.add(series, at, { [stream.metric]: value * stream.factor, interval_s: stream.minutes * 60 });
      }
    }
    for (const [key, count] of qualities) notes.add(key, { line, count });
  }
}

/** The day of a record 300; undefined when it is not complete. */
function dayRecord(stream: Stream, fields: readonly string[], line: number): Day | undefined {
  const begin = dayOf(fields[1] ?? "");
  const count = 1_440 / stream.minutes;
  if (begin === undefined || !isPlausible(begin) || fields.length < count + 2) return undefined;
  const values = fields.slice(2, count + 2).map((field) => parseNumber(field, "point") ?? Number.NaN);
  const flag = qualityFlag(fields[count + 2] ?? "A");
  return { stream, begin, values, flags: values.map(() => flag), line };
}

/** E: the customer took it from the network; B: it gave it. Letters after them (K, Q and others) are not active energy. */
function metricOf(suffix: string): Stream["metric"] | undefined {
  if (/^E[0-9A-Z]?$/.test(suffix)) return "interval_import_wh";
  return /^B[0-9A-Z]?$/.test(suffix) ? "interval_export_wh" : undefined;
}

function noteOf(wh: number, flag: QualityFlag | undefined): string | undefined {
  if (flag === "N" || Number.isNaN(wh)) return "importers.note.missing";
  if (wh < 0) return "importers.note.negative";
  if (wh > MAX_INTERVAL_WH) return "importers.note.too-large";
  if (flag === "E") return "importers.note.estimated";
  return flag === "F" || flag === "S" ? "importers.note.substituted" : undefined;
}

import { type ImportFile, type ImportFormat, type ImportPart, text } from "@vatio/plugin-api";
import { isPlausible, MAX_INTERVAL_WH } from "../common/limits.js";
import { NoOptions } from "../common/no-options.js";
import { NoteBook } from "../common/note-book.js";
import { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import type { MeteredStatistic } from "./metered-statistic.js";
import { forgetWriteAheadLog, RecorderDatabase } from "./recorder-database.js";
import { StatisticsCleaner } from "./statistics-cleaner.js";

/** First bytes of an SQLite file (SQLite file format, section 1.3). */
const MAGIC = "SQLite format 3\u0000";

/** A damaged database may have the same page in many places: a thousand statistics over ten years have fewer rows. */
const MAX_DATABASE_ROWS = 90_000_000;

/** Rows between two chunks: the library reads them at one go. */
const ROWS_AT_ONCE = 1_000;

async function* read(file: ImportFile, _options: NoOptions, signal: AbortSignal): AsyncGenerator<ImportPart> {
  const notes = new NoteBook();
  if (await forgetWriteAheadLog(file.path)) notes.add("importers.note.write-ahead-log");
  const collector = new RowCollector();
  using database = await RecorderDatabase.open(file.path);
  const { metered, others } = database.statistics();
  for (const name of others) notes.add("importers.note.not-energy", { params: { name } });
  let rows = 0;
  for (const [number, statistic] of metered) {
    for (const _row of energyRows({ database, number, statistic, notes, collector })) {
      rows += 1;
      if (rows % ROWS_AT_ONCE !== 0) continue;
      signal.throwIfAborted();
      if (rows > MAX_DATABASE_ROWS) throw unreadable(`The database has more than ${MAX_DATABASE_ROWS} rows.`);
      yield* collector.drain();
    }
    yield* collector.drain();
  }
  yield* notes.notes();
  if (collector.rows === 0) throw unreadable("The database has no metered statistics of energy.");
}

interface Work {
  readonly database: RecorderDatabase;
  readonly number: number;
  readonly statistic: MeteredStatistic;
  readonly notes: NoteBook;
  readonly collector: RowCollector;
}

/** One turn for each row of a statistic. */
function* energyRows({ database, number, statistic, notes, collector }: Work): Generator<void> {
  const { key, name, factor } = statistic;
  const cleaner = new StatisticsCleaner(notes, name);
  for (const row of database.rows(number, factor)) {
    yield;
    if (!isPlausible(row.at)) {
      notes.add("importers.note.implausible-time", { line: row.line });
      continue;
    }
    const energy = cleaner.next(row);
    if (!energy) continue;
    if (energy.wh > MAX_INTERVAL_WH) notes.add("importers.note.too-large", { line: row.line });
    else
      collector.add({ key, name }, energy.at, { interval_import_wh: energy.wh, interval_s: energy.lengthMs / 1_000 });
  }
}

/** Long-term statistics in the recorder's SQLite file of Home Assistant. */
export const haDatabaseFormat: ImportFormat<NoOptions> = {
  id: "home-assistant-db",
  title: text("importers.format.home-assistant-db"),
  extensions: [".db", ".sqlite", ".sqlite3"],
  options: NoOptions,
  recognise: ({ name, head }) => {
    if (String.fromCharCode(...head.subarray(0, 16)) !== MAGIC) return 0;
    return /home-assistant/i.test(name) || new TextDecoder("latin1").decode(head).includes("statistics_meta")
      ? 0.95
      : 0.6;
  },
  read,
};

import {
  type ImportFile,
  type ImportFormat,
  type ImportPart,
  type Static,
  Type,
  text,
  VatioError,
} from "@vatio/plugin-api";
import { csvRecords } from "../common/csv-records.js";
import { decodeText } from "../common/decode-text.js";
import { headLines } from "../common/head-lines.js";
import { NoteBook } from "../common/note-book.js";
import { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import { isKnownZone, ZoneClock } from "../common/zone-clock.js";
import { Nem12Reader } from "./nem12-reader.js";

/** What a person says about a NEM12 file. */
export const Nem12Options = Type.Object(
  {
    zone: Type.String({
      // Market time: Australian Eastern Standard Time the whole year, in every state (National Electricity Rules, glossary "EST").
      default: "+10:00",
      minLength: 1,
      maxLength: 64,
      title: "importers.zone.title",
      description: "importers.nem12.zone.description",
      "x-order": 1,
    }),
  },
  { additionalProperties: false },
);

/** What a person says about a NEM12 file. */
export type Nem12Options = Static<typeof Nem12Options>;

async function* read(file: ImportFile, { zone }: Nem12Options, signal: AbortSignal): AsyncGenerator<ImportPart> {
  if (!isKnownZone(zone))
    throw new VatioError("E_INPUT_INVALID", `"${zone}" is not a time zone. Write +10:00 or a name.`);
  const notes = new NoteBook();
  const collector = new RowCollector();
  const reader = new Nem12Reader({ clock: new ZoneClock(zone), notes, collector });
  for await (const records of csvRecords(decodeText(file.read(), signal), { delimiter: ",", quotes: false })) {
    for (const record of records) {
      reader.take(record);
      if (collector.full) yield* collector.drain();
    }
  }
  reader.end();
  yield* collector.drain();
  yield* notes.notes();
  if (!reader.sawStream) throw unreadable("The file has no record 200 and 300: it is not NEM12.");
  if (collector.rows === 0) throw unreadable("The file has no readings of active energy.");
}

const DATA = /^200,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,\s*\d{1,2}\s*(?:,|$)/;

/** Interval data of Australian meters. */
export const nem12Format: ImportFormat<Nem12Options> = {
  id: "nem12",
  title: text("importers.format.nem12"),
  extensions: [".csv", ".nem12"],
  options: Nem12Options,
  recognise: ({ head }) => {
    const lines = headLines(head, 3);
    if (/^100,\s*NEM12/i.test(lines[0] ?? "")) return 0.99;
    return lines.some((line) => DATA.test(line)) ? 0.97 : 0;
  },
  read,
};

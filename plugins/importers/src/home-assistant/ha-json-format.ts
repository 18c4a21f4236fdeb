import { type ImportFile, type ImportFormat, type ImportPart, type Static, Type, text } from "@vatio/plugin-api";
import { decodeText, headText } from "../common/decode-text.js";
import { isPlausible, MAX_INTERVAL_WH, MAX_SERIES } from "../common/limits.js";
import { NoteBook } from "../common/note-book.js";
import { RowCollector } from "../common/row-collector.js";
import { unreadable } from "../common/unreadable.js";
import { type JsonLeaf, JsonLeaves } from "./json-leaves.js";
import { type MeteredStatistic, meteredStatistic } from "./metered-statistic.js";
import { type StatisticRow, StatisticsCleaner } from "./statistics-cleaner.js";

/** What a person says about statistics in JSON. */
export const HaJsonOptions = Type.Object(
  {
    unit: Type.Enum(["kWh", "Wh", "MWh"], {
      default: "kWh",
      title: "importers.ha-json.unit.title",
      description: "importers.ha-json.unit.description",
      "x-order": 1,
    }),
  },
  { additionalProperties: false },
);

/** What a person says about statistics in JSON. */
export type HaJsonOptions = Static<typeof HaJsonOptions>;

const HOUR = 3_600_000;

async function* leavesOf(file: ImportFile, signal: AbortSignal): AsyncGenerator<readonly JsonLeaf[]> {
  const leaves = new JsonLeaves();
  for await (const piece of decodeText(file.read(), signal)) yield [...leaves.write(piece)];
  if (!leaves.complete) throw unreadable("The file ends too early.");
}

const string = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** What `recorder/list_statistic_ids` says, wherever it stands in the file. */
async function factsOf(file: ImportFile, signal: AbortSignal): Promise<Map<string, MeteredStatistic | undefined>> {
  const facts = new Map<string, MeteredStatistic | undefined>();
  for await (const leaves of leavesOf(file, signal)) {
    for (const { value } of leaves) {
      const id = string(value.statistic_id);
      if (id === undefined) continue;
      if (facts.size >= 100 * MAX_SERIES) throw unreadable("The file tells of too many statistics.");
      // Values are in the unit of display when the request did not ask for another one.
      const unit = string(value.display_unit_of_measurement) ?? string(value.statistics_unit_of_measurement);
      const hasSum = value.has_sum !== false;
      facts.set(id, meteredStatistic({ id, name: string(value.name), unit, hasSum }));
    }
  }
  return facts;
}

interface Circuit {
  readonly statistic: MeteredStatistic;
  readonly cleaner: StatisticsCleaner;
}

/** Rows of `recorder/statistics_during_period`: `{ "<statistic id>": [{ start, end, change, sum, state }] }`. */
class HaJsonReader {
  readonly #circuits = new Map<string, Circuit | undefined>();
  readonly #facts: ReadonlyMap<string, MeteredStatistic | undefined>;
  readonly #options: HaJsonOptions;
  readonly #notes: NoteBook;
  readonly #collector: RowCollector;

  constructor(
    facts: ReadonlyMap<string, MeteredStatistic | undefined>,
    options: HaJsonOptions,
    to: { readonly notes: NoteBook; readonly collector: RowCollector },
  ) {
    this.#facts = facts;
    this.#options = options;
    this.#notes = to.notes;
    this.#collector = to.collector;
  }

  take({ value, path, line }: JsonLeaf): void {
    const id = path.at(-1);
    if (id === undefined || !("start" in value)) return;
    const circuit = this.#circuit(id);
    const row = circuit && rowOf(value, circuit.statistic.factor, line);
    if (circuit && row) this.#add(circuit, row);
    else if (circuit) this.#notes.add("importers.note.not-a-time", { line });
  }

  #add({ cleaner, statistic: { key, name } }: Circuit, row: StatisticRow): void {
    const energy = cleaner.next(row);
    if (!energy) return;
    if (energy.wh > MAX_INTERVAL_WH) this.#notes.add("importers.note.too-large", { line: row.line });
    else
      this.#collector.add({ key, name }, energy.at, {
        interval_import_wh: energy.wh,
        interval_s: energy.lengthMs / 1_000,
      });
  }

  #circuit(id: string): Circuit | undefined {
    if (this.#circuits.has(id)) return this.#circuits.get(id);
    if (this.#circuits.size >= 10 * MAX_SERIES) throw unreadable("The file has too many statistics.");
    const statistic = this.#statistic(id);
    const circuit = statistic && { statistic, cleaner: new StatisticsCleaner(this.#notes, statistic.name) };
    this.#circuits.set(id, circuit);
    return circuit;
  }

  #statistic(id: string): MeteredStatistic | undefined {
    const params = { name: id };
    if (this.#facts.has(id)) {
      const known = this.#facts.get(id);
      if (!known) this.#notes.add("importers.note.not-energy", { params });
      return known;
    }
    this.#notes.add("importers.note.unit-assumed", { params: { ...params, unit: this.#options.unit } });
    return meteredStatistic({ id, name: undefined, unit: this.#options.unit, hasSum: true });
  }
}

function rowOf(value: Readonly<Record<string, unknown>>, factor: number, line: number): StatisticRow | undefined {
  const at = instantOf(value.start);
  const end = instantOf(value.end);
  if (!isPlausible(at)) return undefined;
  const number = (name: string): number => {
    const found = value[name];
    return typeof found === "number" && Number.isFinite(found) ? found * factor : Number.NaN;
  };
  const lengthMs = end > at && end - at < 400 * 24 * HOUR ? end - at : HOUR;
  const last = { sum: number("sum"), state: number("state"), change: number("change") };
  return { at, lengthMs, lastReset: instantOf(value.last_reset), line, ...last };
}

/** Milliseconds, seconds, or ISO text. */
function instantOf(value: unknown): number {
  if (typeof value === "number") return value < 1e11 ? value * 1_000 : value;
  return typeof value === "string" && value.length < 64 ? Date.parse(value) : Number.NaN;
}

async function* read(file: ImportFile, options: HaJsonOptions, signal: AbortSignal): AsyncGenerator<ImportPart> {
  const notes = new NoteBook();
  const collector = new RowCollector();
  const reader = new HaJsonReader(await factsOf(file, signal), options, { notes, collector });
  for await (const leaves of leavesOf(file, signal)) {
    for (const leaf of leaves) reader.take(leaf);
    if (collector.full) yield* collector.drain();
  }
  yield* collector.drain();
  yield* notes.notes();
  if (collector.rows === 0) throw unreadable("The file has no metered statistics of energy.");
}

const ROW = /"start"\s*:\s*(?:\d{9,14}|"\d{4}-)/;
const VALUE = /"(?:sum|change)"\s*:/;

/** Answers of Home Assistant's WebSocket API: `recorder/statistics_during_period`, with `recorder/list_statistic_ids` beside it or without. */
export const haJsonFormat: ImportFormat<HaJsonOptions> = {
  id: "home-assistant-json",
  title: text("importers.format.home-assistant-json"),
  extensions: [".json", ".jsonl"],
  options: HaJsonOptions,
  recognise: ({ head }) => {
    const start = headText(head) ?? "";
    if (!/^\ufeff?\s*[[{]/.test(start)) return 0;
    if (ROW.test(start) && VALUE.test(start)) return 0.95;
    return /"statistic_id"\s*:/.test(start) ? 0.8 : 0;
  },
  read,
};

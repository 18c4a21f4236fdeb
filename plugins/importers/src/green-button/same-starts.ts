import type { MetricName } from "@vatio/plugin-api";
import { InstantMemory } from "../common/instant-memory.js";
import type { NoteBook } from "../common/note-book.js";
import { unreadable } from "../common/unreadable.js";
import type { EspiRow } from "./espi-rows.js";

/** Starts that come more than once with different values. */
const MAX_HELD = 200_000;

interface Held {
  readonly rows: EspiRow[];
}

/**
 * Finds readings that begin at the same instant: the same one twice (blocks that overlap) counts once; different ones, which utilities write
 * when clocks change, are added up.
 */
export class SameStarts {
  readonly #first = new Map<string, InstantMemory>();
  readonly #second = new Map<string, InstantMemory>();
  readonly #held = new Map<string, Held>();

  /** Takes a row of the first pass. */
  see(row: EspiRow): void {
    if (memoryOf(this.#first, row).note(row.at, numbersOf(row)) !== "conflict") return;
    this.#held.set(idOf(row), { rows: [] });
    if (this.#held.size > MAX_HELD)
      throw unreadable("Too many intervals of the file begin at the same time.", { line: row.line });
  }

  /** Takes a row of the second pass. @returns whether it is not to be handed over now */
  holds(row: EspiRow, notes: NoteBook): boolean {
    const held = this.#held.get(idOf(row));
    if (held) return this.#hold(held, row, notes);
    const repeated = memoryOf(this.#second, row).note(row.at, numbersOf(row)) !== "new";
    if (repeated) notes.add("importers.note.repeated-row", { line: row.line });
    return repeated;
  }

  #hold({ rows }: Held, row: EspiRow, notes: NoteBook): boolean {
    const same = rows.some((other) => numbersOf(other).join() === numbersOf(row).join());
    if (same) notes.add("importers.note.repeated-row", { line: row.line });
    else rows.push(row);
    return true;
  }

  /** The sums of what was held. */
  *sums(notes: NoteBook): Generator<EspiRow> {
    for (const { rows } of this.#held.values()) {
      const [first] = rows;
      if (!first) continue;
      if (rows.length > 1) notes.add("importers.note.same-start", { line: rows[1]?.line, count: rows.length - 1 });
      yield { ...first, values: added(rows) };
    }
  }
}

function memoryOf(table: Map<string, InstantMemory>, row: EspiRow): InstantMemory {
  const id = `${row.series.key} ${kindOf(row)}`;
  let memory = table.get(id);
  if (!memory) {
    memory = new InstantMemory();
    table.set(id, memory);
  }
  return memory;
}

/** Import and export of one start do not meet. */
const kindOf = ({ values }: EspiRow): string => Object.keys(values).join();
const idOf = (row: EspiRow): string => `${row.series.key} ${kindOf(row)} ${row.at}`;
const numbersOf = ({ values }: EspiRow): readonly number[] => Object.values(values);

/** Amounts are added; the span is the longest. */
function added(rows: readonly EspiRow[]): Readonly<Record<MetricName, number>> {
  const sums: Record<MetricName, number> = {};
  for (const { values } of rows) {
    for (const [metric, value] of Object.entries(values)) {
      const before = sums[metric] ?? 0;
      sums[metric] = metric === "interval_s" ? Math.max(before, value) : before + value;
    }
  }
  return sums;
}

import type { Batch, Instant, Written } from "@vatio/plugin-api";
import type { Arrivals } from "./arrivals.js";
import type { Draft, HeldBatch } from "./draft.js";
import type { FrameRanges, FrameSpan } from "./frame-ranges.js";
import type { Generation, HeldRowRecord } from "./generation.js";
import type { Holding } from "./holding.js";
import { endOfDay, type HotTables } from "./hot-tables.js";
import type { KnownRows, LookupSpan } from "./known-rows.js";
import type { LastValueTable } from "./last-values.js";
import { type LateRows, layeredRow } from "./late-rows.js";
import type { HeldRow, RecentValues } from "./recent-values.js";
import { REJECTED } from "./rejections.js";
import { type CheckedBatch, pickRows } from "./validate-batch.js";

/** What the store knows of the rows that it holds. */
export interface IntakeOptions {
  readonly tables: HotTables;
  readonly arrivals: Arrivals;
  readonly recent: RecentValues;
  readonly last: LastValueTable;
  readonly frames: FrameRanges;
  readonly holding: Holding;
  /** Called with each accepted batch, before its commit. */
  readonly onBatch: (batch: Batch) => void;
}

interface Counts {
  accepted: number;
  duplicate: number;
}

/** One accept: what it puts where. */
interface Accepting extends Counts {
  readonly draft: Draft;
  readonly generation: Generation;
  /** What a look-up found of the rows that are too old for memory. */
  readonly known: KnownRows | undefined;
  readonly stored: CheckedBatch[];
}

function isStrictlyAscending(at: Float64Array): boolean {
  for (let i = 1; i < at.length; i++) if ((at[i] as number) <= (at[i - 1] as number)) return false;
  return true;
}

function spanOf({ frame, samples }: Draft): FrameSpan | undefined {
  return frame && { device: frame.device, boot: frame.boot, from: frame.from, to: frame.from + samples };
}

/** Removes what is held already and hands the rest to the open generation. Synchronous: nothing changes while it decides. */
export class Intake {
  readonly #options: IntakeOptions;
  /** Late rows that a query may not find yet. */
  #layers: LateRows[] = [];

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Spans of a draft that are too old for memory and were not looked up. */
  lateSpans(draft: Draft, known: KnownRows | undefined): LookupSpan[] {
    const spans: LookupSpan[] = [];
    for (const { number, at } of draft.batches) {
      const from = at[0] as number;
      const knownFrom = this.#options.recent.knownFrom(number);
      if (from >= knownFrom) continue;
      const to = Math.min(at[at.length - 1] as number, knownFrom - 1);
      if (!known?.covers(number, from, to)) spans.push({ channel: number, from, to });
    }
    return spans;
  }

  /** Call before a look-up: what is committed by now, it will find. */
  beforeLookUp(): void {
    this.#layers = this.#layers.filter((layer) => !layer.isCommitted);
  }

  /** Takes a draft, whose late spans were all looked up, into a generation. */
  accept(draft: Draft, generation: Generation, known?: KnownRows): Written {
    const accepting: Accepting = { draft, generation, known, stored: [], accepted: 0, duplicate: 0 };
    for (const batch of draft.batches) this.#acceptBatch(batch, accepting);
    for (const { number } of draft.batches) this.#options.recent.trim(number);
    for (const held of draft.held) this.#acceptHeld(held, accepting);
    this.#acceptFrame(accepting);
    for (const batch of accepting.stored) this.#options.onBatch(toBatch(batch));
    return { accepted: accepting.accepted, duplicate: accepting.duplicate, rejected: draft.rejections.list() };
  }

  /** Commits failed: forgets what was accepted in them. */
  undo(generations: readonly Generation[]): void {
    const { last, recent, frames } = this.#options;
    for (const { channels, frames: spans, late } of generations) {
      last.undo(channels);
      frames.undo(spans);
      for (const channel of channels) recent.reset(channel, last.newestCommitted(channel));
      this.#layers = this.#layers.filter((layer) => layer !== late);
    }
  }

  #acceptBatch(batch: CheckedBatch, accepting: Accepting): void {
    accepting.draft.rejections.of(batch.channel);
    const { recent } = this.#options;
    const isNew =
      (batch.at[0] as number) > recent.newest(batch.number) &&
      isStrictlyAscending(batch.at) &&
      !this.#mayRepeat(accepting.draft);
    if (!isNew) {
      const rest = this.#withoutHeld(batch, accepting);
      if (rest) this.#store(rest, accepting);
      return;
    }
    recent.append(batch, 0, batch.at.length);
    this.#store(batch, accepting);
  }

  #mayRepeat(draft: Draft): boolean {
    const span = spanOf(draft);
    return span !== undefined && this.#options.frames.overlaps(span);
  }

  /** The rows of a batch, and of them the values, that are not held yet. */
  #withoutHeld(batch: CheckedBatch, accepting: Accepting): CheckedBatch | undefined {
    const stay = new Uint8Array(batch.at.length);
    for (let i = 0; i < stay.length; i++) {
      if (this.#wasReceived(batch, i, accepting.draft)) noteDuplicate(accepting);
      else if (this.#keepsFresh(batch, i, accepting)) stay[i] = 1;
    }
    return stay.includes(0) ? pickRows(batch, stay) : batch;
  }

  #wasReceived({ rows }: CheckedBatch, row: number, { frame }: Draft): boolean {
    return frame !== undefined && this.#options.frames.has(frame.device, frame.boot, frame.from + (rows?.[row] ?? row));
  }

  /** Takes values that are held already out of a row and notes the others. @returns whether any is left */
  #keepsFresh(batch: CheckedBatch, i: number, accepting: Accepting): boolean {
    const row = this.#rowAt(batch.number, batch.at[i] as number, accepting);
    let fresh = 0;
    let different = 0;
    for (let m = 0; m < batch.names.length; m++) {
      const column = batch.values[m] as Float64Array;
      const name = batch.names[m] as string;
      const value = column[i] as number;
      if (Number.isNaN(value)) continue;
      const held = row.get(name);
      if (held === undefined) {
        row.set(name, value);
        fresh++;
        continue;
      }
      if (held !== value) different++;
      column[i] = Number.NaN;
    }
    if (different > 0) accepting.draft.rejections.add(REJECTED.differentValue);
    else if (fresh === 0) noteDuplicate(accepting);
    return fresh > 0;
  }

  /** What is held of an instant; made when there is nothing yet. */
  #rowAt(number: number, at: number, { generation, known }: Accepting): HeldRow {
    const { recent } = this.#options;
    const row = recent.row(number, at) ?? (at >= recent.knownFrom(number) ? recent.insert(number, at) : undefined);
    if (row) return row;
    if (!this.#layers.includes(generation.late)) this.#layers.push(generation.late);
    if (!known?.isComplete || !known.covers(number, at, at)) this.#markOverlaps(at, generation);
    return layeredRow(known ? [known.rows, ...this.#layers] : this.#layers, generation.late, number, at);
  }

  /** Not all that is held at an instant could be read: readers of its table must sort it out. */
  #markOverlaps(at: number, generation: Generation): void {
    const name = this.#options.tables.tableFor(at);
    if (!this.#options.tables.markOverlaps(name)) return;
    generation.statements.push({
      sql: "INSERT INTO overlapping VALUES (?) ON CONFLICT DO NOTHING",
      parameters: [name],
    });
  }

  #store(batch: CheckedBatch, accepting: Accepting): void {
    const { tables, arrivals, last } = this.#options;
    const { generation } = accepting;
    const count = batch.at.length;
    const arrival = arrivals.take(count, generation);
    for (let from = 0; from < count; ) {
      const at = batch.at[from] as number;
      const day = endOfDay(at);
      let to = from + 1;
      while (to < count && (batch.at[to] as number) < day) to++;
      generation.buffer(tables.tableFor(at)).append(batch, from, to, arrival + from);
      from = to;
    }
    last.accept(batch, generation.last);
    generation.channels.add(batch.number);
    generation.rows += count;
    accepting.accepted += count;
    accepting.stored.push(batch);
  }

  #acceptHeld({ device, boot, batch }: HeldBatch, accepting: Accepting): void {
    const { holding, arrivals } = this.#options;
    const { draft, generation } = accepting;
    draft.rejections.of(batch.channel);
    const room = holding.roomFor(device);
    const records: HeldRowRecord[] = [];
    for (let i = 0; i < batch.at.length; i++) {
      if (this.#wasReceived(batch, i, draft)) noteDuplicate(accepting);
      else if (records.length >= room) draft.rejections.add(REJECTED.holdingFull);
      else records.push(heldRecord({ device, boot, batch }, i, arrivals.take(1, generation)));
    }
    holding.add(records, generation);
    generation.rows += records.length;
    accepting.accepted += records.length;
  }

  /** Samples count as received when anything of their frame was taken, the rows that were refused for good included. */
  #acceptFrame({ draft, generation, accepted, duplicate }: Accepting): void {
    const span = spanOf(draft);
    const { frames } = this.#options;
    if (!span || accepted + duplicate === 0 || frames.covers(span)) return;
    frames.accept(span);
    generation.frames.push(span);
  }
}

function noteDuplicate(accepting: Accepting): void {
  accepting.duplicate++;
  accepting.draft.rejections.duplicate();
}

function toBatch({ channel, origin, at, names, values }: CheckedBatch): Batch {
  const columns: Record<string, Float64Array> = {};
  for (let m = 0; m < names.length; m++) columns[names[m] as string] = values[m] as Float64Array;
  return { channel, origin, at, columns };
}

function heldRecord({ device, boot, batch }: HeldBatch, i: number, arrival: number): HeldRowRecord {
  const values: Record<string, number> = {};
  for (const [m, name] of batch.names.entries()) {
    const value = batch.values[m]?.[i] as number;
    if (!Number.isNaN(value)) values[name] = value;
  }
  return {
    device,
    boot,
    channel: batch.number,
    since: batch.at[i] as Instant,
    arrival,
    originCode: batch.originCode,
    values,
  };
}

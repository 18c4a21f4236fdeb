import type { ChannelId, Instant } from "@vatio/plugin-api";
import { systemClock } from "../../clock.js";
import { deferred } from "../../deferred.js";
import type { ExportBlock, TelemetryStore } from "../../store/types.js";
import type { ChannelFold, FoldOutput, MetricRollup, SlotAddition, ToldEvent } from "./channel-fold.js";
import { type Checkpoint, type Checkpoints, DAY_MS, HOUR_MS } from "./checkpoints.js";
import type { SlotRow } from "./slot-ledger.js";

/** What a run is made for. */
export interface FoldRunOptions {
  readonly store: Pick<TelemetryStore, "exportRows">;
  readonly channel: ChannelId;
  readonly fold: ChannelFold;
  /** Readings from here on are read. */
  readonly from: number;
  /** From here on a state is kept each hour, before that each day. */
  readonly hourlyFrom: number;
  /** What is stored may be met again after this instant; Infinity: nowhere. */
  readonly meetAfter: number;
  /** States in memory that may be met. */
  readonly known: Checkpoints;
  /** Whether a state at the begin of a day is the stored one. */
  readonly isStored: (at: number, state: string) => Promise<boolean>;
}

/** How a run ended: at the last reading, where it met what is stored, or because it was long enough. `until`: everything before is read. */
export interface RunEnding {
  readonly kind: "end" | "joined" | "partial";
  readonly until: number;
}

/** Rows of one run: then what was done is stored, and others have their turn. */
const ROWS_AT_A_TIME = 200_000;
/** Slots and roll-ups of one run: commits of readings wait while they are stored. */
const RESULTS_AT_A_TIME = 4_000;
/** Rows that are folded before the clock is looked at. */
const SLICE_ROWS = 500;
/** Milliseconds after which the event loop has its turn. */
const SLICE_MS = 8;
/** After every instant that a reading can have. */
export const FOREVER = 8.64e15 as Instant;

/** One run over the readings of a channel. */
export class FoldRun {
  readonly slots: SlotRow[] = [];
  readonly additions: SlotAddition[] = [];
  readonly rollups: MetricRollup[] = [];
  readonly events: ToldEvent[] = [];
  readonly checkpoints: Checkpoint[] = [];
  readonly #options: FoldRunOptions;
  readonly #meetings: readonly number[];
  #rows = 0;

  constructor(options: FoldRunOptions) {
    this.#options = options;
    this.#meetings = options.known.after(options.meetAfter);
  }

  /** Rows that it read. */
  get rows(): number {
    return this.#rows;
  }

  async run(): Promise<RunEnding> {
    const { store, channel, from, fold } = this.#options;
    const range = { from: Math.max(0, from) as Instant, to: FOREVER };
    for await (const block of store.exportRows({ targets: [channel], range })) {
      const met = await this.#block(block);
      this.#take(fold.drain());
      if (met !== undefined) return { kind: "joined", until: met };
      if (this.#isFull) return { kind: "partial", until: fold.lastAt + 1 };
    }
    return { kind: "end", until: FOREVER };
  }

  /** @returns where it met what is stored */
  async #block(block: ExportBlock): Promise<number | undefined> {
    const { fold } = this.#options;
    let began = systemClock.monotonic();
    for (let from = 0; from < block.at.length; ) {
      const met = await this.#pass(block.at[from] as number);
      if (met !== undefined) return met;
      const to = this.#sliceEnd(block.at, from);
      fold.read(block, from, to);
      this.#rows += to - from;
      from = to;
      this.#take(fold.drain());
      if (this.#isFull) return undefined;
      if (systemClock.monotonic() - began < SLICE_MS) continue;
      await nextTurn();
      began = systemClock.monotonic();
    }
    return undefined;
  }

  /** Enough for one transaction. */
  get #isFull(): boolean {
    return this.#rows >= ROWS_AT_A_TIME || this.slots.length + this.rollups.length >= RESULTS_AT_A_TIME;
  }

  /** Rows between which no border lies. */
  #sliceEnd(at: Float64Array, from: number): number {
    const border = this.#borderAfter(at[from] as number);
    const most = Math.min(at.length, from + SLICE_ROWS);
    let to = from + 1;
    while (to < most && (at[to] as number) < border) to++;
    return to;
  }

  #borderAfter(at: number): number {
    const border = (Math.floor(at / this.#spacing(at)) + 1) * this.#spacing(at);
    return Math.min(border, this.#meetings.find((instant) => instant > at) ?? border);
  }

  #spacing(at: number): number {
    return at >= this.#options.hourlyFrom ? HOUR_MS : DAY_MS;
  }

  /** Before a reading: keeps the state at the borders since the last one, and looks whether it is the one that is stored. */
  async #pass(next: number): Promise<number | undefined> {
    const { fold } = this.#options;
    const last = fold.lastAt;
    const borders = this.#bordersBetween(last, next);
    const meetings = this.#meetings.filter((instant) => instant > last && instant <= next);
    if (borders.length + meetings.length === 0) return undefined;
    const state = fold.state();
    for (const instant of meetings) if (this.#options.known.at(instant) === state) return instant;
    for (const at of borders) {
      if (at % DAY_MS === 0 && at > this.#options.meetAfter && (await this.#options.isStored(at, state))) return at;
      this.checkpoints.push({ at, state });
    }
    return undefined;
  }

  /** The latest begin of a day and of an hour after one reading, up to and with the next. */
  #bordersBetween(last: number, next: number): number[] {
    if (last === Number.NEGATIVE_INFINITY) return [];
    const day = Math.floor(next / DAY_MS) * DAY_MS;
    const hour = Math.floor(next / this.#spacing(next)) * this.#spacing(next);
    return (day === hour ? [day] : [day, hour]).filter((border) => border > last);
  }

  #take({ slots, additions, rollups, events }: FoldOutput): void {
    for (const row of slots) this.slots.push(row);
    for (const row of additions) this.additions.push(row);
    for (const row of rollups) this.rollups.push(row);
    for (const row of events) this.events.push(row);
  }
}

/** Real time, also where the hub's clock stands still: the event loop has its turn. */
function nextTurn(): Promise<void> {
  const { promise, resolve } = deferred();
  systemClock.timer(0 as never, resolve);
  return promise;
}

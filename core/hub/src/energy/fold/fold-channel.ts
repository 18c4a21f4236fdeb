import type { EnergyLimits } from "@vatio/model";
import type { ChannelId, Instant } from "@vatio/plugin-api";
import type { TelemetryStore } from "../../store/types.js";
import { ChannelFold } from "./channel-fold.js";
import type { ChannelWork } from "./channel-work.js";
import { type Checkpoint, HOUR_MS } from "./checkpoints.js";
import { FoldRun } from "./fold-run.js";
import { type FoldedPiece, foldedPiece } from "./folded-piece.js";
import type { Span } from "./pending-spans.js";

/** What a folder works with. */
export interface ChannelFolderOptions {
  readonly store: Pick<TelemetryStore, "exportRows" | "derived">;
  /** What is known of the circuit of a channel now. */
  readonly limitsOf: (channel: ChannelId) => EnergyLimits;
  readonly now: () => Instant;
}

/** Where a run begins. */
export interface Start {
  readonly fold: ChannelFold;
  /** Readings from here on are read. */
  readonly at: number;
  /** The fold of the end of the readings goes on: nothing that is stored is replaced. */
  readonly isLive: boolean;
}

/** Late readings of the last day find an hourly state; for older ones that of the day does. */
const HOURLY_MS = 26 * HOUR_MS;

/** Works out what is pending of channels. */
export class ChannelFolder {
  readonly #options: ChannelFolderOptions;

  constructor(options: ChannelFolderOptions) {
    this.#options = options;
  }

  /** Does the next piece of work of a channel, in memory. @throws E_STORE_BUSY (retryable); the work must then be forgotten and begun anew */
  async fold(work: ChannelWork): Promise<FoldedPiece> {
    const span = work.pending.next as Span;
    const start = await this.#startOf(work, span);
    const { fold, isLive, at: from } = start;
    const before = { slot: fold.openSlot, rollups: fold.openRollups };
    const run = new FoldRun({
      store: this.#options.store,
      channel: work.channel,
      fold,
      from,
      hourlyFrom: this.#options.now() - HOURLY_MS,
      meetAfter: isLive ? Number.POSITIVE_INFINITY : span.last,
      known: work.checkpoints,
      isStored: (at, state) => this.#isStored(work, at, state),
    });
    if (isLive) run.checkpoints.push({ at: from, state: fold.state() });
    const ending = await run.run();
    return foldedPiece({ work, span, start, before, run, ending });
  }

  async #startOf(work: ChannelWork, span: Span): Promise<Start> {
    const { tip } = work;
    if (tip && span.first > tip.lastAt) return { fold: tip, at: tip.lastAt + 1, isLive: true };
    const checkpoint = latest(work.checkpoints.before(span.first), await this.#storedBefore(work.number, span.first));
    const fold = checkpoint && ChannelFold.resume(checkpoint.state);
    if (fold) return { fold, at: checkpoint.at, isLive: false };
    return { fold: new ChannelFold(this.#options.limitsOf(work.channel)), at: 0, isLive: false };
  }

  async #storedBefore(channel: number, at: number): Promise<Checkpoint | undefined> {
    const [found] = await this.#options.store.derived.all<Checkpoint>(
      `SELECT "at", state FROM energy_states WHERE channel = ? AND "at" <= ? ORDER BY "at" DESC LIMIT 1`,
      [channel, at],
    );
    return found;
  }

  async #isStored({ number, tipAt }: ChannelWork, at: number, state: string): Promise<boolean> {
    if (tipAt === undefined || at >= tipAt) return false;
    const [row] = await this.#options.store.derived.all<{ n: number }>(
      `SELECT count(*) AS n FROM energy_states WHERE channel = ? AND "at" = ? AND state = ?`,
      [number, at, state],
    );
    return (row?.n ?? 0) > 0;
  }
}

function latest(a: Checkpoint | undefined, b: Checkpoint | undefined): Checkpoint | undefined {
  if (!a || !b) return a ?? b;
  return a.at >= b.at ? a : b;
}

import type { EnergyLimits } from "@vatio/model";
import type { ChannelId } from "@vatio/plugin-api";
import type { ChannelFold } from "./channel-fold.js";
import { Checkpoints } from "./checkpoints.js";
import { PendingSpans, type Span } from "./pending-spans.js";
import type { SlotRow } from "./slot-ledger.js";

/** Slots from one on that are in memory and not in the database, as far as they are known. */
export interface OpenSlots {
  readonly from: number;
  readonly rows: readonly SlotRow[];
}

/** Before every slot, and an integer for the database. */
export const FIRST_SLOT = -(2 ** 31);

const NOTHING_OPEN: OpenSlots = { from: FIRST_SLOT, rows: [] };

/** What the hub remembers of the energy of one channel. */
export class ChannelWork {
  readonly number: number;
  readonly channel: ChannelId;
  /** What is to be done. */
  readonly pending = new PendingSpans();
  /** Rows of `energy_pending` that stand for it. */
  stored: readonly Span[] = [];
  readonly checkpoints = new Checkpoints();
  /** The end of its readings; undefined until it was worked out, or read back. */
  tip: ChannelFold | undefined;
  /** Instant of the state of the end that the database has. */
  tipAt: number | undefined;
  /** What the last transaction left to memory. */
  open: OpenSlots = NOTHING_OPEN;
  /** Failures in a row. */
  failures = 0;

  constructor(number: number, channel: ChannelId) {
    this.number = number;
    this.channel = channel;
  }

  get settledUntil(): number | undefined {
    return this.tip?.settledUntil;
  }

  /** What readings taught of the circuit, or a person said. */
  get limits(): EnergyLimits | undefined {
    return this.tip?.limits;
  }

  /** Forgets what is not in the database. */
  forget(): void {
    this.tip = undefined;
    this.checkpoints.clear();
  }
}

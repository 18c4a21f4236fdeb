import type { ChannelId, RejectedRows } from "@vatio/plugin-api";

/** Keys of the texts that say why rows were kept out. */
export const REJECTED = {
  unknownMetric: "rejected.unknown-metric",
  outOfRange: "rejected.out-of-range",
  notFinite: "rejected.not-finite",
  badTime: "rejected.bad-time",
  notAscending: "rejected.not-ascending",
  noBoot: "rejected.no-boot",
  empty: "rejected.empty",
  unknownChannel: "rejected.unknown-channel",
  notOwner: "rejected.not-owner",
  differentValue: "rejected.different-value",
  holdingFull: "rejected.holding-full",
} as const;

/** Why rows were kept out. */
export type RejectedReason = (typeof REJECTED)[keyof typeof REJECTED];

/** Rows of a channel that were kept out. `reason`: the key of a text, or `duplicate`. */
export interface KeptOut {
  readonly channel: ChannelId;
  readonly reason: string;
  readonly rows: number;
}

/** Reason of rows that were held already. */
export const DUPLICATE = "duplicate";

/** Counts the rows that one write kept out, by reason, and by channel. */
export class Rejections {
  #rows: Map<RejectedReason, number> | undefined;
  #keptOut: Map<string, KeptOut> | undefined;
  #channel: ChannelId | undefined;

  /** What is counted from now on is of this channel. */
  of(channel: ChannelId): void {
    this.#channel = channel;
  }

  add(reason: RejectedReason, rows = 1): void {
    if (rows <= 0) return;
    this.#rows ??= new Map();
    this.#rows.set(reason, (this.#rows.get(reason) ?? 0) + rows);
    this.#keepOut(reason, rows);
  }

  /** A row was held already: that is no reason to tell its sender, but it is to be known of its channel. */
  duplicate(): void {
    this.#keepOut(DUPLICATE, 1);
  }

  list(): readonly RejectedRows[] {
    return this.#rows ? [...this.#rows].map(([reason, rows]) => ({ reason, rows })) : NONE;
  }

  /** By channel. */
  keptOut(): readonly KeptOut[] {
    return this.#keptOut ? [...this.#keptOut.values()] : NOTHING;
  }

  #keepOut(reason: string, rows: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    this.#keptOut ??= new Map();
    const key = `${channel} ${reason}`;
    this.#keptOut.set(key, { channel, reason, rows: (this.#keptOut.get(key)?.rows ?? 0) + rows });
  }
}

const NOTHING: readonly KeptOut[] = [];
const NONE: readonly RejectedRows[] = [];

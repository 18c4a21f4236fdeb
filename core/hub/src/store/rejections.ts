import type { RejectedRows } from "@vatio/plugin-api";

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

/** Counts the rows that one write kept out, by reason. */
export class Rejections {
  #rows: Map<RejectedReason, number> | undefined;

  add(reason: RejectedReason, rows = 1): void {
    if (rows <= 0) return;
    this.#rows ??= new Map();
    this.#rows.set(reason, (this.#rows.get(reason) ?? 0) + rows);
  }

  list(): readonly RejectedRows[] {
    return this.#rows ? [...this.#rows].map(([reason, rows]) => ({ reason, rows })) : NONE;
  }
}

const NONE: readonly RejectedRows[] = [];

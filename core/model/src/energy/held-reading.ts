const MS_PER_HOUR = 3_600_000;

/** So many readings that agree, or two that lie so far apart (ms), confirm a drop or an impossible rise. */
const CONFIRMING_READINGS = 3;
const CONFIRMING_MS = 60_000;

/**
 * A reading of a register that waits for others to confirm it. `down`: a drop; `up`: a rise that the circuit can carry, yet out of the
 * ordinary; `over`: one that it cannot.
 */
export interface HeldReading {
  readonly at: number;
  /** The register, in Wh. */
  readonly wh: number;
  readonly side: "down" | "up" | "over";
}

/** Whether readings that agree, in order of time, are enough to believe them. */
export function isConfirmed(chain: readonly HeldReading[]): boolean {
  const first = chain[0];
  const last = chain.at(-1);
  if (!first || !last || chain.length < 2) return false;
  return first.side === "up" || chain.length >= CONFIRMING_READINGS || last.at - first.at >= CONFIRMING_MS;
}

/** Average power of energy within a span, in W. */
export const rateOf = (wh: number, ms: number): number => (wh * MS_PER_HOUR) / Math.max(ms, 1);

/** Average power between two readings, in W. */
export const rateAfter = (first: HeldReading, last: HeldReading): number =>
  rateOf(last.wh - first.wh, last.at - first.at);

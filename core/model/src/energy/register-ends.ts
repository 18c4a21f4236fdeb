/** Below it an end of a register would be crossed every other week, and daily counters would be taken for one. */
const LEAST_END_WH = 60_000;

/** Largest share of a register that may be missing up to its end when nobody said where it ends. */
const NEAR = 0.02;

/** Units that short registers count in, in Wh. */
const COARSE_UNITS = [1, 10, 100, 1_000];

/** Units that long registers count in, in Wh: also 0.01 and 0.1 Wh, W·s, W·min and 1/800 kWh. */
const UNITS = [0.01, 0.1, 1 / 3_600, 1 / 60, 1.25, ...COARSE_UNITS];

const endsOf = (bits: number, units: readonly number[]): number[] => units.map((unit) => 2 ** bits * unit);
const binaryEnds = [
  ...endsOf(16, COARSE_UNITS),
  ...endsOf(24, [0.1, ...COARSE_UNITS]),
  ...endsOf(31, UNITS),
  ...endsOf(32, UNITS),
];
const decimalEnds = Array.from({ length: 9 }, (_, digit) => 10 ** (digit + 6));
const pulseEnds = [800_000, 8_000_000, 80_000_000, 800_000_000];

/** Ends of registers that meters are known to have, in Wh, ascending. */
const KNOWN_ENDS: readonly number[] = [...new Set([...binaryEnds, ...decimalEnds, ...pulseEnds])]
  .filter((end) => end >= LEAST_END_WH)
  .sort((a, b) => a - b);

/**
 * The end that a register passed between two readings, in Wh: the lowest one that it was close to, with no more energy up to it and
 * after it than `mostWh`. Undefined when there is none.
 */
export function passedEnd(before: number, after: number, mostWh: number, said?: number): number | undefined {
  const fits = (end: number): boolean => before <= end && end - before + after <= mostWh;
  if (said !== undefined) return fits(said) ? said : undefined;
  return KNOWN_ENDS.find((end) => fits(end) && end - before <= end * NEAR);
}

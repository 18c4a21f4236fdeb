const FIRST_MS = 500;
const MOST_MS = 15_000;

/** Waiting time before the next attempt to connect: doubles, with jitter so that pages do not come back all at once. */
export function backoffMs(attempt: number, random: () => number): number {
  const span = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(span * (0.5 + random() / 2));
}

import type { Clock, DurationMs, Instant } from "@vatio/plugin-api";

/** The hub's time. The only place of hub and plugins that reads the system's clock or sets its timers; virtual in tests. */
export interface HubClock extends Clock {
  now(): Instant;
  /** Milliseconds that only grow, for measuring spans. */
  monotonic(): DurationMs;
  /** Milliseconds of processor time that this process has used, all threads together; a clock that is not the system's has none. */
  processor?(): number;
  /** Runs once after a span. Disposing it before then cancels. */
  timer(delay: DurationMs, run: () => void): Disposable;
}

/** Longest delay of a Node.js timer; a longer one fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

function startTimer(delay: number, run: () => void): Disposable {
  let handle: NodeJS.Timeout;
  const arm = (left: number): void => {
    handle = setTimeout(
      () => (left > LONGEST_TIMER_MS ? arm(left - LONGEST_TIMER_MS) : run()),
      Math.min(Math.max(0, left), LONGEST_TIMER_MS),
    );
  };
  arm(delay);
  return { [Symbol.dispose]: () => clearTimeout(handle) };
}

/** The system's clock and timers. */
export const systemClock: HubClock = {
  now: () => Date.now() as Instant,
  monotonic: () => performance.now() as DurationMs,
  processor: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  timer: startTimer,
};

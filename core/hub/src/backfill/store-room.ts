import { type DurationMs, milliseconds, seconds, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { deferred } from "../deferred.js";
import type { TelemetryStore } from "../store/types.js";

/** With more than this waiting, live readings come first. */
const MOST_PENDING_ROWS = 4_096;
const MOST_WAITING_WRITES = 16;

const LOOK_EVERY = milliseconds(250);

/** After this the store is not merely busy. */
const LONGEST: DurationMs = seconds(60);

/** Settles after a span. @throws E_ABORTED */
export async function pause(clock: HubClock, span: DurationMs, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = deferred<void>();
  const abort = (): void => reject(new VatioError("E_ABORTED", "Filling gaps was given up."));
  if (signal.aborted) abort();
  const timer = clock.timer(span, resolve);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    timer[Symbol.dispose]();
    signal.removeEventListener("abort", abort);
  }
}

/** Settles when the store has nothing to do that matters more. @throws E_STORE_BUSY (retryable), E_ABORTED */
export async function storeRoom(
  store: Pick<TelemetryStore, "figures">,
  clock: HubClock,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.monotonic() + LONGEST;
  for (;;) {
    const { pendingRows, waitingWrites } = store.figures();
    if (pendingRows <= MOST_PENDING_ROWS && waitingWrites <= MOST_WAITING_WRITES) return;
    if (clock.monotonic() > until)
      throw new VatioError("E_STORE_BUSY", "Live readings keep the store busy. Gaps are filled later.", {
        retryable: true,
      });
    await pause(clock, LOOK_EVERY, signal);
  }
}

import type { DurationMs, VatioError } from "@vatio/plugin-api";
import type { HubClock } from "../clock.js";
import { deferred } from "../deferred.js";

/** What a piece of work comes to, unless it takes too long: then the error. The work itself is not stopped. */
export async function withDeadline<T>(
  clock: HubClock,
  work: Promise<T>,
  { after, error }: { readonly after: DurationMs; readonly error: () => VatioError },
): Promise<T> {
  const late = deferred<never>();
  const timer = clock.timer(after, () => late.reject(error()));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    timer[Symbol.dispose]();
  }
}

/** Whether a piece of work was done within a span. It must not reject. */
export async function doneWithin(clock: HubClock, work: Promise<unknown>, span: DurationMs): Promise<boolean> {
  const late = deferred<boolean>();
  const timer = clock.timer(span, () => late.resolve(false));
  const done = await Promise.race([work.then(() => true), late.promise]);
  timer[Symbol.dispose]();
  return done;
}

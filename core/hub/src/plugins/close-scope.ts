import { VatioError } from "@vatio/plugin-api";
import { doneWithin } from "./deadline.js";
import { STOP_DEADLINE, type StopReport } from "./runtime.js";
import type { PluginScope } from "./scope.js";

/**
 * Ends what a scope opened: signal, cleanups newest first, handles revoked; what is not done at the deadline is closed without waiting, and
 * reported.
 */
export async function closeScope(scope: PluginScope): Promise<StopReport> {
  scope.abort();
  const errors: unknown[] = [];
  const unwound = scope.opened.unwind((error) => errors.push(error));
  await doneWithin(
    scope.services.clock,
    unwound.then(() => scope.opened.idle()),
    STOP_DEADLINE,
  );
  scope.revoke();
  const leaks = scope.opened.open();
  scope.opened.abandon();
  return { errors: errors.map((error) => VatioError.from(error)), leaks };
}

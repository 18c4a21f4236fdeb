import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { VatioError } from "@vatio/plugin-api";

/** Turns of the event loop without work after which everything counts as done. */
const QUIET_TURNS = 4;
/** Real time after which a test is told that the hub never comes to rest. */
const PATIENCE_MS = 20_000;

/**
 * Waits, in real time, until nothing is under way for some turns of the event loop: sockets, commits and deliveries are real.
 * @throws E_TIMEOUT when it never comes to rest
 */
export async function settle(isIdle: () => boolean, quietTurns = QUIET_TURNS): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  let quiet = 0;
  while (quiet < quietTurns) {
    await turn();
    if (isIdle()) quiet++;
    else {
      quiet = 0;
      await sleep(1);
    }
    if (performance.now() > end)
      throw new VatioError("E_TIMEOUT", "The hub did not come to rest. Something is still being delivered or stored.");
  }
}

/** Waits, in real time, until a condition holds. @throws E_TIMEOUT */
export async function eventually(condition: () => boolean | Promise<boolean>, what = "the condition"): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new VatioError("E_TIMEOUT", `It never happened: ${what}.`);
    await sleep(5);
  }
}

import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";

/** Lets everything happen that needs no time. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await nextTurn();
}

/** Waits until something is so. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = "it",
  timeoutMs = 8_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await wait(5);
  }
}
